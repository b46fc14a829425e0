# Everything a newcomer or a pipeline runs. Needs make and Python 3.11 or newer with its venv module; the rest comes
# into .venv, at the versions and hashes of requirements/*.txt.

# the first interpreter that starts and is new enough; say PYTHON=... to choose another
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
WORKERS ?= 2
UV := 0.13.8

bin := .venv/bin
install := $(bin)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test lint types check bench lock clean

demo: .venv/run.stamp  ## move a KEK and working keys between the built-in simulators
	$(bin)/keyexchange run --kdh payshield --krd apc --simulate

test: .venv/dev.stamp  ## the whole suite
	$(bin)/python -m pytest -n $(WORKERS)

lint: .venv/dev.stamp
	$(bin)/ruff check .
	$(bin)/ruff format --check .

types: .venv/dev.stamp
	$(bin)/mypy

check: lint types test  ## what has to pass before a commit

bench: .venv/dev.stamp  ## the figures of the README
	$(bin)/python -m benchmarks

# the build system is pinned too: the project itself is installed without build isolation
lock:  ## resolve pyproject.toml anew for every Python from 3.11 on
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	build/lock/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])' \
		> build/lock/build.in
	$(call compile,--output-file requirements/run.txt)
	$(call compile,--extra dev --constraint requirements/run.txt --output-file requirements/dev.txt)

compile = build/lock/bin/uv pip compile --quiet --no-config --default-index https://pypi.org/simple \
	--universal --python-version 3.11 --generate-hashes --upgrade --no-header pyproject.toml build/lock/build.in $(1)

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer found; say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/pip
	$(install) --require-hashes --requirement requirements/run.txt
	$(install) --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	$(install) --require-hashes --requirement requirements/dev.txt
	touch $@
