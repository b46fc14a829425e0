"""`python -m benchmarks`: every figure that the README quotes, measured in one run."""

from __future__ import annotations

from benchmarks import migration, tr31, tr34

for benchmark in (tr31, tr34, migration):
    benchmark.main()
    print()
