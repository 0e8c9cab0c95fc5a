# Each target sets up what it needs in .venv (bench: .venv-bench): with uv where it is installed, with pip otherwise.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
READY := $(VENV)/.installed-from-lock
BENCH := .venv-bench
BENCH_READY := $(BENCH)/.installed-from-lock
NPM := .npm-bench
NPM_PACKAGES := @anthropic-ai/claude-code@latest @openai/codex@latest @google/gemini-cli@latest js-tiktoken @anthropic-ai/tokenizer

# Servers are started hundreds of times: what is compiled once is kept, as it is where one is installed.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint unit test-long mutants bench bench-short bench-clients lock snapshots readme clean

demo: $(READY)  ## A conversation through the server on the embedded portal
	@$(RUN) -m openchannels_mcp demo

test: lint unit  ## Everything that has to pass

lint: $(READY)
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy --num-workers 2

unit: $(READY)
	$(RUN) -m pytest --numprocesses=auto --dist=worksteal

test-long: $(READY)  ## Campaigns in their long form, and every program in a fresh interpreter
	LONG_TESTS=1 $(RUN) -m pytest --numprocesses=auto --dist=worksteal

mutants: $(READY)  ## Whether the tests notice small changes of the code that decides; some minutes
	$(RUN) -m tests.mutants

bench: $(BENCH_READY)  ## Measure everything beside its peers; writes bench/RESULTS.md, results.json and profile.txt
	$(BENCH)/bin/python -m bench
	$(BENCH)/bin/python -m bench.profile

bench-short: $(READY)  ## The same with small counts in a minute, to see that it can be measured
	$(RUN) -m bench --short

bench-clients: $(READY)  ## What published clients show their models, and tokens of answers; takes 1 GB of packages from npm
	npm install --silent --no-save --prefix $(NPM) $(NPM_PACKAGES)
	BENCH_NPM=$(NPM) $(RUN) -m bench clients answers tokens

snapshots: $(READY)  ## Accept the tools' present look
	UPDATE_TOOLSNAPS=1 $(RUN) -m pytest tests/test_toolsnaps.py

readme: $(READY)  ## Write the README's table of tools anew
	$(RUN) -m tests.readme

lock:  ## Pin the newest dependencies (needs uv)
	$(LOCK) --group dev --upgrade --output-file requirements.lock pyproject.toml
	$(LOCK) --extra telemetry --extra masking --group image --constraint requirements.lock --output-file requirements-image.lock pyproject.toml
	$(LOCK) --group bench --constraint requirements.lock --output-file requirements-bench.lock pyproject.toml

$(READY): requirements.lock
$(BENCH_READY): requirements-bench.lock
$(READY) $(BENCH_READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.x ...")'
	@if command -v uv >/dev/null; then \
		uv venv --quiet --allow-existing --python $(PYTHON) $(@D) && \
		uv pip install --quiet --python $(@D)/bin/python --require-hashes -r $<; \
	else \
		$(PYTHON) -m venv $(@D) && $(@D)/bin/python -m pip install --quiet --require-hashes -r $<; \
	fi
	@touch $@

clean:
	rm -rf $(VENV) $(BENCH) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
