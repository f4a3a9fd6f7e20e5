// Package text knows how Vietnamese and English are written: folding for search, the place of the tone mark,
// alphabetical order, and the printed form of numbers, dates and periods.
//
// The few words that dates and periods need are in words.csv, one row a phrase, so that this package holds no text of
// its own. It may import nothing of ours but fault, stat and words, knows no province and no page, and does no input or output.
package text
