// Package e2e has no code, only tests of the built program as people meet it: on the command line, over HTTP, in a browser, under faults.
// They build the program once and give each test a data folder of its own. Tests that need a browser, PostgreSQL or the right to mount a
// file system skip where these are missing, and fail instead when CI is set.
package e2e
