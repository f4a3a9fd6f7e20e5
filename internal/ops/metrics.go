package ops

import (
	"context"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"nhipso/internal/middleware"
)

// Metrics counts what a server does, for Prometheus.
type Metrics struct {
	registry *prometheus.Registry
	inFlight prometheus.Gauge
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	now      func() time.Time

	mu       sync.Mutex
	memories map[string]func() middleware.Kept // by name
}

// NewMetrics makes the counters, with those of the Go runtime and the process and what the program was built from.
func NewMetrics(version string, now func() time.Time) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), now: now, memories: map[string]func() middleware.Kept{},
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "nhipso_http_in_flight", Help: "Requests being answered."}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nhipso_http_requests_total", Help: "Requests answered, by route, method and status."}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "nhipso_http_request_seconds", Help: "Time taken to answer, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, []string{"route"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "nhipso_build_info", Help: "What the program was built from; always 1.", ConstLabels: built(version)})
	build.Set(1)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.inFlight, m.requests, m.seconds, build)
	return m
}

func built(version string) prometheus.Labels {
	l := prometheus.Labels{"version": version, "revision": "", "go": ""}
	if info, ok := debug.ReadBuildInfo(); ok {
		l["go"] = info.GoVersion
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				l["revision"] = s.Value
			}
		}
	}
	return l
}

// methods are those that are counted by name; anybody may invent others.
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "OPTIONS": true, "PUT": true, "PATCH": true, "DELETE": true}

// Requests counts requests by the pattern of their route, which route gives.
func (m *Metrics) Requests(route func(*http.Request) string) middleware.Wrap {
	watch := middleware.Watch(m.now, func(x middleware.Seen) {
		name, method, status := route(x.Request), x.Request.Method, x.Status
		if name == "" {
			name = "none"
		}
		if !methods[method] {
			method = "other"
		}
		if status == 0 {
			status = http.StatusOK // nothing was written, which the server sends as 200
		}
		m.requests.WithLabelValues(name, method, strconv.Itoa(status)).Inc()
		m.seconds.WithLabelValues(name).Observe(x.Took.Seconds())
	})
	return func(next http.Handler) http.Handler {
		watched := watch(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			m.inFlight.Inc()
			defer m.inFlight.Dec()
			watched.ServeHTTP(w, r)
		})
	}
}

// Memory counts how a memory of responses does. Another one of the same name takes the place of the former, and is counted from nothing.
func (m *Metrics) Memory(name string, of func() middleware.Kept) {
	m.mu.Lock()
	_, counted := m.memories[name]
	m.memories[name] = of
	m.mu.Unlock()
	if counted {
		return
	}
	kept := func() middleware.Kept {
		m.mu.Lock()
		now := m.memories[name]
		m.mu.Unlock()
		return now()
	}
	labels := func(result string) prometheus.Labels { return prometheus.Labels{"memory": name, "result": result} }
	const help = "Requests answered from a memory of responses (hit), or rendered to be kept in it (miss)."
	count := func(result string, n func() int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "nhipso_memory_requests_total", Help: help, ConstLabels: labels(result)}, func() float64 { return float64(n()) }))
	}
	count("hit", func() int64 { return kept().Hits })
	count("miss", func() int64 { return kept().Misses })
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "nhipso_memory_bytes", Help: "Bytes of responses kept.", ConstLabels: prometheus.Labels{"memory": name}},
		func() float64 { return float64(kept().Bytes) }))
}

// Fact is something counted only when it is asked for.
type Fact struct {
	Name, Help string
	Labels     map[string]string
	Value      float64
}

// Facts asks for facts whenever the metrics are read. Where they cannot be had, the metric nhipso_facts_up says so.
func (m *Metrics) Facts(ask func(ctx context.Context) ([]Fact, error)) {
	m.registry.MustRegister(asked{ask})
}

// asked is a collector of facts. It describes none ahead, since what there is to tell changes.
type asked struct {
	ask func(ctx context.Context) ([]Fact, error)
}

// Describe implements prometheus.Collector.
func (asked) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (a asked) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	facts, err := a.ask(ctx)
	up := Fact{Name: "nhipso_facts_up", Help: "Whether the store answered when these metrics were read.", Value: 1}
	if err != nil {
		up.Value = 0
	}
	for _, f := range append(facts, up) {
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc(f.Name, f.Help, nil, f.Labels), prometheus.GaugeValue, f.Value)
	}
}

// Handler gives the metrics to whoever asks.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
