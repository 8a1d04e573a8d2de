# Kerbwatch. "make help" lists what there is; everything lives in .venv and data/.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help

FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for one in python3 python3.13 python3.12 python3.11; do \
	$$one -c '$(FITS)' 2>/dev/null && echo $$one && break; done)
SECONDS ?= 0
ARGS ?=
ROUNDS ?= 200
STORE ?= sqlite
WORKERS ?= 3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)
SHOW := grep --line-buffered -E '^(Collecting|Installing|Successfully|ERROR)' | cut -c1-100

# Ultralytics without what it asks for: it would put a second OpenCV over the one that is there.
INSTALL_ULTRALYTICS = { $(PIP) install --no-compile -c constraints.txt $(1) \
		matplotlib nncf onnx pillow polars psutil pyyaml requests && \
	$(PIP) install --no-compile --no-deps -c constraints.txt ultralytics ultralytics-thop torchvision; } | $(SHOW)

.PHONY: help
help: ## list these targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 12

.venv/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Kerbwatch needs Python 3.11 to 3.13; name one: make PYTHON=python3.12"; exit 2; }
	@echo "Installing Kerbwatch into .venv (about 800 MB, a minute or two) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) install -c constraints.txt -e . | $(SHOW)
	@touch $@

.venv/.installed-test: .venv/.installed
	@echo "Installing what the tests need ..."
	@$(PIP) install -c constraints.txt -e '.[test]' | $(SHOW)
	@[ -e .venv/.installed-ultralytics ] || ( $(call INSTALL_ULTRALYTICS,torch==$(TORCH)+cpu) ) 2>/dev/null || \
		echo "No CPU build of torch found: tests of training are skipped. For all: make ultralytics test"
	@touch $@

.venv/.installed-ultralytics: .venv/.installed
	@echo "Installing torch and ultralytics (several GB where torch comes with CUDA) ..."
	@$(call INSTALL_ULTRALYTICS,torch)
	@touch $@

.venv/.installed-bench: .venv/.installed
	@echo "Installing what the benchmarks' peers need ..."
	@[ -e .venv/.installed-ultralytics ] || ( $(call INSTALL_ULTRALYTICS,torch==$(TORCH)+cpu) ) 2>/dev/null || \
		( $(call INSTALL_ULTRALYTICS,torch) )
	@$(PIP) install -c constraints.txt matplotlib supervision | $(SHOW)
	@touch $@

.PHONY: install
install: .venv/.installed ## make .venv with the kerbwatch command in it
	@$(BIN)/kerbwatch --version

.PHONY: ultralytics
ultralytics: .venv/.installed-ultralytics ## add torch, ultralytics, NNCF: .pt models, training, export, int8
	@$(BIN)/python -c 'from importlib.metadata import version as v; print(*(f"{n} {v(n)}" for n in ("torch", "ultralytics")))'

.PHONY: demo
demo: .venv/.installed ## watch a rendered street, offline; SECONDS=60 ends by itself
	@$(BIN)/kerbwatch demo --seconds $(SECONDS)

.PHONY: test
test: .venv/.installed-test ## run every test; ARGS="-k fences" for some of them
	@tests/debian-packages
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

SHARED := $(or $(KERBWATCH_SHARED),../shared)
REAL := $(wildcard $(SHARED)/footage/truth.json)

.PHONY: accuracy
accuracy: .venv/.installed ## measure on real and rendered clips; ARGS="--clips 2" for a short one
	@$(if $(REAL),KERBWATCH_MODELS=$(SHARED)/models) $(BIN)/kerbwatch accuracy \
		$(if $(REAL),--truth $(REAL)) $(ARGS)

.PHONY: bench
bench: .venv/.installed-bench ## measure beside the peers, an hour or more; ARGS="engine --quick" for less
	@$(BIN)/python -m benchmarks $(or $(ARGS),all) --date $(shell date -u +%F) \
		$(if $(REAL),--shared $(SHARED))

.PHONY: faults
faults: .venv/.installed-test ## break 20 cameras 200 times, a quarter of an hour; ARGS="--faults 20 --cameras 4"
	@$(BIN)/python -m tests.faults.run $(ARGS)

.PHONY: chaos
chaos: .venv/.installed-test ## kill the service 200 times, and what it needs, 20 minutes; ROUNDS=20 STORE=postgresql
	@tests/debian-packages
	@$(BIN)/python -m chaos --rounds $(ROUNDS) --store $(STORE) $(ARGS)

.PHONY: commands
commands: .venv/.installed-test ## send 10,000 hostile commands over Mosquitto, two minutes; ARGS="--count 2000 --seed 7"
	@$(BIN)/python -m tests.hostile.run $(ARGS)

.PHONY: lint
lint: .venv/.installed-test ## ruff, mypy --strict and the import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: clean
clean: ## remove .venv and what the demo left in data/demo
	rm -rf .venv data/demo
