# Minhu's front door. Needs only make and Python 3.11 or newer; everything else is set up in .venv/ and build/.
PYTHON ?= python3
BIN := .venv/bin
PYTEST_PROCESSES ?= 2
# container images set it; every start of the program would then compile a thousand modules anew
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup demo test check e2e bench coverage audit docs lock

help: ## what there is
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv/ with locked packages, browser libraries, translations; instant when nothing changed
	@$(PYTHON) tools/setup.py

demo: ## set up, load the fictional city 云溪市 if it is not there, serve it and print the address
	@$(PYTHON) tools/setup.py --no-browser
	@$(BIN)/minhu demo

test: setup ## set up and pass all tests
	@$(BIN)/pytest -n $(PYTEST_PROCESSES) --dist worksteal -m "not e2e"
	@$(BIN)/pytest -n $(PYTEST_PROCESSES) --dist worksteal -m e2e tests/e2e tests/portals || { echo "played once more, one at a time:"; $(BIN)/pytest -m e2e --last-failed tests/e2e tests/portals; }

check: setup ## style, types, house plan, sizes, texts, translations, documents
	@$(BIN)/python tools/check.py

e2e: setup ## only the tests that play people in a browser
	@$(BIN)/pytest -n $(PYTEST_PROCESSES) -m e2e tests/e2e --durations 8

bench: setup ## the scripts behind the published figures, then the slow proofs: 500 lives, 1,000 kills, hostile callers
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done
	@MINHU_HYPOTHESIS=bench $(BIN)/pytest tests/handling/test_machine.py tests/kernel/test_calendar.py
	@MINHU_FAULTS=bench $(BIN)/pytest tests/faults tests/intake/test_import_command.py tests/server/test_simulate.py

coverage: setup ## all tests but the browser's, then the share of lines they reach against the goals
	@$(BIN)/pytest -n $(PYTEST_PROCESSES) --dist worksteal -m "not e2e" --cov --cov-report=
	@$(BIN)/python tools/coverage_goals.py

audit: setup ## locked packages against known advisories, withdrawn versions and the list of licences; asks the package index
	@$(BIN)/python tools/audit.py

docs: setup ## write docs/reference/ anew from the code
	@$(BIN)/python tools/write_reference.py

lock: setup ## write requirements/ anew from pyproject.toml
	@$(BIN)/python tools/lock.py
