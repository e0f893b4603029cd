# The whole developer interface. Each target sets up what it needs on a fresh machine.

SETUP := scripts/setup
PYTHON := .venv/bin/python
YICHUANG := .venv/bin/yichuang
# Extra words for pytest: make test ARGS="tests/hall -k miss"
ARGS ?=
UPGRADE ?=
# The parts of the bench to run, all without a name: make bench NAME="boards calling"
NAME ?=
PORT ?= 8080

.DEFAULT_GOAL := help
.PHONY: help demo dev test check fix docs bench faults soak screenshots lock audit clean

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: ## Run the demo hall: store, server, printer and visitors (QUIET=1: no visitors; PORT=...)
	@$(SETUP) run fonts voice
	@exec $(YICHUANG) demo --port $(PORT) $(if $(QUIET),--quiet)

dev: ## Run the demo hall and start it anew whenever a file changes
	@$(SETUP) dev fonts voice
	@exec $(YICHUANG) dev --port $(PORT) $(if $(QUIET),--quiet)

test: ## Run all tests, those in a real browser included (ARGS=... goes to pytest)
	@$(SETUP) dev fonts browser node strace tmux ocr voice
	@scripts/tests $(ARGS)

check: ## Format, lint, types, import contracts, JavaScript, catalogues, proofs: what CI runs
	@$(SETUP) dev npm
	@scripts/check

fix: ## Format, and repair what the linter can repair
	@$(SETUP) dev
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

docs: ## Write docs/reference.md and the state diagram from the code
	@$(SETUP) dev
	@$(PYTHON) -m scripts.reference

bench: ## Measure, print a table, write build/bench.json (NAME=boards: a part)
	@$(SETUP) dev fonts wrk browser
	@$(PYTHON) -m bench $(NAME)

faults: ## The long runs that break things on purpose
	@$(SETUP) dev fonts browser strace
	@HYPOTHESIS_PROFILE=long $(PYTHON) -m pytest -m faults --timeout=3600 $(ARGS)

soak: ## One board in a browser for SOAK_CALLS=20000 calls, cut off and restarted meanwhile
	@$(SETUP) dev fonts browser
	@$(PYTHON) -m pytest tests/browser/test_soak.py -m faults --timeout=14400 $(ARGS)

screenshots: ## Take the pictures of the README, and of every step of the kiosk (build/kiosk)
	@$(SETUP) dev fonts browser
	@$(PYTHON) -m scripts.screenshots

lock: ## Write the lock files anew (UPGRADE=1: to the newest versions)
	@$(SETUP) dev npm
	@scripts/lock $(if $(UPGRADE),--upgrade)

audit: ## Look up known vulnerabilities of everything that is locked (needs the network)
	@$(SETUP) dev
	@.venv/bin/uvx -q pip-audit --strict --disable-pip --require-hashes -r requirements/run.txt

clean: ## Remove everything that was made here, the demo's data in var/ excepted
	rm -rf build .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
