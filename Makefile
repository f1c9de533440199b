# Needs Python 3.11 or newer, make and git. Everything else comes from uv.lock, into .venv.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup refresh test docs lint lint-fast lint-imports lint-dbt lint-sql fix hooks

PYTHON ?= python3
UV_VERSION := 0.13.9
# The uv on PATH, else one of our own in .uv.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
BIN := .venv/bin
SYNC = $(UV) sync --frozen --compile-bytecode
# Linters compile the dbt project; they get files of their own and never touch a warehouse.
LINT_HOME := $(CURDIR)/.lint
DBT_PARSE = $(BIN)/dbt --quiet parse --project-dir "$(CURDIR)/dbt_project" \
	--profiles-dir "$(CURDIR)/dbt_project" --target prod \
	--target-path "$(LINT_HOME)/dbt" --log-path "$(LINT_HOME)/logs"

# What would lead uv or dbt elsewhere.
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV DBT_PROJECT_DIR DBT_PROFILES_DIR DBT_TARGET DBT_TARGET_PATH DBT_LOG_PATH

help:
	@echo "make refresh    set up, then load, build, check and publish  (ARGS='--landing …')"
	@echo "make test       set up, then run the whole test suite        (ARGS='-k …')"
	@echo "make lint       set up, then run every linter"
	@echo "make docs       write docs/marts.md anew from the models"
	@echo "make fix        repair what the linters can repair"
	@echo "make setup      the development environment alone"
	@echo "make hooks      run the linters before commit and push"

setup: .venv/.synced-dev

refresh: .venv/.synced
	@$(BIN)/lead-ledger refresh $(ARGS)

# Tests marked shared_data need extracts that are not in this repository: .ci/run adds them.
test: .venv/.synced-dev
	@$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile \
		$(if $(SHARED_DATA),,-m "not shared_data") $(ARGS)

docs: export LEAD_LEDGER_HOME := $(LINT_HOME)
docs: .venv/.synced-dev
	@mkdir -p .lint
	@$(DBT_PARSE)
	@$(BIN)/python -m orchestration.marts_page .lint/dbt/manifest.json docs/marts.md

lint: lint-fast lint-imports lint-dbt lint-sql

lint-fast: .venv/.synced-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/yamllint --strict .

lint-imports: .venv/.synced-dev
	@$(BIN)/lint-imports --no-logo --cache-dir .lint/imports

lint-dbt: export LEAD_LEDGER_HOME := $(LINT_HOME)
lint-dbt: .venv/.synced-dev
	@mkdir -p .lint
	@$(DBT_PARSE)
	@COLUMNS=160 $(BIN)/dbt-bouncer run --show-all-failures

lint-sql: export LEAD_LEDGER_HOME := $(LINT_HOME)
lint-sql: .venv/.synced-dev
	@mkdir -p .lint
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project

fix: export LEAD_LEDGER_HOME := $(LINT_HOME)
fix: .venv/.synced-dev
	@mkdir -p .lint
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --disable-progress-bar dbt_project

hooks: .venv/.synced-dev
	@$(BIN)/pre-commit install

# What runs the project, and with it what checks the project. A stamp inside .venv says that it
# is in step with the lock file, and goes when .venv goes; the second contains the first.
.venv/.synced: uv.lock pyproject.toml | $(filter .uv/bin/uv,$(UV))
	@{ test .venv/.synced-dev -nt uv.lock && test .venv/.synced-dev -nt pyproject.toml; } \
		|| $(SYNC) --no-dev --inexact
	@touch $@

.venv/.synced-dev: uv.lock pyproject.toml | $(filter .uv/bin/uv,$(UV))
	@$(SYNC)
	@touch $@

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 to 3.13 is needed: make PYTHON=<path to it> …" >&2; exit 1; }
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
