# Every target makes what it needs: from a fresh clone, Python 3.11 or later and make are enough.

# The first Python here that is new enough. Another one: make test PYTHON=/path/to/python
ifndef PYTHON
PYTHON := $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$candidate"; break; }; done)
endif

BIN := .venv/bin
PORT ?= 5000

# What each target installs beside the package: groups of dependencies in pyproject.toml.
groups-run := example
groups-test := example test ecosystem
groups-check := example test check bench
groups-bench := bench

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench fuzz clean

help:  ## List these targets
	@sed -n 's/^\([a-z]*\):.*  ## /  make \1	/p' $(firstword $(MAKEFILE_LIST))

run: .venv/ready-run  ## Serve the students registry on http://127.0.0.1:5000
	@$(BIN)/schlenk --app examples/students/app.py run --port $(PORT)

test: .venv/ready-test  ## Run every test; those that were skipped are named at the end
	@$(BIN)/python -m pytest -rs

check: .venv/ready-check  ## Check lint, format, types and the direction of imports
	@$(BIN)/ruff check . || $(call say,lint: "$(BIN)/ruff check --fix ." mends most of it)
	@$(BIN)/ruff format --check . || $(call say,format: run "$(BIN)/ruff format .")
	@$(BIN)/mypy || $(call say,types: mend the lines named above)
	@$(BIN)/lint-imports || $(call say,imports: a module imports one of a layer above it)

bench: .venv/ready-bench  ## Measure beside Flask and requests; write table and plot, also into the README
	@$(BIN)/python -m benchmarks.cycle
	@$(BIN)/python -m benchmarks.http
	@$(BIN)/python -m benchmarks.readme

fuzz: .venv/ready-test  ## Compare with Flask on 20,000 random applications
	@SCHLENK_FUZZ=20000 $(BIN)/python -m pytest -rs tests/differential

clean:  ## Remove the environment and every cache, but no data
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is as old as the last install for its target, so pip runs again only for a new pyproject.toml.
.venv/ready-%: pyproject.toml Makefile .venv/pip
	@echo "Installing what \"make $*\" needs ..."
	@$(BIN)/python -m pip install --quiet --editable . $(addprefix --group ,$(groups-$*))
	@touch $@

# Groups of dependencies need pip 25.1; a new environment may hold an older one.
.venv/pip: $(BIN)/python
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || $(call say,no Python 3.11 or later was found: install one$(comma) or name it: make PYTHON=/path/to/python)
	@"$(PYTHON)" -m venv --clear .venv || { rm -rf .venv; \
	$(call say,"$(PYTHON)" cannot make environments: on Debian and Ubuntu install the package python3-venv); }

comma := ,
say = { echo >&2 'make: $(1)'; exit 1; }
