# What each target does stands beside it; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install demo playground test check format bench e2e screenshots package clean

help: ## this list
	@sed -n 's/^\([a-z0-9 -]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 22

# One environment, made once and made anew when what it holds changes. The demo needs less than development does.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.playground: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[playground]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.playground

install: $(VENV)/.dev ## .venv/ with everything for development

demo: $(VENV)/.playground ## two questions about Vera's own docs, answered in the terminal
	$(BIN)/python -m vera.playground.demo docs

playground: $(VENV)/.playground ## a Slack in the browser, on Vera's own docs (ARGS="--slow" and the like are passed on)
	$(BIN)/vera playground --docs docs $(ARGS)

test: $(VENV)/.dev ## the whole suite that needs no emulator
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -m 'not e2e'
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

check: $(VENV)/.dev ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## what the formatter and the linter can mend by themselves
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## the figures of docs/performance.md
	$(BIN)/python -m bench

e2e: $(VENV)/.dev ## the page in chromium, and what needs Node; names what it misses
	$(BIN)/python -m pytest -m e2e

screenshots: $(VENV)/.dev ## docs/playground.png and docs/playground-dark.png, taken by the browser test
	VERA_SCREENSHOTS=docs $(BIN)/python -m pytest -m e2e tests/e2e/browser/test_browser_pictures.py

package: ## (with the issue that brings it)
	@echo "make $@ is not there yet: CHANGELOG.md says what is." >&2; exit 1

clean: ## all that make made
	rm -rf $(VENV) .venv-* dist build .vera .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
