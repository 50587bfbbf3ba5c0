# EO Fusion. `make demo` runs the main job on the bundled sample, `make test` every test; both set up what they need.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

ENGINE := .venv
QGISENV := .venv-qgis
QT6ENV := .venv-qt6
# The engine's Python (3.11 to 3.14); the plugin's tests need the Python that QGIS was built for.
PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
# Where a CPU build of torch comes from. Where it does not answer, pip's own configuration decides.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
VERSION := $(shell sed -n 's/^version=//p' metadata.txt)

.PHONY: help setup demo test test-engine test-plugin test-qt6 test-session test-qgis-3.40 bench bench-large bench-stac guide-pictures lint format package clean
.PHONY: test-dask demo-zip test-trust faults faults-page fuzz soak audit lock

help:  ## this list
	@sed -n 's/^\([a-z0-9.-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(ENGINE)/.ready $(QGISENV)/.ready  ## QGIS, the engine's environment and the plugin tests' one

build/.system: tools/setup-system.sh
	bash tools/setup-system.sh
	@mkdir -p build && touch $@

$(ENGINE)/.ready: engine/requirements.txt $(wildcard engine/*.lock) engine/pyproject.toml tools/setup-engine.sh | build/.system
	PYTHON="$(PYTHON)" TORCH_INDEX="$(TORCH_INDEX)" bash tools/setup-engine.sh $(ENGINE)
	@touch $@

$(QGISENV)/.ready: Makefile | build/.system
	$(QGIS_PYTHON) -m venv --system-site-packages $(QGISENV)
	$(QGISENV)/bin/pip install --quiet --disable-pip-version-check 'pytest>=8,<9' 'pytest-qgis==5.0.2' 'pytest-timeout>=2.3,<3'
	@touch $@

# QGIS 4 is in no distribution yet: its Qt, with a stand-in for QGIS.
$(QT6ENV)/.ready: Makefile | build/.system
	$(QGIS_PYTHON) -m venv $(QT6ENV)
	$(QT6ENV)/bin/pip install --quiet --disable-pip-version-check 'PyQt6>=6.6,<7' 'pytest>=8,<9'
	@touch $@

demo: setup  ## run the main job on the sample in a headless QGIS: build/demo/
	bash tools/demo.sh

demo-zip: package  ## the same from the zip, installed into a clean profile: build/demo-zip/
	bash tools/demo.sh dist/eofusion.$(VERSION).zip

test: setup test-engine test-plugin test-qt6 test-session test-trust  ## every test

test-engine: setup
	$(ENGINE)/bin/python -m pytest tests/engine tests/bench

test-plugin: setup
	QT_QPA_PLATFORM=offscreen $(QGISENV)/bin/python -m pytest tests/plugin tests/qgis

test-qt6: $(QT6ENV)/.ready  ## the plugin with Qt 6
	QT_QPA_PLATFORM=offscreen $(QT6ENV)/bin/python -m pytest tests/qt6

test-session: setup  ## a person's first day in a real QGIS, by mouse and keyboard: build/session/
	QT_QPA_PLATFORM=offscreen $(QGISENV)/bin/python -m pytest tests/session

test-trust: setup  ## faults put into runs, hostile input, packaging, the commands of the docs
	$(ENGINE)/bin/python -m pytest tests/faults tests/fuzz tests/trust

faults: setup  ## every fault at every stage, and 20 kills at random moments (minutes)
	$(ENGINE)/bin/python -m pytest tests/faults -m "not network" --deselect tests/faults/test_soak.py

faults-page: setup  ## the same, and docs/faults.md written from what was seen
	$(ENGINE)/bin/python -m pytest tests/faults -m "not network" --deselect tests/faults/test_soak.py --faults-page docs/faults.md

test-dask: setup  ## 420 tiles on clusters of worker processes (minutes)
	$(ENGINE)/bin/python -m pytest tests/engine/test_dask_many.py -m long -s

FUZZ_SECONDS ?= 600
fuzz: setup  ## random input for the readers, guided by coverage where atheris installs; FUZZ_SECONDS=600
	$(ENGINE)/bin/pip install --quiet --disable-pip-version-check --target build/fuzz/atheris atheris==3.0.0 || true
	PYTHONPATH=build/fuzz/atheris $(ENGINE)/bin/python tests/fuzz/fuzz.py $(FUZZ_SECONDS)

soak: setup  ## 200 small runs through one worker: memory, files, threads: build/soak/
	$(ENGINE)/bin/python -m pytest tests/faults/test_soak.py -m long -s

audit: package  ## bandit, detect-secrets on the zip; known faults of the locked libraries (network, or OFFLINE=1); workflows
	bash tools/audit.sh dist/eofusion.$(VERSION).zip

test-qgis-3.40: package  ## the plugin's tests and the zip on Debian trixie's QGIS, in a system made in build/trixie (root, 4.6 GB)
	bash tools/test-qgis-trixie.sh build/trixie
	bash tools/test-qgis-trixie.sh build/trixie --zip dist/eofusion.$(VERSION).zip

lock:  ## versions and hashes of all that the engine needs, anew: engine/*.lock (LOCK=--check only compares)
	@[ -x build/lock-venv/bin/uv ] || { python3 -m venv build/lock-venv && build/lock-venv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9; }
	python3 tools/lock.py build/lock-venv/bin/uv $(LOCK)

bench: setup  ## speed and memory, beside the machine's own matrix product: build/bench/ (BENCH_AREAS="1 4 25" km2)
	$(ENGINE)/bin/python tests/bench/bench.py

bench-large: setup  ## the same, with whole runs of 100 and 400 km2 too
	$(ENGINE)/bin/python tests/bench/bench.py --areas 1 4 25 100 400

guide-pictures: setup  ## the user guide's pictures, from a real QGIS: docs/images/guide-*.png
	python3 tools/guide_pictures.py

bench-stac: setup  ## reading from a STAC service on loopback: bytes, memory, time: build/bench/
	$(ENGINE)/bin/python tests/bench/stac_bench.py --km 10 --dates 20 --read

lint: setup  ## ruff and mypy
	$(ENGINE)/bin/ruff check .
	$(ENGINE)/bin/ruff format --check .
	$(ENGINE)/bin/mypy

format: setup
	$(ENGINE)/bin/ruff check --fix .
	$(ENGINE)/bin/ruff format .

package:  ## the plugin's zip for QGIS: dist/
	bash tools/package.sh $(VERSION)

clean:  ## what was built, but not the environments
	rm -rf build dist
