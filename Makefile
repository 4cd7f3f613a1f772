# make test   passes the tests (PostgreSQL and Chromium are used where they are installed)
# make lint   go vet, gofmt, staticcheck, generated files current
# make bench  runs the benchmarks against their peers and prints ratios
# make dist   builds the three Linux binaries and an offline source archive

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
ARCHES = amd64 arm64 loong64

.PHONY: test lint bench dist generate

test:
	$(GO) test -timeout 20m $(TESTFLAGS) ./...

generate:
	$(GO) tool templ generate

lint:
	$(GO) vet ./...
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "gofmt the files above"; exit 1; }
	$(GO) tool staticcheck ./...

bench:
	cd bench && $(GO) run . -out ../docs/performance.md

dist:
	@mkdir -p dist
	@for a in $(ARCHES); do for c in zhunsheng zhunsheng-verify; do \
		echo "dist/$$c-linux-$$a"; \
		CGO_ENABLED=0 GOOS=linux GOARCH=$$a $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o dist/$$c-linux-$$a ./cmd/$$c || exit 1; \
	done; done
	$(GO) mod vendor -o dist/vendor
	git archive --prefix=zhunsheng/ HEAD -o dist/source.tar
	tar --transform 's,^dist/vendor,zhunsheng/vendor,' -rf dist/source.tar dist/vendor
	gzip -f dist/source.tar && rm -rf dist/vendor
