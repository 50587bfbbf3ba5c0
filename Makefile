# EO Fusion. `make demo` runs the main job on the bundled sample, `make test` every test; both set up what they need.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

ENGINE := .venv
QGISENV := .venv-qgis
# The engine's Python (3.11 to 3.14); the plugin's tests need the Python that QGIS was built for.
PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
# Where a CPU build of torch comes from. Where it does not answer, pip's own configuration decides.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH_VERSION := $(shell sed -n 's/^torch==//p' engine/requirements.txt)
VERSION := $(shell sed -n 's/^version=//p' metadata.txt)

.PHONY: help setup demo test test-engine test-plugin test-qgis-3.40 bench bench-stac lint format package clean

help:  ## this list
	@sed -n 's/^\([a-z0-9.-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(ENGINE)/.ready $(QGISENV)/.ready  ## QGIS, the engine's environment and the plugin tests' one

build/.system: tools/setup-system.sh
	bash tools/setup-system.sh
	@mkdir -p build && touch $@

$(ENGINE)/.ready: engine/requirements.txt engine/pyproject.toml tools/setup-engine.sh | build/.system
	PYTHON="$(PYTHON)" TORCH_INDEX="$(TORCH_INDEX)" TORCH_VERSION="$(TORCH_VERSION)" bash tools/setup-engine.sh $(ENGINE)
	@touch $@

$(QGISENV)/.ready: Makefile | build/.system
	$(QGIS_PYTHON) -m venv --system-site-packages $(QGISENV)
	$(QGISENV)/bin/pip install --quiet --disable-pip-version-check 'pytest>=8,<9' 'pytest-qgis==5.0.2' 'pytest-timeout>=2.3,<3'
	@touch $@

demo: setup  ## run the main job on the sample in a headless QGIS: build/demo/
	bash tools/demo.sh

test: setup test-engine test-plugin  ## every test

test-engine: setup
	$(ENGINE)/bin/python -m pytest tests/engine

test-plugin: setup
	QT_QPA_PLATFORM=offscreen $(QGISENV)/bin/python -m pytest tests/plugin tests/qgis

test-qgis-3.40:  ## the plugin's tests on Debian trixie's QGIS, in a system made in build/trixie (root, 2.6 GB)
	bash tools/test-qgis-trixie.sh build/trixie

bench: setup  ## speed and memory, as ratios in one run: build/bench/
	$(ENGINE)/bin/python tests/bench/bench.py

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
