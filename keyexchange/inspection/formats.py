"""The formats of the standards, and how one is recognised among them and those of vendors."""

from __future__ import annotations

from collections.abc import Iterable

from keyexchange.errors import FormatError
from keyexchange.inspection import bare_keys, key_blocks, tokens, x509
from keyexchange.inspection.contract import Explainer
from keyexchange.inspection.reading import Written

EXPLAINERS: tuple[Explainer, ...] = (
    *x509.EXPLAINERS,
    *tokens.EXPLAINERS,
    *bare_keys.EXPLAINERS,
    *key_blocks.EXPLAINERS,
)
"""DER first: hexadecimal that begins like a key block's header is still DER when it is one whole SEQUENCE."""

_WRITTEN = "as they are, or in hexadecimal, base64 or PEM"
_UNKNOWN_DER = "this is whole DER, and of no structure that is known here; or it was damaged"


def recognise(written: Written, vendors: Iterable[Explainer] = ()) -> Explainer:
    """Whose format this is; the standards' go first.

    Raises:
        FormatError: category unknown: nobody's. The hint lists what is known.
    """
    known = (*EXPLAINERS, *vendors)
    for explainer in known:
        if explainer.recognises(written):
            return explainer
    raise FormatError(
        _UNKNOWN_DER if written.der else "this is nothing that is known here, or not the whole of it",
        category="unknown",
        hint=f"known are, {_WRITTEN}: " + "; ".join(map(_in_a_line, known)),
    )


def _in_a_line(explainer: Explainer) -> str:
    return f"{explainer.name} ({explainer.looks_like})" if explainer.looks_like else explainer.name
