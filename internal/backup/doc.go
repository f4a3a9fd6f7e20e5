// Package backup writes what an installation holds into one file, and puts such a file back.
//
// An archive is a ZIP file that any tool opens: a manifest, one file of JSON lines a table, and the files of the data folder. Every part is
// hashed in the manifest, and what is stored vouches for itself besides: the audit log is a chain whose head the manifest names, and its seals
// cover every row. An archive of one kind of database can be put into the other.
//
// The package copies and compares; what the tables mean, and what a sound database is, package store knows.
package backup
