# Two commands are all a newcomer needs: make run, make test.
ADDR ?= localhost:8080
DATA ?= nhipso-data
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# One way to compile: what a build has compiled, tests and the programs that they build take from the cache.
export GOFLAGS := $(GOFLAGS) -trimpath

.PHONY: run build test lint bench assets clean

run: build ## build, prepare the data folder on first use, and serve on http://$(ADDR)
	bin/nhipso serve --addr $(ADDR) --data $(DATA)

build:
	go build -ldflags "-s -w -X main.version=$(VERSION)" -o bin/nhipso ./cmd/nhipso

test: lint ## everything; PostgreSQL, browser and client tests run when their programs are here, and must run in CI
	go test -vet=off -timeout 20m ./... # lint has vetted, for more than go test would

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.7.0 ./...
	go run ./devtools/vulncheck

bench: ## speed, each figure beside its peer or physical limit
	go run ./devtools/bench -out doc/benchmarks.md

assets: ## rebuild the committed front-end output from static/src
	go run ./devtools/assets

clean:
	rm -rf bin
