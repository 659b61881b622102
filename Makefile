# make demo   sets up what it needs and calls the simulated people
# make test   sets up what it needs and runs the tests
# make test-browser  the tests in Chromium, which it installs where it may
# make screenshots  takes the README's pictures anew, of the demo in Chromium
# make setup  the environment alone (.venv)

SHELL := /bin/bash
PY := .venv/bin/python

.PHONY: setup setup-dev demo test test-browser screenshots chromium lint lock

setup: .venv/.ready

setup-dev: .venv/.ready-dev

# pocketsphinx ships wheels for 3.11 and 3.13 only.
.venv/bin/python:
	@for p in python3.13 python3.11 python3 python; do \
	  if "$$p" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 13)))' 2>/dev/null; then \
	    echo "Making .venv with $$($$p --version)"; exec "$$p" -m venv .venv; fi; done; \
	  echo "SautiQual needs Python 3.11 or 3.13, and found neither on the PATH. Install one of them and run make again."; exit 1

.venv/.ready: requirements.lock | .venv/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.ready-dev: requirements-dev.lock .venv/.ready
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup
	$(PY) manage.py demo $(ARGS)

test: setup-dev
	$(PY) -m pytest $(ARGS)

# A browser of its own is not downloaded: Debian's is found by its name, any other by CHROMIUM.
test-browser: setup-dev chromium
	$(PY) -m pytest -m browser tests/browser $(ARGS)

screenshots: setup-dev chromium
	$(PY) -m tests.browser.screenshots

chromium:
	@if command -v "$${CHROMIUM:-chromium}" chromium-browser google-chrome >/dev/null; then exit 0; fi; \
	if [ -z "$$CHROMIUM" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
	  echo "The browser tests need Chromium: run \"sudo apt-get install chromium\", or set CHROMIUM to the browser's path."; exit 1; fi

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .

# Universal, with hashes, without addresses. Needs uv.
lock:
	uv pip compile pyproject.toml --extra demo --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -o requirements.lock
	uv pip compile pyproject.toml --extra demo --extra dev --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -c requirements.lock -o requirements-dev.lock
