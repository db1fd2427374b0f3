# Everything that a contributor runs. `make` alone lists it.
PYTHON := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH):/usr/sbin:/sbin

.PHONY: help setup demo test unit lab systems lint docs bench clean

help:
	@echo "make setup  what development needs: .venv, pinned packages, missing system packages"
	@echo "make demo   a deployment of network namespaces, site.yml, and real packets as the proof"
	@echo "make test   unit tests, then tests in the lab"
	@echo "make systems  tests on whole systems that boot (root; SUITES=all for each release of Debian)"
	@echo "make lint   every checker; tools/lint NAME runs one"
	@echo "make docs   write the generated references anew"
	@echo "make bench  the time that planning takes, at three sizes"
	@echo "make clean  remove .venv and caches"

setup:
	@tools/setup

demo: setup
	@$(PYTHON) -m tests.lab.demo

test: unit lab

unit: setup
	@$(PYTHON) -m pytest tests/unit -n 2 -q
	@tools/lint references

lab:
	@tools/setup tests
	@$(PYTHON) -m pytest tests/lab -q -n 3 --dist loadfile

# Whole systems need root, and two more packages than the rest.
SUITES := bookworm
systems:
	@tools/setup systems
	@tests/systems/build $(if $(filter all,$(SUITES)),bullseye bookworm trixie,$(SUITES)) >/dev/null
	@$(PYTHON) -m pytest tests/systems -q --suites=$(SUITES)

lint: setup
	@tools/lint

docs: setup
	@tools/references

bench: setup
	@PYTHONPATH=.venv/collections $(PYTHON) -m tests.bench.plan

clean:
	rm -rf .venv .ansible .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
