package backup

// Sum hashes a part of an archive.
var Sum = sum
