# Everything that a contributor runs. `make` alone lists it.
PYTHON := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH):/usr/sbin:/sbin
# Python keeps what it has compiled, as it does by default: each of thousands of runs of Ansible needs the same.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test test-all unit browser lab faults fuzz sweep chaos chaos-all load inventories sanity units integration systems molecule molecule-short matrix mutants lint docs site build release bench bench-all clean

help:
	@echo "make setup  what development needs: .venv, pinned packages, missing system packages"
	@echo "make demo   a deployment of network namespaces, site.yml, and real packets as the proof"
	@echo "make test   unit, browser, lab; without tests that repeat a proof, sanity, integration, a few scenarios of Molecule (root)"
	@echo "make test-all  every test, with every release of ansible-core and of Debian (root)"
	@echo "make sweep  every port of every pair of the small lab, with each provider (8 minutes)"
	@echo "make fuzz   changed input for every reader of text (ten minutes at most; FUZZ='--list' names them)"
	@echo "make chaos  the module stopped at some of its points, each provider and each fault (25 minutes, root); make chaos-all  at each"
	@echo "make inventories  10,000 random inventories against a second calculation of their rules (15 minutes)"
	@echo "make load   site.yml on 60 and on 300 hosts, a tenth of them unreachable, a tenth killed half-way (root)"
	@echo "make sanity, make units, make integration  ansible-test; RELEASES=2.19 chooses ansible-core"
	@echo "make systems  tests on whole systems that boot (root; SUITES=all for each release of Debian)"
	@echo "make molecule  every scenario of Molecule on whole systems (root; SCENARIOS='default gateway' for some)"
	@echo "make matrix    the same on each release of Debian, and played by each ansible-core (root; an hour and a half)"
	@echo "make mutants   show that each scenario turns red when what it guards is broken (root)"
	@echo "make lint   every checker; tools/lint NAME runs one"
	@echo "make docs   write the generated references anew, and build the site: dist/site/index.html; make site builds it alone"
	@echo "make build  the collection's file, in dist: the same bytes for the same contents"
	@echo "make release VERSION=1.2.0  version, changelog, every checker, the file, its checksum, a commit and a tag"
	@echo "make bench  the time that plans take, and runs on one host beside a ping (root); make bench-all  all figures (hours)"
	@echo "make clean  remove .venv and caches"

setup:
	@tools/setup

demo: setup
	@$(PYTHON) -m tests.lab.demo

# The last three use one core each, most of the time, so two of them run at once; each shows what it said when it ends.
test: unit browser lab
	@tools/setup systems
	@$(MAKE) --no-print-directory -k -j 2 --output-sync=target RELEASES=newest sanity integration molecule-short

test-all: LONG :=
test-all: RELEASES := all
test-all: SUITES := all
test-all: unit browser lab faults sweep sanity units integration systems matrix mutants

# What repeats a proof is left for test-all: tests/long.txt. `make unit lab LONG=` leaves nothing.
LONG := -m "not long"
unit: setup
	@$(PYTHON) -m pytest tests/unit -n 3 -q $(LONG)
	@tools/lint references site

# The pages, in Chromium without a window.
browser:
	@tools/setup tests
	@$(PYTHON) -m pytest tests/browser -q

lab:
	@tools/setup tests
	@$(PYTHON) -m pytest tests/lab -q -n 4 --dist loadfile $(LONG)
	@$(PYTHON) -m pytest tests/chaos tests/load -q

# SWEEP="--lab demo --provider nftables" sweeps a larger lab.
sweep:
	@tools/setup tests
	@$(PYTHON) -m tests.lab.sweep $(SWEEP)

# Kills, power cuts, full disks, commands that fail. CHAOS="--provider nftables --mode cut-data" tries just these; the seed
# that is printed repeats a run. A long one may be interrupted: `make chaos-all CHAOS="--records FILE"`, and --go-on after it.
CHAOS :=
chaos:
	@tools/setup tests
	@$(PYTHON) -m tests.chaos --sample 1 --seconds 1380 $(CHAOS)

chaos-all:
	@tools/setup tests
	@$(PYTHON) -m tests.chaos $(CHAOS)

# Each fault that the collection had, put back: points, or the tests named for it, have to find it.
faults:
	@tools/setup tests
	@$(PYTHON) -m tests.chaos faults
	@$(PYTHON) -m tests.damaged_code.inputs

# Changed input for everything that reads text. FUZZ="--inputs 1000000 --minutes 60" tries more; the seed that is printed repeats
# a run. FUZZ=--keep puts what it finds into the corpus, which make test reads.
FUZZ :=
fuzz: setup
	@PYTHONPATH=.venv/collections $(PYTHON) -m tests.fuzz $(FUZZ)

# LOAD="--hosts 20" for other sizes.
LOAD := --hosts 60 --hosts 300
load:
	@tools/setup tests
	@$(PYTHON) -m tests.load $(LOAD)

# INVENTORIES="--runs 500 --seed 7" for others; the seed that is printed repeats a run.
INVENTORIES := --runs 10000
inventories: setup
	@PYTHONPATH=.venv/collections $(PYTHON) -m tests.inventories $(INVENTORIES)

# ansible-test, under releases of ansible-core as tools/environment names them.
RELEASES := oldest,newest
sanity units integration:
	@tools/setup tests
	@tools/ansible_test $@ $(RELEASES)

# Whole systems need root, and two more packages than the rest.
SUITES := bookworm
systems:
	@tools/setup systems
	@tests/systems/build $(if $(filter all,$(SUITES)),bullseye bookworm trixie,$(SUITES)) >/dev/null
	@$(PYTHON) -m pytest tests/systems -q --suites=$(SUITES)

# PORTLEDGER_IMAGE=trixie for other systems, PORTLEDGER_CORE=2.16 for another ansible-core.
SCENARIOS :=
molecule:
	@tools/setup systems
	@extensions/molecule/run $(SCENARIOS)

# A few that cover most.
molecule-short:
	@tools/setup systems
	@extensions/molecule/run --short

# The newest ansible-core is the checkout's own.
CORES = $(filter-out $(shell tools/environment --list newest),$(shell tools/environment --list all))
matrix:
	@tools/setup systems
	@failed=0; \
	for image in bookworm bullseye trixie; do PORTLEDGER_IMAGE=$$image extensions/molecule/run $(SCENARIOS) || failed=1; done; \
	for core in $(CORES); do PORTLEDGER_CORE=$$core extensions/molecule/run $(SCENARIOS) || failed=1; done; \
	exit $$failed

mutants:
	@tools/setup systems
	@$(PYTHON) -m tests.damaged_code $(SCENARIOS)

lint:
	@tools/setup tests
	@tools/lint

docs: setup
	@tools/references
	@$(PYTHON) tools/site_pages.py

site: setup
	@$(PYTHON) tools/site_pages.py

build: setup
	@$(PYTHON) tools/build.py dist

release:
	@test -n "$(VERSION)" || { echo "release: name the version: make release VERSION=1.2.0" >&2; exit 2; }
	@tools/setup tests
	@$(PYTHON) tools/release.py $(VERSION)

bench:
	@tools/setup tests
	@status=0; for part in plan "one-host --alone --rounds 3"; do \
	  PYTHONPATH=.venv/collections $(PYTHON) -m tests.bench $$part || status=1; \
	done; exit $$status

# docs/performance.md is made of what it finds.
BENCH := --results tests/bench/results.json
bench-all:
	@tools/setup tests
	@status=0; for part in one-host four-hosts many-hosts plan questions kernel foreign-rules; do \
	  PYTHONPATH=.venv/collections $(PYTHON) -m tests.bench $$part $(BENCH) || status=1; \
	done; exit $$status

clean:
	rm -rf .venv .ansible .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
