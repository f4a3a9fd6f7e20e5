package api

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/view"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// Version of the API. A change that could break a client takes a new root beside /api/v1.
const Version = "1.0.0"

// config is what huma needs to know.
func config(lang string) huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[stat.Decimal](), reflect.TypeFor[numberSchema]())
	registry.RegisterTypeAlias(reflect.TypeFor[stat.Date](), reflect.TypeFor[dateSchema]())
	registry.RegisterTypeAlias(reflect.TypeFor[stat.Period](), reflect.TypeFor[periodSchema]())
	content := huma.Format{Marshal: func(w io.Writer, v any) error {
		f, ok := v.(filer)
		if !ok {
			return fault.New("api.broken")
		}
		return f.given().give(w)
	}}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: book.Say(lang, "doc.title"), Version: Version, Description: book.Say(lang, "doc.text"),
				License: &huma.License{Name: "CC BY 4.0", URL: "https://creativecommons.org/licenses/by/4.0/"}},
			Components: &huma.Components{Schemas: registry},
		},
		Formats:          map[string]huma.Format{typeJSON: huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat, typeCSV: content, typeXLSX: content},
		NoFormatFallback: true,
	}
}

// document is the OpenAPI document in one language.
type document struct {
	api        *huma.OpenAPI
	operations []*huma.Operation // in the order of their tags, then as registered
	beside     []group           // operations that others serve
	json, yaml []byte
}

// tags group operations, in the order in which the document lists them.
var tags = []string{"data", "structure", "targets", "territory", "records"}

// describe writes the words of a language into the document that the operations have made.
func (s *service) describe(o *huma.OpenAPI, lang string, order []string) (*document, error) {
	d := &document{api: o}
	for _, tag := range tags {
		o.Tags = append(o.Tags, &huma.Tag{Name: tag, Description: book.Say(lang, "tag."+tag)})
	}
	for path, item := range o.Paths {
		op := item.Get
		op.Path = path
		d.operations = append(d.operations, op)
		op.Summary = book.Say(lang, "op."+op.OperationID)
		op.Description = book.Say(lang, "op."+op.OperationID+".text")
		for _, p := range op.Parameters {
			p.Description = say(lang, "param", op.OperationID, p.Name)
			p.Schema.Description = ""
			p.Example = s.exampleOf(op, p)
			if p.Schema.Type == huma.TypeString && p.Schema.MinLength == nil && p.Schema.Format == "" && len(p.Schema.Enum) == 0 {
				p.Schema.MinLength = new(int)
				*p.Schema.MinLength = 1 // a parameter is left out or has a value
			}
		}
		answer(op, lang)
	}
	slices.SortFunc(d.operations, func(a, b *huma.Operation) int {
		if c := slices.Index(tags, a.Tags[0]) - slices.Index(tags, b.Tags[0]); c != 0 {
			return c
		}
		return slices.Index(order, a.OperationID) - slices.Index(order, b.OperationID)
	})
	for name, schema := range o.Components.Schemas.Map() {
		for field, property := range schema.Properties {
			property.Description = say(lang, "field", name, field)
		}
	}
	var err error
	if d.json, err = json.Marshal(o); err != nil {
		return nil, err
	}
	d.yaml, err = o.YAML()
	return d, err
}

// bound names the sets of areas that the country has, wherever a set is asked for or answered. Which there are is known only when the program runs.
func (s *service) bound(o *huma.OpenAPI) {
	var provinces, all []any
	for _, set := range s.territory.ProvinceSets() {
		provinces = append(provinces, string(set))
	}
	for _, d := range s.territory.Divisions() {
		all = append(all, string(d.ID))
	}
	limit := func(x *huma.Schema, values []any) {
		if x != nil && len(values) > 0 {
			x.Enum = values
			x.PrecomputeMessages()
		}
	}
	if item := o.Paths["/restate/{dataflow}"]; item != nil {
		for _, p := range item.Get.Parameters {
			switch p.Name {
			case "from":
				limit(p.Schema, provinces)
			case "to":
				limit(p.Schema, all)
			}
		}
	}
	schemas := o.Components.Schemas.Map()
	for name, field := range map[string]string{"Province": "set", "ProvinceView": "set", "Provinces": "set", "Restatement": "from"} {
		if x := schemas[name]; x != nil {
			limit(x.Properties[field], provinces)
		}
	}
	if x := schemas["Restatement"]; x != nil {
		limit(x.Properties["to"], all)
	}
}

// answer lists how an operation can answer.
func answer(op *huma.Operation, lang string) {
	delete(op.Responses, "default")
	ok := op.Responses["200"]
	ok.Description = book.Say(lang, "status.200")
	for _, h := range ok.Headers {
		h.Description = "" // HTTP's own headers
	}
	if slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "format" }) {
		for _, f := range offeredBy(op) {
			switch f {
			case typeCSV:
				ok.Content[f] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
			case typeXLSX:
				ok.Content[f] = &huma.MediaType{}
			}
		}
	} else {
		delete(ok.Headers, "Content-Disposition")
	}
	if !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "offset" }) {
		delete(ok.Headers, "Link")
		delete(ok.Headers, "X-Total-Count")
	}
	op.Responses["304"] = &huma.Response{Description: book.Say(lang, "status.304")}
	codes := []int{http.StatusBadRequest, http.StatusNotFound, http.StatusNotAcceptable, http.StatusRequestURITooLong, http.StatusUnprocessableEntity,
		http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	for _, code := range codes {
		op.Responses[strconv.Itoa(code)] = &huma.Response{Description: book.Say(lang, "status."+strconv.Itoa(code)),
			Content: map[string]*huma.MediaType{typeProblem: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}}
	}
}

// say gives the words for a parameter or a field: those special to its operation or schema, else those of its name.
func say(lang, kind, owner, name string) string {
	if special := kind + "." + owner + "." + name; book.Has(special) {
		return book.Say(lang, special)
	}
	return book.Say(lang, kind+"."+name, "statuses", codes(lang, stat.Statuses(), view.StatusFlag), "marks", codes(lang, stat.Marks(), view.MarkFlag))
}

// codes writes a list of codes with their words, as pages have them.
func codes[C ~string](lang string, list []C, flag func(C) view.Flag) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = string(c) + " = " + flag(c).Name.In(lang)
	}
	return strings.Join(out, "; ")
}

// onlyLanguage refuses any parameter but a language, for what is no operation: the document and the page.
func onlyLanguage(r *http.Request) error {
	declared := []*huma.Param{{Name: "lang", In: "query", Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"vi", "en"}}}}
	q, err := parametersOf(r, declared)
	if lang := q.Get("lang"); err == nil && lang != "" && !slices.Contains(languages, lang) {
		err = refused(declared, &huma.ErrorDetail{Location: "query.lang", Value: lang})
	}
	return err
}

// openapi serves the document in the language asked for.
func (s *service) openapi(contentType string, of func(*document) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := onlyLanguage(r); err != nil {
			s.refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Type", contentType)
		w.Write(of(s.documents[languageOf(r)])) //nolint:errcheck // the response is in memory
	}
}
