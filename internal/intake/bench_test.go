package intake_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"nhipso/internal/store/storetest"
)

// BenchmarkAccept has 500 programs submit at once, again and again, while the committer stores what was accepted, and reports how long they wait.
func BenchmarkAccept(b *testing.B) {
	for name, at := range map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres} {
		b.Run(name, func(b *testing.B) {
			o := openAt(b, at)
			ctx, stop := context.WithCancel(b.Context())
			var working sync.WaitGroup
			working.Go(func() { o.committer.Run(ctx) })
			defer func() { stop(); working.Wait() }()
			const n = 500
			var took []time.Duration
			for round := 0; b.Loop(); round++ {
				each := make([]time.Duration, n)
				var wg sync.WaitGroup
				for i := range n {
					wg.Go(func() {
						body := heading + share("2024", "13.17", time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, round*n+i).Format("2006-01-02"))
						begun := time.Now()
						if w := o.send(request{key: fmt.Sprint(round, "/", i), body: body}); w.Code != http.StatusAccepted && w.Code != http.StatusOK {
							b.Errorf("%d: %s", w.Code, w.Body)
						}
						each[i] = time.Since(begun)
					})
				}
				wg.Wait()
				took = append(took, each...)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-accept-median")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-accept-p99")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-accept-max")
		})
	}
}
