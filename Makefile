# Everything a contributor runs. Needs Python 3.10 or newer, make and a package index; each target builds
# the environment it needs first, once for each version of pyproject.toml. Nothing has to be activated.

PYTHON ?= python3
# Test processes; `make test WORKERS=0` runs everything in one, for a debugger.
WORKERS ?= auto

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test check format bench simulate coverage differential clients interop neighbours fuzz live recordings clean

help:
	@echo 'make demo        the examples, one failure and how it is explained, a prompt judged'
	@echo 'make test        docstrings, tests and examples, with their coverage'
	@echo 'make check       lint, formatting and types'
	@echo 'make format      apply what make check asks of the formatting'
	@echo 'make bench       the benchmarks'
	@echo 'make simulate    how often the gate is wrong, and how often it decides'
	@echo 'make coverage    make test, and the lines it missed as HTML'
	@echo 'make differential  our numbers beside those of uqlm, lm-polygraph, SciPy, statsmodels'
	@echo 'make clients     recordings and misses through openai 1, 2, 3, litellm, langchain'
	@echo 'make interop     objects of SDKs and frameworks, through their own clients'
	@echo 'make neighbours  suites that have other plugins for recordings and snapshots'
	@echo 'make fuzz        broken responses for an hour; MINUTES=1 for less'
	@echo 'make live        record the examples from a real model, replay, compare'
	@echo 'make recordings  record the answers of the examples and tests anew'
	@echo 'make clean       remove the environment and all caches'

# Built from nothing (--clear), so that a dependency dropped from pyproject.toml is gone here too; the stamp
# comes last, so that an interrupted installation is begun again.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 10) else "make: $(PYTHON) is Python %d.%d; Python 3.10 or newer is needed: make PYTHON=/path/to/python" % v[:2])'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install -qq --editable . --group dev
	@touch $@

demo: $(READY)
	@printf '\n== The examples: every assertion holds ==\n\n'
	$(BIN)/pytest examples
	@printf '\n== One that does not hold, and what it says ==\n\n'
	@status=0; $(BIN)/pytest examples/demo_failure.py || status=$$?; \
	if [ "$$status" -ne 1 ]; then \
		echo "make demo: examples/demo_failure.py must exit with 1 (a failed test); it exited with $$status" >&2; \
		exit 1; \
	fi
	@printf '\n== Three changes of a prompt, each judged as a pull request is ==\n'
	$(BIN)/python examples/prompt_change/story.py
	$(BIN)/python examples/prompt_change/story.py -n 2 >/dev/null
	@printf '\nThe failures were meant to be seen: the demo is complete.\n'

# `coverage run`, not pytest-cov: the plugin is imported before pytest-cov starts. Docstrings have a run of
# their own, because --doctest-modules imports every file it is given, those for type checkers too.
test: $(READY)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --doctest-modules pytest_logprobs
	$(BIN)/coverage run -m pytest -n $(WORKERS) tests examples
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY)
	$(BIN)/pytest -o 'python_files=bench_*.py test_*.py' benchmarks

simulate: $(READY)
	$(BIN)/python benchmarks/simulate_gate.py

coverage: test
	$(BIN)/coverage html

# An environment of its own as well: two of the libraries come without most of what they ask for.
differential:
	PYTHON='$(PYTHON)' sh differential/run.sh

# An environment for each major version of openai, with what resolves beside it.
clients:
	PYTHON='$(PYTHON)' sh clients/run.sh

# Environments of their own, for dozens of packages that a contributor need not have.
interop:
	PYTHON='$(PYTHON)' sh interop/run.sh

# Other plugins of pytest, in an environment of their own as well.
neighbours:
	PYTHON='$(PYTHON)' sh neighbours/run.sh

# The same: atheris is compiled for few versions of Python.
MINUTES ?= 60
fuzz: $(READY)
	PYTHON='$(PYTHON)' sh fuzz/run.sh --minutes $(MINUTES)

# Both need what live/environment.sh describes, for the server: an environment of its own.
live: $(READY)
	PYTHON='$(PYTHON)' sh live/live.sh

recordings: $(READY)
	PYTHON='$(PYTHON)' sh live/record.sh

clean:
	rm -rf $(VENV) .venv-clients-* .venv-differential .venv-fuzz .venv-interop* .venv-live .venv-neighbours .coverage .coverage.* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache .benchmarks fuzz/corpus fuzz/findings
	find pytest_logprobs tests examples benchmarks clients fuzz interop live neighbours -name __pycache__ -type d -prune -exec rm -rf {} +
