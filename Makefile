# The kit's commands. Each makes .venv and installs what it needs on the first call; all can be repeated.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test test-slow test-cluster test-course lab html lint bench clean

help:
	@echo "make demo   run BioALBERT once on the embedded data: raw text to highlighted entities"
	@echo "make test   run the tests"
	@echo "make test-slow   run the tests that take long: several devices, killed runs, both backends"
	@echo "make test-cluster   run the tests against an object store and a Dask cluster on this machine"
	@echo "make test-course   run all notebooks, also in a browser and in Colab's environments"
	@echo "make lab    open the notebooks in JupyterLab"
	@echo "make html   execute the notebooks and write them as a static site to runs/html"
	@echo "make lint   check style and format"
	@echo "make bench  measure beside other programs: speed, memory, equal models (about 45 minutes)"
	@echo "make clean  remove .venv and runs"

demo: $(VENV)/installed-core
	$(BIN)/python -m bioalbert_core.demo

test: $(VENV)/installed-test
	$(BIN)/python -m pytest

test-slow: $(VENV)/installed-test
	$(BIN)/python -m pytest -m slow

test-cluster: $(VENV)/installed-test
	$(BIN)/python -m pytest tests/cluster

test-course: $(VENV)/installed-course
	$(BIN)/python -m pytest tests/course

lab: $(VENV)/installed-notebooks
	$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb --LabApp.news_url=None

html: $(VENV)/installed-notebooks
	$(BIN)/python notebooks/make_site.py

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: $(VENV)/installed-bench $(VENV)/google
	$(BIN)/python tests/bench/medline_speed.py
	$(BIN)/python tests/bench/instances_speed.py --google $(VENV)/google
	$(BIN)/python tests/bench/peak_memory.py
	$(BIN)/python tests/bench/albert_equality.py
	$(BIN)/python tests/bench/albert_precision.py
	$(BIN)/python tests/bench/pretrain_speed.py
	$(BIN)/python tests/bench/loop_overhead.py
	$(BIN)/python tests/bench/kill_resume.py

clean:
	rm -rf $(VENV) runs

$(VENV)/installed-core: EXTRAS =
$(VENV)/installed-test: EXTRAS = [test]
$(VENV)/installed-course: EXTRAS = [course]
$(VENV)/installed-notebooks: EXTRAS = [notebooks]
$(VENV)/installed-bench: EXTRAS = [bench,test]
$(VENV)/installed-%: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11, 3.12 or 3.13 found; install one and try again" >&2; exit 2; }
	@echo "Installing bioalbert-core$(EXTRAS) into $(VENV) with $(PYTHON) (a few minutes, about 2 GB)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "error: $(PYTHON) -m venv failed; on Debian or Ubuntu: apt install python3-venv" >&2; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".$(EXTRAS)"
	@touch $@

# Google's own script, apart: its other dependencies would change ours, and it does without them.
$(VENV)/google: $(VENV)/installed-bench
	$(BIN)/python -m pip install --quiet --no-deps --target $@ tf-models-official==2.20.0 tf-keras
