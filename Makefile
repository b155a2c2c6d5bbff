# Everything starts here: `make help`. Needs Python 3.11 or later (PYTHON=... to choose one), make and a network.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PARTS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml cli/pyproject.toml))

# A stamp carries the checksum of all that decides what is installed, and of where: what has changed is
# installed again, what has not starts at once.
stamp = $(VENV)/ready-$(1)-$(shell (pwd; cat requirements/build.txt requirements/$(1).txt $(addsuffix /pyproject.toml,$(PARTS))) | cksum | cut -d' ' -f1)
RUN := $(call stamp,run)
TEST := $(call stamp,test)

SEED ?= 0
SEEDS ?= 1
DAYS ?= 7
CUSTOMERS ?= 5

.DEFAULT_GOAL := help
.PHONY: help run up down test check bench simulate docs lock clean

help: ## what can be asked of make
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN) ## install, start everything, play two stories, stay up until Ctrl-C
	@exec $(BIN)/gehoor demo --stay

up: $(RUN) ## start everything in the background
	@$(BIN)/gehoor up

down: $(RUN) ## stop what run or up left behind in this checkout, and nothing else
	@$(BIN)/gehoor down

test: $(TEST) ## all that proves the code; needs nothing running (GEHOOR_TEST_SERVERS=containers: in containers)
	@$(BIN)/pytest -n auto --dist loadfile $(ARGS)

check: $(TEST) ## style, types, layers, and generated pages without drift
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/ruff check --config ruff-core.toml .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m gehoor.events.docs --check

bench: $(TEST) ## the benchmark table, each row beside its floor
	@$(BIN)/python -m tests.bench $(ARGS)

simulate: $(TEST) ## the four services on one virtual clock: SEED=7 DAYS=7 SEEDS=100
	@$(BIN)/python -m tests.simulation --seed $(SEED) --days $(DAYS) --seeds $(SEEDS) --customers $(CUSTOMERS)

docs: $(RUN) ## write docs/events again from the facts
	@$(BIN)/python -m gehoor.events.docs

lock: $(TEST) ## lock what the parts ask for (ARGS=--upgrade takes newer versions)
	@$(BIN)/python requirements/lock $(ARGS)

clean: ## stop what runs here and remove all that make has made
	@if test -d .gehoor && test -x $(BIN)/gehoor; then $(BIN)/gehoor down; $(BIN)/python -m gehoor.devstack erase; fi
	rm -rf $(VENV) .gehoor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What tests need contains what running needs, so the one stamp is worth the other.
$(TEST):
	@requirements/install '$(PYTHON)' $(VENV) requirements/test.txt $(PARTS)
	@rm -f $(VENV)/ready-* && touch $(TEST) $(RUN)

$(RUN):
	@requirements/install '$(PYTHON)' $(VENV) requirements/run.txt $(PARTS)
	@rm -f $(VENV)/ready-* && touch $(RUN)
