# make demo   sets up what it needs and calls the simulated people
# make test   sets up what it needs and runs the tests
# make setup  the environment alone (.venv)

SHELL := /bin/bash
PY := .venv/bin/python

.PHONY: setup setup-dev demo test lint lock

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

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .

# Universal, with hashes, without addresses. Needs uv.
lock:
	uv pip compile pyproject.toml --extra demo --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -o requirements.lock
	uv pip compile pyproject.toml --extra demo --extra dev --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -c requirements.lock -o requirements-dev.lock
