"""Benchmarks: each file has a ``run() -> list[Line]``; `make bench` prints all of them as one table (TARGETS)."""
