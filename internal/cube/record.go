package cube

import (
	"encoding/binary"

	"nhipso/internal/stat"
)

// encode writes a record: its length; the lengths of its key and of the dataflow and series in it; the key; its number; the rest.
func (r record) encode(b []byte) []byte {
	body := binary.AppendUvarint(make([]byte, 0, 256), uint64(len(r.key)))
	body = binary.AppendUvarint(body, uint64(len(r.Dataflow)))
	body = binary.AppendUvarint(body, uint64(len(r.Key)))
	body = append(body, r.key...)
	body = binary.BigEndian.AppendUint64(body, uint64(r.seq))
	body = binary.AppendUvarint(body, uint64(r.Row))
	body = appendText(body, r.Period.String())
	body = appendText(body, r.Vintage.Date.String())
	body = appendText(body, r.Vintage.Written)
	body = appendText(body, string(r.Status))
	if r.Value == nil {
		body = append(body, 0)
	} else {
		body = appendText(append(body, 1), r.Value.String())
	}
	if r.Attributes == nil {
		body = append(body, 0)
	} else {
		body = append(body, 1)
		for _, name := range r.Attributes.Names() {
			body = appendText(appendText(body, name), r.Attributes[name])
		}
	}
	return append(binary.AppendUvarint(b, uint64(len(body))), body...)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// keyOf gives the key of an encoded record.
func keyOf(raw []byte) []byte {
	key, _ := headOf(raw)
	return key
}

// headOf gives what an encoded record is sorted by.
func headOf(raw []byte) (key []byte, seq uint64) {
	d := cut{raw: raw}
	d.number() // the length of all
	n := d.number()
	d.number()
	d.number()
	key = d.bytes(int(n))
	return key, binary.BigEndian.Uint64(d.bytes(8))
}

// cut takes an encoded record apart.
type cut struct{ raw []byte }

func (c *cut) number() uint64 {
	n, w := binary.Uvarint(c.raw)
	c.raw = c.raw[max(w, 0):]
	return n
}

func (c *cut) bytes(n int) []byte {
	n = min(max(n, 0), len(c.raw))
	b := c.raw[:n]
	c.raw = c.raw[n:]
	return b
}

func (c *cut) text() []byte { return c.bytes(int(c.number())) }

// decoding reads records. Figures share periods, days and attributes, so each text is read once.
type decoding struct {
	periods    map[string]stat.Period
	days       map[string]stat.Date
	texts      map[string]string
	attributes map[string]stat.Attributes
}

func newDecoding() *decoding {
	return &decoding{map[string]stat.Period{}, map[string]stat.Date{}, map[string]string{}, map[string]stat.Attributes{}}
}

// recall gives what a text was read as before, or reads it.
func recall[T any](known map[string]T, text []byte, read func(string) (T, error)) (T, error) {
	if v, ok := known[string(text)]; ok {
		return v, nil
	}
	v, err := read(string(text))
	if err == nil {
		if len(known) >= maxTexts {
			clear(known)
		}
		known[string(text)] = v
	}
	return v, err
}

func (d *decoding) record(raw []byte) (r record, err error) {
	c := cut{raw: raw}
	c.number()
	key, flow, series := int(c.number()), int(c.number()), int(c.number())
	r.key = string(c.bytes(key))
	r.Dataflow, r.Key = r.key[:flow], stat.Key(r.key[flow+1:flow+1+series])
	r.seq = int(binary.BigEndian.Uint64(c.bytes(8)))
	r.Row = int(c.number())
	if r.Period, err = recall(d.periods, c.text(), parsePeriod); err != nil {
		return r, err
	}
	if r.Vintage.Date, err = recall(d.days, c.text(), parseDay); err != nil {
		return r, err
	}
	r.Vintage.Written, _ = recall(d.texts, c.text(), func(s string) (string, error) { return s, nil })
	status, _ := recall(d.texts, c.text(), func(s string) (string, error) { return s, nil })
	r.Status = stat.Status(status)
	if c.bytes(1)[0] == 1 {
		v, err := stat.ParseDecimal(string(c.text()))
		if err != nil {
			return r, err
		}
		r.Value = &v
	}
	if c.bytes(1)[0] == 1 {
		r.Attributes, err = recall(d.attributes, c.raw, func(s string) (stat.Attributes, error) {
			a, rest := stat.Attributes{}, cut{[]byte(s)}
			for len(rest.raw) > 0 {
				name := string(rest.text())
				a[name] = string(rest.text())
			}
			return a, nil
		})
	}
	return r, err
}

// parsePeriod reads a period that may be none: what is wrong with an entry is said where it is checked.
func parsePeriod(s string) (stat.Period, error) {
	if s == "" {
		return stat.Period{}, nil
	}
	return stat.ParsePeriod(s)
}

func parseDay(s string) (stat.Date, error) {
	if s == "" {
		return stat.Date{}, nil
	}
	return stat.ParseDate(s)
}
