# Two commands do everything, set-up included: `make run` and `make test`. The rest is for those who work on it.
VENV ?= .venv
WORKERS ?= 3
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
# Tests start hundreds of processes: where Python may not keep what it compiled, each compiles it again, and an import of
# Keras takes two and a half times as long.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run test busy check bench performance soak load messages frontend lock format clean imagenet-check

help:
	@echo "make run     open the app            make test   all tests, browser included"
	@echo "make check   linters and types       make bench  benchmarks, each prints its ratio"
	@echo "make performance  the same, written into docs/PERFORMANCE.md"
	@echo "make soak    the large counts        make load   a class at the door: first pages, people, memory"
	@echo "make busy    browser and page tests three times, beside one spinning process per core"
	@echo "make clean   remove the virtual environment"

$(VENV)/.run: requirements.txt pyproject.toml
	@sh dev/tools/setup.sh run "$(VENV)"
	@touch $@

$(VENV)/.dev: requirements.txt pyproject.toml
	@sh dev/tools/setup.sh dev "$(VENV)"
	@touch $@ $(VENV)/.run

run: $(VENV)/.run
	$(BIN)/python -m streamlit run app.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --no-loadscope-reorder $(ARGS)

busy: $(VENV)/.dev
	@sh dev/tools/busy.sh 3 $(BIN)/python -m pytest tests/browser tests/app $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	@for file in dev/benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

performance: $(VENV)/.dev
	$(BIN)/python dev/benchmarks/performance.py $(ARGS)

soak: $(VENV)/.dev
	$(BIN)/python dev/benchmarks/soak.py $(PART) $(ARGS)

load: $(VENV)/.dev
	$(BIN)/python dev/benchmarks/load.py $(ARGS)

# A published file against what is known of it: make imagenet-check FILE=resnet50_weights_tf_dim_ordering_tf_kernels.h5
imagenet-check: $(VENV)/.dev
	@$(BIN)/python dev/tools/imagenet_check.py $(FILE)

messages: $(VENV)/.dev
	$(BIN)/python dev/tools/messages.py

frontend:
	cd dev/frontend && npm ci && npm run format && npm run build

# The newest versions that pyproject.toml allows: make lock ARGS=--upgrade. Python 3.11 to 3.13, every system.
lock:  # needs uv, which the set-up brings
	echo "-e .[model]" | $$(command -v uv || echo $(BIN)/uv) pip compile -q --universal --python-version 3.11 \
		--no-annotate --custom-compile-command "make lock" - -o requirements.txt $(ARGS)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV)
