GO        ?= go
BIN       := bin/ecsole
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS   := -s -w -X main.version=$(VERSION)
FUZZTIME  ?= 20s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: demo run build test bench lint fuzz shots clean

demo: build ## the console on a simulated account
	$(BIN) demo

run: build ## the console on your own account
	$(BIN)

build: ## bin/ecsole
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/ecsole

test: ## all tests, with the race detector
	$(GO) test -race -timeout 20m ./...

bench: build ## the table of measurements; PLUGIN=build measures session-manager-plugin, too
	$(GO) run ./cmd/ecsole/bench -bin $(BIN) $(if $(PLUGIN),-plugin $(PLUGIN))

lint: ## gofmt, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

fuzz: ## every fuzz target for FUZZTIME
	@set -e; for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 30x $$pkg; \
		done; \
	done

shots: ## the pictures of the README, drawn anew
	$(GO) test ./views/journeys -run '^TestPictures$$' -count=1 -pictures ../../docs

clean:
	rm -rf bin
