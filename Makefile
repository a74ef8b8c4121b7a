# `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKS := config/locks
CLIENT := tools/client/node_modules/.bin

.DEFAULT_GOAL := help
# Side by side; each has servers of its own.
TEST_WORKERS ?= 3
PYTEST = $(BIN)/pytest --numprocesses $(TEST_WORKERS) --dist loadscope --no-loadscope-reorder

.PHONY: help run test test-all trials client-gates bench faults soak lint audit sbom fmt lock reference tracing wheel pillow-simd clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# pillow-simd, which makes pictures faster, is built while Perch is up: Pillow makes them until then.
run: $(VENV)/.runtime ## set up and start everything
	@[ -e $(VENV)/.pillow-simd ] || (config/setup.sh pillow-simd && touch $(VENV)/.pillow-simd) >$(VENV)/pillow-simd.out 2>&1 &
	@exec $(BIN)/perch up

test: $(VENV)/.dev $(VENV)/.pillow-simd ## set up and run the tests (make test ARGS='-k likes')
	@config/setup.sh test-tools
	@$(PYTEST) -m 'not whole' $(ARGS)

test-all: $(VENV)/.dev $(VENV)/.pillow-simd $(VENV)/.client ## the same, and those that start whole servers or take minutes
	@config/setup.sh test-tools
	@$(PYTEST) $(ARGS)

trials: $(VENV)/.dev $(VENV)/.pillow-simd ## the long form of every test that has one, for an hour or more
	@config/setup.sh test-tools
	@THOROUGH=1 $(BIN)/pytest -m 'long or fault' $(ARGS)

client-gates: $(VENV)/.dev $(VENV)/.pillow-simd $(VENV)/.client $(VENV)/.lighthouse ## measure the client against its gates (docs/client.md)
	@config/setup.sh test-tools
	@$(BIN)/python -m tools.gates $(ARGS)

bench: $(VENV)/.dev $(VENV)/.pillow-simd $(VENV)/.bench ## measure what Perch promises in figures (docs/performance.md)
	@$(BIN)/python -m tools.bench $(ARGS)

faults: $(VENV)/.dev $(VENV)/.pillow-simd ## break what can break, thoroughly: are the promises kept? (docs/reliability.md)
	@config/setup.sh test-tools
	@$(BIN)/python -m tests.faults $(ARGS)

soak: $(VENV)/.dev $(VENV)/.pillow-simd ## an hour of mixed load with faults: is anything lost, does anything grow?
	@$(BIN)/python -m tools.soak $(ARGS)

lint: $(VENV)/.dev $(VENV)/.client ## style, types, layers, vendored files, locks and licences
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(CLIENT)/eslint --config tools/client/eslint.config.js static
	$(CLIENT)/tsc --project tools/client
	$(BIN)/python static/vendor/vendor.py check
	$(BIN)/python -m tools.supply check

audit: $(VENV)/.dev $(VENV)/.audit ## which vulnerabilities are known of what is installed? (docs/dependencies.md)
	@$(BIN)/python -m tools.supply audit

sbom: $(VENV)/.dev $(VENV)/.audit ## list what is installed in sbom.json, as CycloneDX
	@$(BIN)/python -m tools.supply sbom

fmt: $(VENV)/.dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## renew the lock files from pyproject.toml
	config/setup.sh lock

reference: $(VENV)/.dev ## write docs/reference and the manual page anew from the code
	@$(BIN)/python -m tools.reference write

tracing: $(VENV)/.runtime ## install what traces need (docs/traces.md)
	@config/setup.sh tracing

wheel: $(VENV)/.dev $(VENV)/.client ## build the wheel and the source package into dist/
	rm -rf dist
	VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv build --quiet --no-build-isolation

pillow-simd: ## build pillow-simd again
	rm -f $(VENV)/.pillow-simd
	$(MAKE) $(VENV)/.pillow-simd

clean: ## remove what was installed here; data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/.runtime: $(LOCKS)/runtime.txt
	@PYTHON=$(PYTHON) config/setup.sh runtime
	@touch $@

$(VENV)/.dev: $(LOCKS)/dev.txt
	@PYTHON=$(PYTHON) config/setup.sh dev
	@touch $@ $(VENV)/.runtime

$(VENV)/.pillow-simd: $(LOCKS)/pillow-simd.txt | $(VENV)/.runtime
	@config/setup.sh pillow-simd
	@touch $@

$(VENV)/.bench: $(LOCKS)/bench.txt | $(VENV)/.dev
	@config/setup.sh bench
	@touch $@

$(VENV)/.audit: $(LOCKS)/audit.txt | $(VENV)/.dev
	@config/setup.sh audit
	@touch $@

$(VENV)/.client: tools/client/package-lock.json | $(VENV)/.dev
	@config/setup.sh client
	@touch $@

$(VENV)/.lighthouse: tools/gates/lighthouse/package-lock.json | $(VENV)/.dev
	@config/setup.sh lighthouse
	@touch $@
