package store_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
)

// Some tests need another program at work on the database. It is this test binary again, told by the environment what to
// be; it says on standard output what it has done, and ends when it is killed or its standard input is closed.
func TestMain(m *testing.M) {
	url := os.Getenv("STORE_TEST_URL")
	switch os.Getenv("STORE_TEST_CHILD") {
	case "":
		os.Exit(m.Run())
	case "writer":
		must(writeForever(url))
	case "streamer":
		must(streamForever(url))
	case "registrar":
		must(registerForever(url))
	case "holder":
		must(holdTheLock(url))
	}
}

func must(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// startChild starts the other program and gives its lines.
func startChild(t *testing.T, role, url string) (*exec.Cmd, io.WriteCloser, *bufio.Scanner) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "STORE_TEST_CHILD="+role, "STORE_TEST_URL="+url)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	return c, in, bufio.NewScanner(out)
}

const batch = 40 // figures in one message of the writer

// delivery is message n of the writer: it tells from any figure what all the others must be.
func delivery(n int64) cube.Message {
	m := cube.Message{Header: cube.Header{Sender: "writer", File: "w.csv"}}
	for i := range batch {
		v := stat.Int(n)
		m.Entries = append(m.Entries, cube.Entry{Dataflow: "FLOW", Row: i + 2, Observation: stat.Observation{
			Key: stat.Key(fmt.Sprintf("A.S%02d", i)), Period: stat.Year(2020), Status: stat.Normal, Value: &v,
			Vintage:    stat.Vintage{Date: stat.MustDate("2000-01-01").AddDays(int(n))},
			Attributes: stat.Attributes{stat.AttrSource: "doc", stat.AttrMark: "S", stat.AttrComment: strings.Repeat("x", 200)}}})
	}
	return m
}

// writeForever appends deliveries and says the number of each once it is acknowledged.
func writeForever(url string) error {
	s, err := store.OpenWith(context.Background(), url, store.Options{HeadNote: os.Getenv("STORE_TEST_NOTE")})
	if err != nil {
		return err
	}
	n, err := s.LastMessage(context.Background())
	for err == nil {
		n++
		var r cube.Receipt
		r, err = cube.Append(context.Background(), s, delivery(n))
		if err == nil {
			fmt.Println(r.Message)
		}
	}
	return err
}

// streamed is how many figures a message of the streamer has: more than are held in memory.
const streamed = 20_000

// streamForever stores large messages and says the number of each once it is acknowledged, and when it is in the middle of one.
func streamForever(url string) error {
	s, err := store.Open(context.Background(), url)
	if err != nil {
		return err
	}
	n, err := s.LastMessage(context.Background())
	for err == nil {
		n++
		var d *cube.Delivery
		if d, err = cube.Gather(cube.Header{Sender: "streamer"}, stream(streamed, stat.MustDate("2000-01-01").AddDays(int(n)).String())); err != nil {
			return err
		}
		d.Progress = func(p cube.Progress) { fmt.Println("at", p.Done) }
		var r cube.Receipt
		if r, err = s.Append(context.Background(), d); err == nil {
			fmt.Println(r.Message)
		}
		d.Close()
	}
	return err
}

// holdTheLock begins to write and does not end.
func holdTheLock(url string) error {
	db, err := sqldb.Open(context.Background(), url, sqldb.Options{})
	if err != nil {
		return err
	}
	return db.Write(context.Background(), func(*sqldb.Tx) error {
		fmt.Println("held")
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	})
}
