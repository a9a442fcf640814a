# Everything starts here, and needs only make, git and Python 3.11 or newer: each target makes .venv and
# installs exact versions with hashes from packaging/requirements*.txt by itself, when they changed.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# One more than two cores: tests also wait, for terminals, kills and disks.
JOBS ?= 3
DEMO_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=

# The first interpreter that runs and is new enough; a name on PATH may be an empty shim, so each one is tried.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1; then echo $$p; break; fi; done)

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --only-binary :all: --require-hashes
# Nothing is fetched for the build: its backend is in the lock.
INSTALL_SELF := $(PIP) install --no-build-isolation --no-deps --no-index --editable .

RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header $(if $(UPGRADE),--upgrade)

.PHONY: help demo test lint schema bench bench-sync bench-load bench-vault simulate torture-sync torture-vault failover fuzz golden catalogues screens lock wheel wheels-check sbom clean

help: ## Show the targets
	@echo "fieldtui – make targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(RUN_READY) ## Start a central system, enrol a laptop with made-up citizens and open fieldtui
	@$(BIN)/fieldtui demo $(DEMO_ARGS)

# Each worker reads every test: what one of them has compiled the others take, also where images turn that off.
test: $(DEV_READY) ## Run every test (TEST_ARGS=… goes to pytest, JOBS=3)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(TEST_ARGS)

lint: $(DEV_READY) ## Form, types, layers, and schemas in step with the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python packaging/catalogues.py --check
	$(BIN)/python packaging/schemas.py --check

schema: $(DEV_READY) ## Write schema/ anew from the code
	@$(BIN)/python packaging/schemas.py

bench: $(DEV_READY) ## Measure the command line on a training vault (BENCH_ARGS="--citizens 100")
	@$(BIN)/python -m tests.benchmarks $(BENCH_ARGS)

bench-sync: $(DEV_READY) ## Measure sync beside Anki and PouchDB (SIZE=S or L, ROUNDS=3, WRITE=docs/performance.md)
	@$(BIN)/python -m tests.benchmarks.sync --size $(or $(SIZE),S) --rounds $(or $(ROUNDS),3) \
		$(if $(WRITE),--write $(WRITE)) $(BENCH_ARGS)

bench-load: $(DEV_READY) ## Measure the central system under many devices (DEVICES=100, PROCESSES=2, WRITE=docs/performance.md)
	@$(BIN)/python -m tests.benchmarks.sync.load --devices $(or $(DEVICES),100) --processes $(or $(PROCESSES),2) \
		$(if $(WRITE),--write $(WRITE)) $(BENCH_ARGS)

bench-vault: $(DEV_READY) ## Measure the vault against its budgets and floors (ROUNDS=5, WRITE=docs/performance.md)
	@$(BIN)/python -m tests.benchmarks.vault --rounds $(or $(ROUNDS),5) $(if $(WRITE),--write $(WRITE)) $(BENCH_ARGS)

simulate: $(DEV_READY) ## Play sync under a seeded scheduler (SEEDS=300 FIRST=0, or SEED=1234 TRACE=1; BREAK=name or all)
	@$(BIN)/python -m tests.simulation --jobs $(JOBS) --seeds $(or $(SEEDS),300) --first $(or $(FIRST),0) \
		$(if $(SEED),--seed $(SEED)) $(if $(TRACE),--trace) $(if $(BREAK),--break $(BREAK))

torture-sync: $(DEV_READY) ## Kill laptops, API processes and PostgreSQL at random moments (ROUNDS=500 SEED=1 FIRST=0)
	@$(BIN)/python -m tests.torture sync --rounds $(or $(ROUNDS),500) --seed $(or $(SEED),1) --first $(or $(FIRST),0)

torture-vault: $(DEV_READY) ## Kill everything that is done to a vault at random moments, and flip bits in its files (ROUNDS=200 SEED=1 FIRST=0)
	@$(BIN)/python -m tests.torture vault --rounds $(or $(ROUNDS),200) --seed $(or $(SEED),1) --first $(or $(FIRST),0)

failover: $(DEV_READY) ## Kill the primary PostgreSQL under load, promote the standby, and look for every acknowledged edit
	@$(BIN)/python -m tests.torture failover $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))

fuzz: $(DEV_READY) ## Try every operation with what its schema allows and forbids, with all checks (EXAMPLES=100)
	@$(BIN)/python -m tests.security.fuzzing --examples $(or $(EXAMPLES),100)

golden: $(DEV_READY) ## Play the recorded conversation against a central system (URL=… OFFICE="command")
	@$(BIN)/python -m tests.golden --url "$(URL)" --office "$(OFFICE)"

catalogues: $(DEV_READY) ## Compile locale/en/*.po, and name Danish texts without an English one
	@$(BIN)/python packaging/catalogues.py

screens: $(DEV_READY) ## Draw all screens at 100×30 in Danish into docs/screens/
	@$(BIN)/python -m tests.tools.screens docs/screens

lock: $(DEV_READY) ## Write packaging/requirements*.txt anew (UPGRADE=1 takes newer versions)
	@$(LOCK) --extra central --extra dev --output-file packaging/requirements-dev.txt
	@$(LOCK) --extra central --constraint packaging/requirements-dev.txt --output-file packaging/requirements-central.txt
	@$(LOCK) --constraint packaging/requirements-dev.txt --output-file packaging/requirements.txt
	@$(subst pyproject.toml,--group build,$(LOCK)) --constraint packaging/requirements-dev.txt --output-file packaging/requirements-build.txt

wheel: $(DEV_READY) ## Build dist/fieldtui-*.whl without the network
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .

wheels-check: $(DEV_READY) ## Show that every locked dependency has a wheel for each system and Python
	@$(BIN)/python packaging/wheels.py --write docs/wheels.md

sbom: $(DEV_READY) ## Write the bill of materials, dist/fieldtui.cdx.json, out of the lock
	@$(BIN)/python packaging/sbom.py dist/fieldtui.cdx.json

clean: ## Remove what was built; vaults and demo data are left alone
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# --- the environment --------------------------------------------------------------------------

# An environment whose Python is gone (a system upgrade, a copied folder) is made anew.
ifneq ($(wildcard $(VENV)/.made),)
$(shell $(BIN)/python -c '' 2>/dev/null || rm -f $(VENV)/.made $(VENV)/.ready-run $(VENV)/.ready-dev)
endif

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "fieldtui needs Python 3.11–3.14. Install one and try again, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		v=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "Python $$v has no venv module. On Debian and Ubuntu: sudo apt install python$$v-venv"; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c 'import pip' 2>/dev/null || { \
		echo "Making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear $(VENV); }
	@touch $@

# Where the development tools are installed and current, everything the program needs is there too.
$(RUN_READY): packaging/requirements-central.txt packaging/requirements-build.txt pyproject.toml | $(VENV)/.made
	@if [ ! -f $(DEV_READY) ] || [ -n "$$(find packaging/requirements-dev.txt pyproject.toml -newer $(DEV_READY))" ]; then \
		echo "Installing fieldtui and what it needs (a few minutes the first time)"; \
		$(INSTALL) -r packaging/requirements-central.txt -r packaging/requirements-build.txt && $(INSTALL_SELF) || exit 1; fi
	@touch $@

$(DEV_READY): packaging/requirements-dev.txt pyproject.toml | $(VENV)/.made
	@echo "Installing fieldtui and its development tools (a few minutes the first time)"
	@$(INSTALL) -r packaging/requirements-dev.txt
	@$(INSTALL_SELF)
	@touch $@
