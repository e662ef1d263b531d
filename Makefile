# Malha: one entry per need. Minutes are for two cores and a cold cache; the first run of a target
# also makes .venv (about one minute of downloads), later runs only when pyproject.toml or
# constraints.txt changed. Any Python from 3.11 on; name another with PYTHON=/path/to/python3.

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# The first interpreter that runs, is new enough and can make environments (a name on PATH may be
# a shim that fails, and Debian ships python3 without ensurepip).
PYENV_ROOT ?= $(HOME)/.pyenv
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14 \
	$(wildcard $(PYENV_ROOT)/versions/3.1[1-9]*/bin/python3); do \
	"$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
	>/dev/null 2>&1 && echo "$$python" && break; done)

NO_PYTHON = Malha needs Python 3.11 or later with its venv module, and none was found \
	(on Debian and Ubuntu: apt-get install python3-venv).
OLD_PYTHON = Malha needs Python 3.11 or later; $(PYTHON) is older or does not run.

.PHONY: help demo test test-real lint types bench fuzz histories campaign clean

# The list below (no time at all).
help:
	@echo 'make demo        three terminals and a relay sell a real day (ARGS=--exit ends afterwards)'
	@echo 'make test        every test that needs no minutes of real processes'
	@echo 'make test-real   real processes, sockets, disks, network namespaces'
	@echo 'make lint        ruff check and ruff format --check'
	@echo 'make types       mypy --strict on the four packages'
	@echo 'make bench       the budgets, measured'
	@echo 'make fuzz        hostile bytes at every door'
	@echo 'make histories   the models against the reference on generated histories (COUNT=20000)'
	@echo 'make campaign    random shops under fresh seeds; a row more in simulations/README.md'
	@echo 'make clean       removes environments, caches and builds'

# About 1 minute: a site, three peers and a relay on loopback replay a day of orders, then stay up.
demo: $(VENV)/.installed-demo
	$(BIN)/python -m simulations demo $(ARGS)

# About 13 minutes: everything but tests/real and tests/browser, two files at a time, the longest
# first. ARGS go to pytest.
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder \
	--ignore=tests/real --ignore=tests/browser $(ARGS)

# About 7 minutes, on Linux as root: real terminals in network namespaces, over a wire that loses,
# cuts and swallows; SIGKILL, SIGSTOP, a disk that fills up. Prints what it counted, and what this
# machine did not let it do and why.
test-real: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -rs tests/real $(ARGS)

# Seconds.
lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Under a minute cold, seconds after that.
types: $(VENV)/.installed-dev
	$(BIN)/mypy --strict

# About 5 minutes: prints the table of budgets.
bench: $(VENV)/.installed-dev
	$(BIN)/python -m simulations bench $(ARGS)

# About 5 minutes: changes, frames, CBOR and HTTP bodies; prints inputs tried and deaths.
fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m simulations fuzz $(ARGS)

# About 9 minutes: the models and the independent reference model read 20,000 generated histories
# alike, or COUNT=n of them from FROM=n on. A history that they read differently is named.
COUNT ?= 20000
FROM ?= 0
histories: $(VENV)/.installed-dev
	MALHA_HISTORIES=$(COUNT) MALHA_FIRST_HISTORY=$(FROM) $(BIN)/python -m pytest -q \
	tests/simulations/reference/test_histories.py -k models_and_the_reference_say_the_same $(ARGS)

# 60 minutes, or MINUTES=n: services and faults drawn from fresh seeds; a seed that fails is printed.
MINUTES ?= 60
campaign: $(VENV)/.installed-dev
	$(BIN)/python -m simulations campaign --minutes $(MINUTES) --table simulations/README.md $(ARGS)

# Seconds. Never touches what a peer wrote.
clean:
	rm -rf $(VENV) .venv313 .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	find crdt_models peer cloud_relay simulations tests -name __pycache__ -type d -exec rm -rf {} +

# A half-made environment is removed, so that the next run does not trust it.
$(BIN)/python:
	@test -n '$(PYTHON)' || { echo '$(NO_PYTHON)' >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo '$(OLD_PYTHON)' >&2; exit 1; }
	'$(PYTHON)' -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# One install per change of the two files; dev holds all of demo.
$(VENV)/.installed-%: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing what Malha needs into $(VENV): a minute, more on a slow line.'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	@touch $@
	@test '$*' != dev || touch $(VENV)/.installed-demo
