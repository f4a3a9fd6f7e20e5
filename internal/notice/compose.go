package notice

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/text"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// itemsTold is how many things a message tells one by one; it counts the rest.
const itemsTold = 20

// compose writes the message of letters that go out together, and gives those of them that it tells: none where there is nothing to tell any more. What
// happened is told, not what was written: that is behind the sign-in.
func (p *Post) compose(ctx context.Context, letters []Letter) (Message, []Letter, error) {
	first := letters[0]
	m := Message{ID: first.Message, At: p.Now(), To: first.Address, Lang: first.Lang}
	var kept []Letter
	var err error
	switch first.About {
	case OfAct:
		kept, err = p.ofActs(ctx, &m, letters)
	case Invitation:
		kept, err = p.ofPassword(ctx, &m, first, first.Person, "moi", "invite", func() (string, error) {
			return p.Office.Accounts.NewLink(ctx, people.InviteLink, first.Person, people.InviteLasts)
		})
	case Recovery:
		person, secret := "", ""
		if person, secret, err = p.Office.Recover(ctx, first.Address); err == nil && person != "" {
			kept, err = p.ofPassword(ctx, &m, first, person, "ma", "recover", func() (string, error) { return secret, nil })
		}
	case Confirmation:
		kept, err = p.ofQuestion(ctx, &m, first)
	case Proof:
		kept, err = p.ofProof(ctx, &m, first)
	case News:
		kept, err = p.ofNews(ctx, &m, first)
	}
	if err != nil && unknown(err) {
		return m, nil, nil
	}
	m.Subject = Line(m.Subject)
	return m, kept, err
}

// paragraphs writes a message as text and as simple HTML.
func (m *Message) paragraphs(parts ...string) {
	var plain, rich strings.Builder
	for _, s := range parts {
		if s == "" {
			continue
		}
		plain.WriteString(s + "\n\n")
		rich.WriteString("<p>" + linked(html.EscapeString(s)) + "</p>\n")
	}
	m.Text = strings.TrimSpace(plain.String()) + "\n"
	m.HTML = `<!DOCTYPE html><html lang="` + m.Lang + `"><body>` + "\n" + rich.String() + "</body></html>\n"
}

// linked makes the addresses in an escaped text links, and keeps its lines.
func linked(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		words := strings.Split(line, " ")
		for j, w := range words {
			if strings.HasPrefix(w, "https://") || strings.HasPrefix(w, "http://") {
				words[j] = `<a href="` + w + `">` + w + `</a>`
			}
		}
		lines[i] = strings.Join(words, " ")
	}
	return strings.Join(lines, "<br>\n")
}

// link is an address of the site in a language.
func (p *Post) link(lang, path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if lang == "en" {
		q.Set("lang", "en")
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return p.Origin + path
}

// reach finds where a channel reaches a person; "" for nowhere.
func (p *Post) reach(d *people.Directory, pref Preference, person, channel string) string {
	if channel == Mail {
		v, _ := d.Person(person)
		return v.Values["email"]
	}
	return pref.Addresses[channel]
}

// ofActs tells what happened to records: of each only whom it concerns still, and who may see it still.
func (p *Post) ofActs(ctx context.Context, m *Message, letters []Letter) (kept []Letter, err error) {
	first := letters[0]
	pref, err := p.Store.Preference(ctx, first.Person)
	if err != nil {
		return nil, err
	}
	d, err := p.Office.Directory(ctx)
	if err != nil {
		return nil, err
	}
	m.To, m.Secret, m.Lang = p.reach(d, pref, first.Person, first.Channel), pref.Secret, pref.Language()
	if m.To == "" || pref.Mode(first.Channel) == Off {
		return nil, nil
	}
	for _, l := range letters {
		item, concerns, err := p.item(ctx, d, m.Lang, l)
		if err != nil {
			return nil, err
		}
		if concerns {
			kept, m.Items = append(kept, l), append(m.Items, item)
		}
	}
	if len(kept) == 0 {
		return nil, nil
	}
	slices.SortFunc(m.Items, func(x, y Item) int { return cmp.Compare(x.Act, y.Act) })
	say := func(id string, pairs ...any) string { return book.Say(m.Lang, id, pairs...) }
	m.Subject = m.Items[0].Title
	if n := len(m.Items); n > 1 {
		m.Subject = say("subject-many", "n", n)
	}
	parts := []string{}
	for _, item := range m.Items[:min(len(m.Items), itemsTold)] {
		parts = append(parts, item.Title+"\n"+item.URL)
	}
	if rest := len(m.Items) - itemsTold; rest > 0 {
		parts = append(parts, say("and-more", "n", rest, "link", p.link(m.Lang, p.Desk+"/hop-thu")))
	}
	m.paragraphs(append(parts, say("choose", "link", p.link(m.Lang, p.Desk+"/hop-thu/cach-bao")))...)
	return kept, nil
}

// item tells of the act of a letter, or false when it does not concern its person any more.
func (p *Post) item(ctx context.Context, d *people.Directory, lang string, l Letter) (Item, bool, error) {
	number, err := strconv.ParseInt(l.Subject, 10, 64)
	if err != nil {
		return Item{}, false, nil //nolint:nilerr // not a letter of ours
	}
	batches, err := p.Office.Register.ActsSince(ctx, number-1, 1)
	if err != nil || len(batches) == 0 || batches[0].Acts[0].Number != number {
		return Item{}, false, err
	}
	b, a := batches[0], batches[0].Acts[0]
	t, err := p.Office.Register.Types().RecordType(a.Type)
	if err != nil {
		return Item{}, false, nil //nolint:nilerr // the type is no more
	}
	v, err := p.standing(ctx, a.Type, a.Record)
	if err != nil || v == nil || !slices.Contains(d.Concerned(told(t, a.Kind), t, *v), l.Person) {
		return Item{}, false, err
	}
	return Item{Act: number, Kind: string(a.Kind), Type: a.Type, Record: a.Record, At: b.At, Title: p.sentence(d, lang, t, b, a, *v), URL: p.link(lang, p.Desk+"/ho-so/"+a.Type+"/"+a.Record)}, true, nil
}

// sentence says who did what to which record, on one line.
func (p *Post) sentence(d *people.Directory, lang string, t *catalog.RecordType, b register.Batch, a register.Act, v register.Version) string {
	who := book.Say(lang, "program")
	if b.Person != people.Program {
		person, _ := d.Person(b.Person)
		who = cmp.Or(person.Values["name"], book.Say(lang, "nobody"))
	}
	return Line(book.Say(lang, "line", "type", t.Name.In(lang), "title", titleOf(lang, t, v), "what", KindName(lang, t, a.Kind), "who", who, "at", text.FormatDate(lang, p.Office.Register.Types().Day(b.At))))
}

// titleOf names a record: by its name where it has one that is not personal, and by its identifier.
func titleOf(lang string, t *catalog.RecordType, v register.Version) string {
	f, is := t.Field("name")
	if !is || f.Personal {
		return v.ID
	}
	columns := f.Columns()
	name := v.Values[columns[0]]
	if lang == "en" && len(columns) > 1 {
		name = cmp.Or(v.Values[columns[1]], name)
	}
	if name == "" {
		return v.ID
	}
	return fmt.Sprintf("%s (%s)", Line(name), v.ID)
}

// KindName names what was done to a record.
func KindName(lang string, t *catalog.RecordType, kind register.Kind) string {
	for _, way := range t.Transitions {
		if way.ID == string(kind) {
			return way.Name.In(lang)
		}
	}
	if id := "kind-" + string(kind); book.Has(id) {
		return book.Say(lang, id)
	}
	return string(kind)
}

// ofPassword is a letter with a link that is made now: nothing that is kept lets anybody in.
func (p *Post) ofPassword(ctx context.Context, m *Message, l Letter, who, parameter, id string, link func() (string, error)) ([]Letter, error) {
	d, err := p.Office.Directory(ctx)
	if err != nil {
		return nil, err
	}
	person, stands := d.Person(who)
	if m.To = person.Values["email"]; !stands || m.To == "" {
		return nil, nil
	}
	secret, err := link()
	if err != nil {
		return nil, err
	}
	m.Subject = book.Say(m.Lang, id+"-subject")
	m.paragraphs(book.Say(m.Lang, "dear", "name", Line(person.Values["name"])), book.Say(m.Lang, id+"-letter"), p.link(m.Lang, p.Desk+"/mat-khau", parameter, secret), book.Say(m.Lang, id+"-rest"))
	return []Letter{l}, nil
}

// Paths of the pages by which readers follow figures.
const (
	FollowPath  = "/theo-doi"
	ConfirmPath = FollowPath + "/xac-nhan"
	EndPath     = FollowPath + "/thoi"
)

// ofQuestion asks a reader whether they want to follow a page: not who follows it already, and nobody too often.
func (p *Post) ofQuestion(ctx context.Context, m *Message, l Letter) ([]Letter, error) {
	now := p.Now()
	n, err := p.Store.SentTo(ctx, Confirmation, l.Address, now.Add(-24*time.Hour))
	if err != nil || n >= asksADay || p.Figures == nil {
		return nil, err
	}
	name, err := p.Figures.Topic(ctx, l.Subject, m.Lang)
	if err != nil {
		return nil, err
	}
	secret := NewSecret()
	fresh, err := p.Store.Ask(ctx, Subscription{ID: letterID(l.Address, l.Subject), Address: l.Address, Topic: l.Subject, Lang: m.Lang, Confirm: HashOf(secret), End: NewSecret(), Made: now})
	if err != nil || !fresh {
		return nil, err
	}
	m.Subject = book.Say(m.Lang, "confirm-subject", "name", name)
	m.paragraphs(book.Say(m.Lang, "confirm-letter", "name", name), p.link(m.Lang, ConfirmPath, "ma", secret), book.Say(m.Lang, "confirm-rest"))
	return []Letter{l}, nil
}

// ofNews tells a reader what a release changed.
func (p *Post) ofNews(ctx context.Context, m *Message, l Letter) ([]Letter, error) {
	s, on, err := p.Store.Subscription(ctx, l.Subject)
	if err != nil || !on || p.Figures == nil {
		return nil, err
	}
	name, err := p.Figures.Topic(ctx, s.Topic, m.Lang)
	if err != nil {
		return nil, err
	}
	m.To, m.End = s.Address, p.link(m.Lang, EndPath, "ma", s.End)
	at, err := time.Parse(time.RFC3339, l.Facts["at"])
	if err != nil {
		return nil, nil //nolint:nilerr // not a letter of ours
	}
	date := text.FormatDate(m.Lang, p.Office.Register.Types().Day(at))
	m.Subject = book.Say(m.Lang, "news-subject", "name", name)
	m.paragraphs(book.Say(m.Lang, "news-letter", "name", name, "date", date, "release", l.Facts["release"]), book.Say(m.Lang, "news-counts", "added", l.Facts["added"], "revised", l.Facts["revised"], "withdrawn", l.Facts["withdrawn"]),
		p.link(m.Lang, s.Topic), book.Say(m.Lang, "news-end")+"\n"+m.End)
	return []Letter{l}, nil
}
