# Trainyard: `make run` is all that a user needs. PORT and TRAINYARD_STATE are read from the environment.

# The first Python that is new enough.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && echo "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# pip would compile what it installs on one core. What cannot be compiled is not for this Python, and nobody imports it.
define install
	$(BIN)/python -m pip install --quiet --no-compile -r $(1)
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
endef

.PHONY: run test lint bench accuracy faults clean
.DEFAULT_GOAL := run

run: $(VENV)/.runtime
	@exec $(BIN)/python manage.py up --attached

# Everything side by side, and then, alone, what measures times; what ARGS names runs in one process. ARGS="-n 0" runs all
# of them in one. pytest's 5 says that ARGS names no test of the kind, which is no failure.
test: $(VENV)/.development
	@failed=0; \
	$(BIN)/python -m pytest -n auto -m "not faults and not timed" $(ARGS) || [ $$? = 5 ] || failed=1; \
	$(BIN)/python -m pytest -m timed $(ARGS) || [ $$? = 5 ] || failed=1; \
	exit $$failed

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy

# One table of measured figures, each beside a peer or a floor taken in the same run.
bench: $(VENV)/.development
	$(BIN)/python -m tests.benchmarks $(ARGS)

# Cross-validated accuracy of defaults and presets on the samples; takes an hour or two, nearly all of it for the texts.
accuracy: $(VENV)/.development
	$(BIN)/python -m tests.benchmarks.accuracy
	$(BIN)/python -m tests.benchmarks.accuracy_texts $(ARGS)
	$(BIN)/python -m tests.benchmarks.compression_texts

# Ten times as many faults as `make test` injects, and those that take long. FAULT_SEED=… repeats a run.
faults: $(VENV)/.development
	FAULTS=200 $(BIN)/python -m pytest tests/faults -m "fault or faults" --timeout 3600 $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.development: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/.runtime

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Trainyard needs Python 3.11 or newer, and none was found. Install one, or say where it is: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing what Trainyard needs into $(VENV); the first time takes some minutes."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment. Install its venv module, or use another Python: make run PYTHON=/path/to/python3" >&2; exit 1; }
