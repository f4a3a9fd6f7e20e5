// Package records lets programs work with the register: lists of records, a record with its acts, and acts, under the API's root. Who asks is told by
// the token of a person; without one, only what everybody may see is given.
//
// What somebody may see and do, package people decides; what an act is held to, package register. This package decides neither, and knows no SQL.
package records
