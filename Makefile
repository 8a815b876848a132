# Everything a newcomer, a developer and CI call. `make help` lists the targets.

VENV    := .venv
PYTHON  ?= python3
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check -q
STATE   ?= var/town
VISITS  ?= 1000
SEED    ?= 7

.PHONY: help run install test check bench simulate sweep protocol lint types contracts tests browser verifiers database bookkeepers format lock clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: install ## open the town on localhost; Ctrl-C closes it, the books stay in var/town
	@$(BIN)/konbini town --state $(STATE)

install: $(VENV)/installed ## prepare .venv with the program in it

$(VENV)/bin/python:
	@echo "preparing $(VENV)"
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); \
	  echo "this python has no venv module: installing Debian's python3-venv"; \
	  apt-get install -y -qq python3-venv >/dev/null || { apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; }; \
	  $(PYTHON) -m venv $(VENV); }

$(VENV)/installed: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing packages (about half a minute)"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/tested: requirements/test.txt $(VENV)/installed
	@echo "installing what the tests need"
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/benched: requirements/bench.txt $(VENV)/tested
	@echo "installing what papers are measured beside"
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

browser: | $(VENV)/tested
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { echo "installing a Chromium"; \
	  { apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || $(BIN)/python -m playwright install chromium; }

verifiers:
	@{ command -v pdfsig && command -v certutil; } >/dev/null || { echo "installing pdfsig and certutil"; \
	  apt-get update -qq && apt-get install -y -qq poppler-utils libnss3-tools >/dev/null; } || echo "they cannot be had here: what they say of signatures is not tested"

database: # programs only: no server of this machine's own is set up or started
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { echo "installing a PostgreSQL server for the tests"; \
	  mkdir -p /etc/postgresql-common && { test -e /etc/postgresql-common/createcluster.conf || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf; }; \
	  apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; } || echo "it cannot be had here: what PostgreSQL refuses is not tested"

bookkeepers:
	@command -v hledger >/dev/null || { echo "installing hledger"; \
	  apt-get update -qq && apt-get install -y -qq hledger >/dev/null; } || echo "it cannot be had here: what it says of the ledger is not tested"

test: $(VENV)/tested browser verifiers database bookkeepers check tests ## everything CI runs: format, lint, types, contracts, all tests

check: $(VENV)/tested lint types contracts ## format, lint, types and import contracts, without the tests

lint:
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types:
	@$(BIN)/mypy

contracts:
	@$(BIN)/lint-imports

tests:
	@$(BIN)/python -m pytest

sweep: $(VENV)/tested browser database ## the full tables: every crash point, long simulations, thousands of visits
	@KONBINI_SEARCH=1 $(BIN)/python -m pytest -m sweep -o faulthandler_timeout=3600

bench: $(VENV)/benched ## the cost of one visit, step by step, and of papers beside other programs
	@$(BIN)/python -m benchmarks.visit
	@$(BIN)/python -m benchmarks.papers
	@$(BIN)/python -m benchmarks.routing
	@$(BIN)/python -m benchmarks.upload
	@$(BIN)/python -m benchmarks.booking --issuances 100000
	@$(BIN)/python -m benchmarks.plan

simulate: install ## a thousand visits with heavy faults on virtual time (VISITS=, SEED=)
	@$(BIN)/konbini simulate --seed $(SEED) --visits $(VISITS) --faults heavy

protocol: install ## write docs/protocol's machine-readable files and tables anew from the program
	@$(BIN)/python -c 'from pathlib import Path; from conformance.published import write_published; write_published(Path("docs/protocol"))'

format: $(VENV)/tested ## put every file into form
	@$(BIN)/ruff check --fix -q . || true
	@$(BIN)/ruff format .

lock: $(VENV)/tested ## pin the newest packages that pyproject.toml allows, with hashes and without addresses (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra build pyproject.toml -o requirements/run.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra build --extra test pyproject.toml -o requirements/test.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra build --extra test --extra bench -c requirements/test.txt pyproject.toml -o requirements/bench.txt

clean: ## forget the demonstration town and what tests built
	rm -rf var build
