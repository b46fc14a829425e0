"""TR-31 wrap and unwrap against psec, versions B and D, the KBPK object kept as a server keeps it."""

from __future__ import annotations

import warnings
from functools import partial

from psec import tr31 as psec

from benchmarks.measure import microseconds, per_call
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, unwrap, wrap

CASES = {"B": ("T", bytes(range(1, 25))), "D": ("A", bytes(range(32)))}
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def main() -> None:
    """Print a line for each version and direction."""
    warnings.simplefilter("ignore")  # psec uses names that cryptography deprecates
    print("TR-31                 ours          psec     ratio")
    for version, (letter, octets) in CASES.items():
        kbpk, header, key = Kbpk(letter, Secret(octets)), Header(version, "P0", "T", "B"), Secret(KEY)
        block = wrap(kbpk, header, key)
        text = f"{version}0000P0TB00E0000"
        rows = (
            ("wrap", partial(wrap, kbpk, header, key), partial(psec.wrap, octets, text, KEY, 16)),
            ("unwrap", partial(unwrap, kbpk, block), partial(psec.unwrap, octets, block)),
        )
        for name, ours, theirs in rows:
            mine, other = per_call(ours), per_call(theirs)
            print(f"{version} {name:<8} {microseconds(mine)}  {microseconds(other)}  {other / mine:6.1f}x")


if __name__ == "__main__":
    main()
