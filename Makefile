# Needs git, make and Python 3.11, 3.12 or 3.13; everything else is set up here, in .venv.
# Another interpreter: make test PYTHON=python3.12

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
SPARK_VENV := .venv-spark
EXAMPLES_VENV ?= .venv-examples
STARTERS ?= $(patsubst examples/%/requirements.txt,%,$(wildcard examples/*/requirements.txt))
SETUP := pyproject.toml .ci/constraints.txt
# pinned: what CI installs; newest: what the ranges of pyproject.toml allow today; oldest: their lower ends.
DEPENDENCIES ?= pinned
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
ifeq ($(DEPENDENCIES),pinned)
INSTALL = $(PIP) --constraint .ci/constraints.txt
else ifeq ($(DEPENDENCIES),newest)
INSTALL = $(PIP) --upgrade --upgrade-strategy eager
else
INSTALL = $(PIP) uv && $(BIN)/uv pip install --quiet --resolution lowest-direct
endif
# One more than there are processors: tests also wait, for servers, locks and each other's ends.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
ARGS ?=

.PHONY: demo test test-spark test-examples quick torture bench lint format docs clean

demo: $(VENV)/.installed
	$(BIN)/encord-sync demo $(ARGS)

# The hash seed: generated rows are then the same on every run (tests/parity/budget.py). Bytecode is written, whatever the
# environment says: hundreds of commands are started.
test: $(VENV)/.installed-dev
	PYTHONDONTWRITEBYTECODE= PYTHONHASHSEED=0 $(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

# What a person runs on each save: no crashes, no other processes by the dozen, no generated rows by the thousand.
quick: $(VENV)/.installed-dev
	PYTHONDONTWRITEBYTECODE= PYTHONHASHSEED=0 $(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not slow" $(ARGS)

# A real Spark over a lake, alone and as a cluster. Its environment is its own: Spark is large, and pins what it needs.
test-spark: $(SPARK_VENV)/.installed
	@$(SPARK_VENV)/bin/python -m tests.spark.spark_places
	$(SPARK_VENV)/bin/pytest -m spark tests/spark $(ARGS)

# The starters of examples/, each with its tools in an environment of its own: they pin what encord-sync does not.
# Fewer of them: make test-examples STARTERS="dbt notebook"; those that need others are then skipped.
test-examples: $(VENV)/.installed-dev $(STARTERS:%=$(EXAMPLES_VENV)/%/.installed)
	ENCORD_SYNC_TEST_EXAMPLES=$(EXAMPLES_VENV) ENCORD_SYNC_TEST_STARTERS="$(STARTERS)" \
		$(BIN)/pytest -m examples tests/examples $(ARGS)

# The long form of the crash tests, with figures: kills, faults, random histories.
torture: $(VENV)/.installed-dev
	$(BIN)/python -m tests.crash.torture $(ARGS)

# Speed against baselines of the same run, into bench/results; ARGS=--quick, ARGS=--full. `make docs` quotes them.
bench: $(VENV)/.installed-bench
	$(BIN)/python -m bench $(ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The reference pages from the code, then the site: a broken link or an unlisted page is an error. Open _site/index.html.
docs: $(VENV)/.installed-docs
	$(BIN)/python -m tests.docs.reference
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs _site
	@echo "The site is in _site: open _site/index.html."

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "encord-sync needs Python 3.11, 3.12 or 3.13; name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python $(SETUP)
	@echo "Installing encord-sync into $(VENV) (first time only, about a minute) ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: $(BIN)/python $(SETUP)
	@echo "Installing encord-sync and its test tools into $(VENV) (first time only, about a minute) ..."
	@$(INSTALL) --editable '.[dev,frames,postgres,iceberg]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: $(VENV)/.installed-dev
	@$(INSTALL) --editable '.[dev,frames,postgres,iceberg,docs]'
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	@$(INSTALL) --editable '.[dev,frames,postgres,iceberg,bench]'
	@touch $@

$(SPARK_VENV)/.installed: $(SETUP)
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || { echo "make test-spark needs Java 17, which is not installed: apt-get install openjdk-17-jre-headless."; exit 1; }
	@test -n "$(PYTHON)" || { echo "encord-sync needs Python 3.11, 3.12 or 3.13; name one: make test-spark PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Installing encord-sync and Spark into $(SPARK_VENV) (first time only, some minutes) ..."
	@$(PYTHON) -m venv $(SPARK_VENV)
	@$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[dev,postgres,iceberg,spark-tests]'
	@touch $@

$(EXAMPLES_VENV)/%/.installed: examples/%/requirements.txt
	@echo "Installing the tools of examples/$* into $(EXAMPLES_VENV)/$* (first time only, minutes) ..."
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --prefer-binary --requirement $<
	@touch $@

clean:
	rm -rf $(VENV) $(SPARK_VENV) $(EXAMPLES_VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build _site
