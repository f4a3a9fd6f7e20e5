// Package desk is where people at work enter, check and decide: their duties, forms, tasks and sessions. It is a module of the site beside the
// portal, and has no pages yet: there is no sign-in, and so nobody to whom they could belong.
//
// It may use the frame (package shell) and what views say of figures and records. It holds no rule about who may see or do something, no
// statistics and no SQL, and nothing of the portal.
package desk

import "nhipso/internal/web/shell"

// New declares the desk as a module of a site.
func New() shell.Maker { return func(*shell.Site) shell.Module { return shell.Module{} } }
