// Package house has no code, only the tests of rules that the compiler does not enforce: which way imports point, which modules may
// be depended on, that every fault has its sentence and every sentence its use, that measure does no input or output, that every
// package and every exported name says what it is for, and that the pages of doc/parts are true.
package house
