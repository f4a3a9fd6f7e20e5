// Package portal is what the public reads: one file a page, one struct a page, one template a page. It is a module of the site (package shell).
//
// A handler parses the address, reads a snapshot and renders. It holds no statistics and no SQL, and it may not read anything
// but the snapshot of a release and the explanations, runs and findings that its view gives. All words are in words/*.csv and
// in the catalogue; there is none in the code or the templates.
package portal
