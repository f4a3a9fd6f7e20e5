package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/releasefile"
	"nhipso/internal/store/storetest"
)

// watched is what watches a server that shows an installation.
func watched(t *testing.T, a *app, s config.Settings) *served {
	t.Helper()
	f, err := newFront(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	return f.serving(s)
}

// server starts a whole server on an installation, and gives its address and what it logs.
func server(t *testing.T, p place, now func() time.Time) (address string, a *app) {
	t.Helper()
	e := &env{in: strings.NewReader(""), out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }, now: now, lang: "en"}
	a, err := e.open(t.Context(), &p)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	a.log = slog.New(slog.DiscardHandler)
	s := settled(t, "", "NHIPSO_ADDR=127.0.0.1:0", "NHIPSO_RATE_LIMIT=1000000", "NHIPSO_RATE_BURST=1000000")
	l, err := takePorts(s)
	if err != nil {
		t.Fatal(err)
	}
	front, err := newFront(a)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	front.work(ctx, true, true)
	at, err := front.openStation(ctx, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- front.serveOn(ctx, e, l, s, at.plan) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(fault.In(err, "en"))
		}
		at.wait()
		front.close()
		a.close()
	})
	return "http://" + l.main.Addr().String(), a
}

// TestServersTakeUpAnEditionOfTheCatalogueWithoutARestart: names, structures and words of an edition are shown by every server within seconds; no page is of
// two editions, no request fails, and the file of a release that is written later holds the new edition.
func TestServersTakeUpAnEditionOfTheCatalogueWithoutARestart(t *testing.T) {
	for name, url := range map[string]storetest.Place{"sqlite": nil, "postgres": storetest.PostgresPlace} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := copyOf(t)
			p := place{data: t.TempDir(), pack: dir}
			if url != nil {
				p.database = url(t)
			}
			out := &bytes.Buffer{}
			e := &env{in: strings.NewReader(""), out: out, err: out, getenv: func(string) string { return "" }, now: time.Now, lang: "en"}
			first, err := e.open(t.Context(), &p)
			if err != nil {
				t.Fatal(fault.In(err, "en"))
			}
			first.log = slog.New(slog.DiscardHandler)
			if err := first.prepare(t.Context(), e); err != nil {
				t.Fatal(fault.In(err, "en"))
			}
			first.close()
			p.pack = ""
			var servers []string
			var last *app
			for range 2 {
				address, a := server(t, p, time.Now)
				servers, last = append(servers, address), a
			}
			get := func(address string) (int, string) {
				r, err := http.Get(address)
				if err != nil {
					t.Error(err)
					return 0, ""
				}
				defer r.Body.Close()
				b, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				return r.StatusCode, string(b)
			}
			const page, structure = "/so-lieu/DE_SHARE?lang=en", "/api/v1/codelists/CL_DEFINITION?lang=en"
			const oldCode, oldFlow, oldWord = "Statistics office of Cloudland (fictitious)", "Share of digital value added in GDP", "The core is the digital industries of Cloudland"
			const code, flow, word = "Office that counts clouds (fictitious)", "Part of digital value in GDP", "The core is what counts as digital in Cloudland"
			list, flows, words := filepath.Join(dir, "catalog", "codelists", "CL_DEFINITION.csv"), filepath.Join(dir, "catalog", "dataflows.yaml"), filepath.Join(dir, "words", "web.csv")
			rewrite(t, list, oldCode, code)
			rewrite(t, flows, oldFlow, flow)
			rewrite(t, words, oldWord, word)

			option := func(name string) string { return ">" + name + "</option>" }
			var readers sync.WaitGroup
			reading, enough := context.WithCancel(t.Context())
			for _, server := range servers {
				readers.Go(func() {
					for reading.Err() == nil {
						status, body := get(server + page)
						if status != http.StatusOK {
							t.Errorf("%s answers %d", server, status)
						}
						// The name of the dataflow and those of its series come from two files of the pack.
						older, newer := strings.Contains(body, option(oldCode)) && strings.Contains(body, oldFlow), strings.Contains(body, option(code)) && strings.Contains(body, flow)
						if older == newer || older && (strings.Contains(body, option(code)) || strings.Contains(body, flow)) || newer && (strings.Contains(body, option(oldCode)) || strings.Contains(body, oldFlow)) {
							t.Errorf("%s shows a page that is not of one edition: %v, %v", server, older, newer)
							return
						}
					}
				})
			}
			args := []string{"--lang", "en", "catalog", "load", "--pack", dir, "--data", p.data, "--by", "lan", "--reason", "other names"}
			if p.database != "" {
				args = append(args, "--database", p.database)
			}
			if status := dispatch(t.Context(), e, args); status != exitOK {
				t.Fatal(out.String())
			}
			for _, server := range servers {
				within(t, 20*time.Second, server+" shows the edition", func() bool {
					_, names := get(server + page)
					_, codes := get(server + structure)
					_, home := get(server + "/?lang=en")
					return strings.Contains(names, code) && strings.Contains(codes, code) && strings.Contains(home, word)
				})
			}
			enough()
			readers.Wait()

			// A server that has been running all the time writes the file of a release.
			r, err := last.desk().Current(t.Context())
			if err != nil {
				t.Fatal(fault.In(err, "en"))
			}
			minute := r.Minutes()[0]
			file := filepath.Join(p.data, releaseFolder, releaseFileName(r, minute))
			for _, end := range []string{"", releasefile.HashExtension, releasefile.SignatureExtension} {
				if err := os.Remove(file + end); err != nil {
					t.Fatal(err)
				}
			}
			q, err := last.openQueue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer q.Close()
			if _, fresh, err := q.Add(t.Context(), jobs.Job{Kind: fileJob, Key: filepath.Base(file), Args: releaseArgs{r.ID, minute}}); err != nil || !fresh {
				t.Fatal(fresh, err)
			}
			within(t, 60*time.Second, "the file of the release is written", func() bool { _, err := os.Stat(file + releasefile.SignatureExtension); return err == nil })
			f, err := releasefile.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			held, err := f.Pack(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b, err := held.Open("catalog/codelists/CL_DEFINITION.csv")
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(b)
			if !strings.Contains(string(text), code) {
				t.Error("the file holds an edition of before")
			}
		})
	}
}
