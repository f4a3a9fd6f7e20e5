package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/text"
	"nhipso/internal/view"
)

// searched are words that a reader may look for among the things of the made-up country, each with something else after it, so that no answer was
// given before.
var searched = []string{"hang hoa", "trao doi", "Đông Vân", "kinh te so", "tailieu", "ti trong"}

// searches looks for words: by the page, beside a file that the same server sends, and without the server, beside a file with the same names in it.
func (m *mirror) searches() error {
	first, err := m.asked(1, func() string { return "tim?q=may" })
	if err != nil {
		return err
	}
	i := 0
	took, err := m.asked(60, func() string {
		i++
		return fmt.Sprintf("tim?q=%s+%d", strings.ReplaceAll(searched[i%len(searched)], " ", "+"), i)
	})
	if err != nil {
		return err
	}
	file, err := m.asked(60, func() string { return "robots.txt" })
	if err != nil {
		return err
	}
	m.report.add(slower(line{what: m.named + ": search page, each time for other words, p50", ours: short(took.median()),
		other: "a file of the same server: " + short(file.median()) + "; the first search: " + short(first[0])}, took.median(), file.median(), 5))
	return nil
}

// finding looks through many names in memory as the portal does, beside a program that looks through a file of the same names.
func finding(b *bench) error {
	const things = 100_000
	var list []view.Thing
	name := filepath.Join(b.dir, "names")
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for i := range things {
		t := view.Thing{Kind: view.DataflowKind, ID: fmt.Sprintf("G%06d", i), Name: catalog.Label{Vi: fmt.Sprintf("Hàng hóa giả định số %d", i), En: fmt.Sprintf("Made-up goods number %d", i)}}
		list = append(list, t)
		fmt.Fprintln(w, text.Fold(t.Name.Vi+" "+t.Name.En+" "+t.ID))
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		return err
	}
	finder := view.NewFinder(list)
	var ours, theirs spread
	for _, q := range []string{"hang hoa 777", "so 99999", "khong co gi"} {
		mine, err := repeat(5, func() error { finder.Find(q, view.DataflowKind); return nil })
		if err != nil {
			return err
		}
		beside, err := repeat(5, func() error { return grep(name, strings.Fields(text.Fold(q))) })
		if err != nil {
			return err
		}
		ours, theirs = append(ours, mine.least()), append(theirs, beside.least())
	}
	b.report.add(slower(line{what: fmt.Sprintf("find words among %d names in memory, the slowest of three questions", things), ours: short(ours.at(1)),
		other: "reading a file of the same names, folded, and looking for each word in every line: " + short(theirs.at(1))}, ours.at(1), theirs.at(1), 5))
	return nil
}

// grep counts the lines of a file that hold every word.
func grep(name string, words []string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	n := 0
	lines := bufio.NewScanner(f)
next:
	for lines.Scan() {
		for _, w := range words {
			if !strings.Contains(lines.Text(), w) {
				continue next
			}
		}
		n++
	}
	return lines.Err()
}

// slower judges how many times as long as the other ours may take.
func slower(l line, ours, other time.Duration, bound float64) line {
	l.ratio, l.bound, l.holds = times(ours, other), fmt.Sprintf("< %g × the time beside it", bound), verdict(float64(ours) < bound*float64(other))
	return l
}
