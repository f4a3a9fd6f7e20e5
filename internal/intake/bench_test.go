package intake_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"nhipso/internal/store/storetest"
)

// BenchmarkAccept has 500 programs send a submission, all at once, and reports how long each waits until its own is accepted for good. Run it with
// -benchtime 1x, so that nothing waits from the round before.
func BenchmarkAccept(b *testing.B) {
	for name, at := range map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres} {
		b.Run(name, func(b *testing.B) {
			o := openAt(b, at)
			const senders = 500
			var took []time.Duration
			round := 0
			for b.Loop() {
				round++
				times := make([]time.Duration, senders)
				start := make(chan struct{})
				var all sync.WaitGroup
				for i := range senders {
					all.Go(func() {
						r := request{key: fmt.Sprint(round, "-", i), body: heading + share(fmt.Sprint(1900+i%100), fmt.Sprint(i%90, ".", 10+i/90), fmt.Sprintf("20%02d-01-05", round%100))}
						<-start
						begun := time.Now()
						if w := o.send(r); w.Code != http.StatusAccepted {
							b.Errorf("%d %s", w.Code, w.Body)
						}
						times[i] = time.Since(begun)
					})
				}
				close(start)
				all.Wait()
				took = append(took, times...)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-accept-median")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-accept-p99")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-accept-max")
		})
	}
}
