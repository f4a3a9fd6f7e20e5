// Package ops answers the machines that watch a server: is the process alive, may readers be sent to it, what does it do.
//
// Whoever runs the server is told everything; whoever reads the portal could ask the same addresses, so no answer names a file, a host or a
// figure. The package knows nothing of what it watches: checks, facts and routes are given to it.
package ops
