package shell

import (
	"html/template"
	"strings"

	"nhipso/internal/view"
)

// Body writes the rows of a table as HTML. A template took half of the time of a page of figures for it, since it looks up every field of every
// cell by name; the heads and notes of a table are few and stay in one.
func (t *TableView) Body() template.HTML {
	var b strings.Builder
	b.Grow(t.likely())
	for _, row := range t.Rows {
		b.WriteString("<tr")
		if row.Total {
			b.WriteString(` class="total"`)
		}
		b.WriteByte('>')
		for i := range row.Cells {
			row.Cells[i].write(&b)
		}
		b.WriteString("</tr>\n")
	}
	return template.HTML(b.String()) //nolint:gosec // every text in it is escaped
}

// likely is about how many bytes the rows take.
func (t *TableView) likely() (n int) {
	for _, row := range t.Rows {
		n += len("<tr></tr>\n")
		for _, c := range row.Cells {
			n += len(`<td class="n" data-v=""><a href=""></a></td>`) + len(c.Text) + len(c.Sort) + len(c.URL)
		}
	}
	return n
}

func (c *CellView) write(b *strings.Builder) {
	end := "</td>"
	if c.Head {
		end = "</th>"
		b.WriteString(`<th scope="row"`)
		switch {
		case c.Number:
			b.WriteString(` class="n"`)
		case c.Code:
			b.WriteString(` class="c"`)
		}
	} else {
		b.WriteString("<td")
		switch {
		case c.Number && c.Missing:
			b.WriteString(` class="n gap"`)
		case c.Number:
			b.WriteString(` class="n"`)
		}
	}
	if c.Sort != "" {
		attribute(b, "data-v", c.Sort)
	}
	if c.Column != "" && c.Text != "" {
		attribute(b, "data-h", c.Column)
	}
	b.WriteByte('>')
	if c.Seal != "" {
		seal(b, c.Seal)
	}
	if c.URL != "" && harmless(c.URL) {
		b.WriteString("<a")
		attribute(b, "href", c.URL)
		b.WriteByte('>')
		escape(b, c.Text)
		b.WriteString("</a>")
	} else {
		escape(b, c.Text)
	}
	if len(c.Flags) > 0 {
		b.WriteString(`<small class="flags"`)
		attribute(b, "title", meanings(c.Flags))
		b.WriteByte('>')
		escape(b, flagWords(c.Flags))
		b.WriteString("</small>")
	}
	if c.Spark != "" {
		b.WriteByte(' ')
		b.WriteString(c.Spark)
	}
	b.WriteString(end)
}

// flagWords are the words beside a figure, and meanings what they mean.
func flagWords(list []FlagView) string {
	return joinFlags(list, " · ", func(f FlagView) string { return f.Symbol })
}
func meanings(list []FlagView) string {
	return joinFlags(list, "; ", func(f FlagView) string { return f.Meaning })
}

func joinFlags(list []FlagView, by string, of func(FlagView) string) string {
	words := make([]string, len(list))
	for i, f := range list {
		words[i] = of(f)
	}
	return strings.Join(words, by)
}

// harmless reports whether an address leads to a page, here or elsewhere, and runs nothing.
func harmless(url string) bool {
	return strings.HasPrefix(url, "/") || strings.HasPrefix(url, "#") || strings.HasPrefix(url, "?") || strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
}

// escaper writes the characters that mean something in HTML so that they mean themselves, in a text and in a quoted attribute.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\x00", "\uFFFD")

func escape(b *strings.Builder, s string) {
	escaper.WriteString(b, s) //nolint:errcheck // a builder takes everything
}

func attribute(b *strings.Builder, name, value string) {
	b.WriteByte(' ')
	b.WriteString(name)
	b.WriteString(`="`)
	escape(b, value)
	b.WriteByte('"')
}

// seal writes the sign of a class of targets; whoever hears the page hears the name after it.
func seal(b *strings.Builder, class string) {
	b.WriteString("<span")
	attribute(b, "class", "seal seal-"+sealOf(class))
	b.WriteString(` aria-hidden="true">`)
	escape(b, view.Symbol(class))
	b.WriteString("</span> ")
}

// Seal is the sign of a class of targets as tables show it, for texts that name the class.
func Seal(class string) template.HTML {
	var b strings.Builder
	seal(&b, class)
	return template.HTML(b.String())
}
