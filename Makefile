# make run    the whole product on this machine        make test    every test
# make check  lint, types, imports, supply chain       make lock    pin the requirements anew
# make bench  what a turn costs, measured from outside  make bench-peers       beside LiteLLM and Portkey
# SIMULATOR=1 make run   with the provider simulator
# make guard  what a turn costs in counts, against its budgets
# make profile  where a turn's CPU goes: tables and flame graphs in build/profile
# make bench-scale  what a turn costs as the tables grow (ARGS=--quick: a first look)
# make retrieval  how well and how fast passages are found, beside plain BM25
# make faults  20 seeds of every fault under load, an hour and more (ARGS="--seeds 1": one)
# make faults-short  one seed of it, every kind of fault once
# make clients  the OpenAI SDKs, LangChain and llm against the product (ARGS=--write: into docs/clients.md)
# make served-mini  Mini on a real server with random weights, installed on demand
# make fuzz   100,000 made-up requests over both ports
# make alerts  what makes each alert fire, by promtool
# make screenshots  the README's pictures, made anew by the browser tests

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check lock bench bench-peers bench-scale faults faults-short fuzz guard profile retrieval screenshots chromium clients served-mini alerts

# the first Python of 3.11 or 3.12 that really runs
PYTHON := $(shell for name in python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/made-of-%: requirements/%.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed and was not found."; exit 2; }
	@echo "Installing requirements/$*.txt into $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --require-hashes --disable-pip-version-check -r requirements/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/$*.txt
	@printf '#!/bin/bash\nPYTHONPATH="%s" exec "%s/python" -m infra.cli.main "$$@"\n' "$(CURDIR)" "$(CURDIR)/$(BIN)" > $(BIN)/mevichat && chmod +x $(BIN)/mevichat
	@touch $@

run: $(VENV)/made-of-run
	@$(BIN)/python -m infra.cli.main up $(if $(filter-out 0 no false,$(SIMULATOR)),--simulator)

test: $(VENV)/made-of-check chromium
	@$(BIN)/python -m pytest $(ARGS)

# the browser tests need one: Debian's, one on PATH or Playwright's own
chromium: $(VENV)/made-of-check
	@$(BIN)/python -m tests.browser.chromium

screenshots: $(VENV)/made-of-check chromium
	@$(BIN)/python -m pytest tests/browser
	@$(BIN)/python -m tests.browser.readme_pictures

check: $(VENV)/made-of-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive services shared infra
	@$(BIN)/python -m tests.supply_chain.licences
	@$(BIN)/python -m tests.supply_chain.advisories

bench: $(VENV)/made-of-check
	@$(BIN)/python -m tests.bench $(ARGS)

# the peers live in environments of their own under build/peers, never among the product's requirements
bench-peers: $(VENV)/made-of-check
	@$(BIN)/python -m tests.bench.systems.install
	@$(BIN)/python -m tests.bench --systems ours,litellm,portkey $(ARGS)

bench-scale: $(VENV)/made-of-check
	@$(BIN)/python -m tests.scale $(ARGS)

guard: $(VENV)/made-of-check
	@$(BIN)/python -m pytest tests/guard --capture=no

profile: $(VENV)/made-of-check
	@$(BIN)/python -m tests.profile $(ARGS)

retrieval: $(VENV)/made-of-check
	@$(BIN)/python -m tests.retrieval $(ARGS)

faults: $(VENV)/made-of-check
	@$(BIN)/python -m tests.faults $(or $(ARGS),--seeds 20 --turns 2500)

faults-short: $(VENV)/made-of-check
	@$(BIN)/python -m pytest tests/faults/test_short_form.py -m campaign --capture=no

# the clients live in environments of their own under build/clients
clients: $(VENV)/made-of-check
	@$(BIN)/python -m tests.clients $(ARGS)

# the server lives in an environment of its own under build/served-mini, never among the product's requirements
served-mini: $(VENV)/made-of-check
	@$(BIN)/python -m tests.served_mini.install
	@$(BIN)/python -m pytest tests/served_mini -m campaign

fuzz: $(VENV)/made-of-check
	@$(BIN)/python -m tests.security

# promtool comes with Prometheus (Debian: apt-get install prometheus)
alerts:
	@promtool check config infra/monitoring/prometheus.yml
	@promtool test rules infra/monitoring/alerts_test.yml

lock: $(VENV)/made-of-check
	@for name in run check uv; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
			requirements/$$name.in -o requirements/$$name.txt; done
	@! grep -n '://' requirements/*.txt
