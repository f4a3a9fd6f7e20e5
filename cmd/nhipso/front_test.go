package main

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
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
	"nhipso/internal/intake"
	"nhipso/internal/jobs"
	"nhipso/internal/releasefile"
	"nhipso/internal/store"
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
func server(t *testing.T, p installation, now func() time.Time) (address string, a *app) {
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

// What the reference pack of the test says in three of its files, and what another edition says there.
var (
	oldNames = names{"Statistics office of Cloudland (fictitious)", "Share of digital value added in GDP", "The core is the digital industries of Cloudland"}
	newNames = names{"Office that counts clouds (fictitious)", "Part of digital value in GDP", "The core is what counts as digital in Cloudland"}
)

type names struct{ code, flow, word string }

// on reports how many of a code and of a dataflow a page of the dataflow names.
func (n names) on(page string) (count int) {
	for _, said := range []string{">" + n.code + "</option>", n.flow} {
		if strings.Contains(page, said) {
			count++
		}
	}
	return count
}

// renamed makes the pack of a folder say the new names.
func renamed(t *testing.T, dir string) {
	t.Helper()
	rewrite(t, filepath.Join(dir, "catalog", "codelists", "CL_DEFINITION.csv"), oldNames.code, newNames.code)
	rewrite(t, filepath.Join(dir, "catalog", "dataflows.yaml"), oldNames.flow, newNames.flow)
	rewrite(t, filepath.Join(dir, "words", "web.csv"), oldNames.word, newNames.word)
	rewrite(t, filepath.Join(dir, "catalog", "codelists", "CL_ACTIVITY.csv"), "\nTAX,", "\nX9,B1GQ,Dệt mây,Weaving of clouds\nTAX,")
}

func fetched(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("%s answers %d (%v)", address, r.StatusCode, err)
	}
	return string(b)
}

// askedSince asks an address for what has changed since the release that is out came out, and gives the status.
func askedSince(t *testing.T, address string, a *app) int {
	t.Helper()
	out, err := a.desk().Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("If-Modified-Since", out.PublishAt.UTC().Format(http.TimeFormat))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// prepared1 prepares an installation of a pack and ends.
func prepared1(t *testing.T, e *env, p installation) {
	t.Helper()
	a, err := e.open(t.Context(), &p)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	defer a.close()
	a.log = slog.New(slog.DiscardHandler)
	if err := a.prepare(t.Context(), e); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
}

// writtenAnew has a server that runs write the file of the release that is out once more, and gives a file of the pack in it.
func writtenAnew(t *testing.T, a *app, name string) string {
	t.Helper()
	r, err := a.desk().Current(t.Context())
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	minute := r.Minutes()[0]
	file := filepath.Join(a.installation.data, releaseFolder, releaseFileName(r, minute))
	for _, end := range []string{"", releasefile.HashExtension, releasefile.SignatureExtension} {
		if err := os.Remove(file + end); err != nil {
			t.Fatal(err)
		}
	}
	q, err := a.openQueue(t.Context())
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
	b, err := fs.ReadFile(held, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// submitted sends a figure to a server and gives what became of it.
func submitted(t *testing.T, server, token, row string) (told intake.Told) {
	t.Helper()
	ask := func(method, address, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": "Bearer " + token, "Idempotency-Key": "k", "Content-Type": "text/csv"} {
			r.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if err := json.NewDecoder(answer.Body).Decode(&told); err != nil {
			t.Fatal(answer.Status, err)
		}
	}
	ask(http.MethodPost, server+intake.Path+"?dataflow=NA_GROWTH", "DATAFLOW,FREQ,REF_AREA,ACTIVITY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n"+row)
	within(t, 30*time.Second, "the submission is settled", func() bool {
		ask(http.MethodGet, server+intake.Path+"/"+told.ID, "")
		return told.State != store.Accepted
	})
	return told
}

// TestServersTakeUpAnEditionOfTheCatalogueWithoutARestart: names, structures and words of an edition are shown by every server within seconds; no page is of
// two editions, no request fails, and the file of a release that is written later holds the new edition.
func TestServersTakeUpAnEditionOfTheCatalogueWithoutARestart(t *testing.T) {
	for name, url := range map[string]storetest.Database{"sqlite": nil, "postgres": storetest.EmptyPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, p := copyOf(t), installation{data: t.TempDir()}
			if url != nil {
				p.database = url(t)
			}
			e, out := clerk(t)
			e.now = time.Now
			prepared1(t, e, installation{data: p.data, database: p.database, pack: dir})
			var servers []string
			var last *app
			for range 2 {
				address, a := server(t, p, time.Now)
				servers, last = append(servers, address), a
			}
			const page = "/so-lieu/DE_SHARE?lang=en"
			var readers sync.WaitGroup
			reading, enough := context.WithCancel(t.Context())
			for _, server := range servers {
				readers.Go(func() {
					for reading.Err() == nil {
						body := fetched(t, server+page)
						if old, now := oldNames.on(body), newNames.on(body); old+now != 2 || old == 1 {
							t.Errorf("%s shows %d old names and %d new ones on one page", server, old, now)
							return
						}
					}
				})
			}
			at := []string{"--data", p.data}
			if p.database != "" {
				at = append(at, "--database", p.database)
			}
			token := strings.Split(typed(t, e, out, exitOK, append([]string{"token", "add", "--sender", "Sky office", "--dataflow", "NA_GROWTH", "--by", "an"}, at...)...), "\n")[1]
			renamed(t, dir)
			typed(t, e, out, exitOK, append([]string{"catalog", "load", "--pack", dir, "--by", "lan", "--reason", "other names"}, at...)...)
			for _, server := range servers {
				within(t, 20*time.Second, server+" shows the edition", func() bool {
					return newNames.on(fetched(t, server+page)) == 2 && strings.Contains(fetched(t, server+"/?lang=en"), newNames.word) &&
						strings.Contains(fetched(t, server+"/api/v1/codelists/CL_DEFINITION?lang=en"), newNames.code)
				})
			}
			enough()
			readers.Wait()
			for _, asks := range []string{page, "/api/v1/codelists/CL_DEFINITION?lang=en"} {
				if status := askedSince(t, servers[0]+asks, last); status != http.StatusOK {
					t.Errorf("whoever asks for what has changed since the release gets %d at %s", status, asks)
				}
			}
			if said := submitted(t, servers[0], token, "NA_GROWTH,A,XM,X9,2020,7.5,A,2025-02-01,S,XMS-2025\n"); said.State != store.Committed {
				t.Errorf("a figure of a code that came with the edition: %+v", said)
			}
			if text := writtenAnew(t, last, "catalog/codelists/CL_DEFINITION.csv"); !strings.Contains(text, newNames.code) {
				t.Error("the file holds an edition of before")
			}
		})
	}
}
