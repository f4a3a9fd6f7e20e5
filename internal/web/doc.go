// Package web is the public portal: one file a page, one struct a page, one template a page.
//
// A handler parses the address, reads a snapshot and renders. It holds no statistics and no SQL, and it may not read anything
// but the snapshot of a release and the explanations, runs and findings that Library gives. All words are in words/*.csv and
// in the catalogue; there is none in the code or the templates.
package web
