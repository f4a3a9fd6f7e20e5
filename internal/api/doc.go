// Package api is the public JSON API at /api/v1: every figure of the current release with its status, evidence, vintage and
// source, what it means, and why it is what it is. One OpenAPI 3.1 document, in either language, describes it, and the page at
// /api is made from that document.
//
// It only reads. It computes nothing but the restatement between sets of provinces, which package territory does, and sees
// figures through a publish.View alone, so that nothing under embargo can leave. A bad request gets a problem (RFC 9457) in
// the reader's language, never a failure of the server.
//
// Sentences of errors are in fault/messages/api.csv, every other word in words.csv.
package api
