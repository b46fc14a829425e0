"""Reference pages that are written from the code: `python -m tests.pages` writes them anew, a test holds them there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.pages import apc, as2805, components, ecdh, inspect, pairs, payment_algorithms, rsa_wrap, tr31

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"

PAGES: dict[str, Callable[[], str]] = {
    "apc.md": apc.page,
    "as2805-key-cryptograms.md": as2805.page,
    "ecdh.md": ecdh.page,
    "inspect.md": inspect.page,
    "key-components.md": components.page,
    "pairs.md": pairs.page,
    "payment-algorithms.md": payment_algorithms.page,
    "rsa-wrap.md": rsa_wrap.page,
    "tr31.md": tr31.page,
}
