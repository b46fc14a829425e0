"""`python -m benchmarks`: every figure that the README quotes, measured in one run."""

from __future__ import annotations

from benchmarks import apc, data_plane, ecdh, migration, payment, tr31, tr34

for benchmark in (tr31, ecdh, tr34, payment, data_plane, apc, migration):
    benchmark.main()
    print()
