# Each target sets up what it needs in .venv: with uv where it is installed, with pip otherwise.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
READY := $(VENV)/.installed-from-lock

.PHONY: demo test lint unit lock snapshots readme clean

demo: $(READY)  ## A conversation through the server on the embedded portal
	@$(RUN) -m openchannels_mcp demo

test: lint unit  ## Everything that has to pass

lint: $(READY)
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy

unit: $(READY)
	$(RUN) -m pytest --numprocesses=auto --dist=worksteal

snapshots: $(READY)  ## Accept the tools' present look
	UPDATE_TOOLSNAPS=1 $(RUN) -m pytest tests/test_toolsnaps.py

readme: $(READY)  ## Write the README's table of tools anew
	$(RUN) -m tests.readme

lock:  ## Pin the newest dependencies (needs uv)
	$(LOCK) --group dev --upgrade --output-file requirements.lock pyproject.toml
	$(LOCK) --extra telemetry --group image --constraint requirements.lock --output-file requirements-image.lock pyproject.toml

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.x ...")'
	@if command -v uv >/dev/null; then \
		uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
		uv pip install --quiet --python $(RUN) --require-hashes -r requirements.lock; \
	else \
		$(PYTHON) -m venv $(VENV) && $(RUN) -m pip install --quiet --require-hashes -r requirements.lock; \
	fi
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
