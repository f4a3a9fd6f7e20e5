// Package difference says what lies between two figures of one thing that two definitions give: in which part of it they differ, which reason is
// known for that, and how much nobody has explained. It is what a reader needs who meets 13.17 % and 18.30 % for the same year.
//
// A bridge adds up to the last digit, whatever is known: what no published figure explains is its remainder. A step is the difference of published
// figures and never an estimate of this package; why two figures differ is said by the catalogue, with the documents that say so.
//
// It reads figures that it is given and a catalogue. It may not read a store or a clock, and knows no page.
package difference
