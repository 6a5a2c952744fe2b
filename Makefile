.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit integration wheel lock bench clean bootstrap
MAKEFLAGS += --no-print-directory

help:  ## this list
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: bootstrap  ## boot the real stack, play the example tenants' calls, write build/demo
	.venv/bin/ringplan verify examples/tenants --report build/demo

test: bootstrap  ## every stage: lint, types, unit, wheel, integration
	@scripts/test

lint: bootstrap  ## ruff check and ruff format --check
	@scripts/test lint

types: bootstrap  ## mypy --strict
	@scripts/test types

unit: bootstrap  ## unit, property and golden tests
	@scripts/test unit

integration: bootstrap  ## tests that call through a real Kamailio, rtpengine and SIPp
	@scripts/test integration

wheel: bootstrap  ## build dist/*.whl and test it in a clean environment
	.venv/bin/python -P -m build --wheel --no-isolation --outdir dist
	@scripts/test wheel

lock:  ## requirements.lock from pyproject.toml (UPGRADE=1: the newest of everything)
	scripts/lock $(if $(UPGRADE),--upgrade)

bench: bootstrap  ## how long check and compile take (benchmarks/README.md has more)
	.venv/bin/python -m benchmarks.bench_frontend

clean:  ## remove what was built (.venv stays)
	rm -rf build dist .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

bootstrap:
	@scripts/bootstrap
