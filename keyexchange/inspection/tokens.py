"""TR-34: key tokens, credentials (CT-KDH, CT-KRD), the receiver's random number (RT-KRD), unbind and rebind tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from keyexchange import pki, tr34
from keyexchange.errors import FormatError
from keyexchange.inspection.contract import Explainer, Fields
from keyexchange.inspection.reading import Written

T = TypeVar("T")

_KEY_TOKEN = "TR-34 key token"  # noqa: S105  # a token is no password
_CREDENTIAL = "TR-34 credential token"
_RANDOM_NUMBER = "TR-34 random number token"
_BINDING = "TR-34 unbind or rebind token"
_EFFECTS = {
    tr34.BindingForm.CA_UNBIND: "the KRD's authority has it let go of its KDH",
    tr34.BindingForm.KDH_UNBIND: "the KDH has the KRD let go of it",
    tr34.BindingForm.CA_REBIND: "the KRD's authority puts another KDH in place of the one bound",
    tr34.BindingForm.KDH_REBIND: "the KDH puts another in its place",
}


def _reads(written: Written, read: Callable[[bytes], T]) -> T | None:
    """What a reader makes of the DER; None when it refuses it."""
    if written.der is None:
        return None
    try:
        return read(written.der)
    except FormatError:
        return None


def _is_random_number(written: Written) -> bool:
    return _reads(written, tr34.read_random_number) is not None


def _is_credential(written: Written) -> bool:
    return _reads(written, tr34.read_credential) is not None


def _is_binding(written: Written) -> bool:
    return _reads(written, tr34.read_binding) is not None


def _is_der(written: Written) -> bool:
    """Any DER that nobody before recognised is refused as what it most likely was to be."""
    return written.der is not None


def _explain_key_token(written: Written) -> Fields:
    assert written.der is not None
    return [("format", _KEY_TOKEN), *tr34.describe(tr34.read(written.der))]


def _explain_credential(written: Written) -> Fields:
    assert written.der is not None
    credential = tr34.read_credential(written.der)
    return [
        ("format", _CREDENTIAL),
        *((f"certificate: {name}", value) for name, value in pki.describe(pki.load(credential.certificate))),
        ("carried revocation lists", str(len(credential.crls))),
        *(("tolerated", tolerance) for tolerance in credential.tolerances),
        ("signature", "a credential has none: what it is worth, its certificate's chain shows"),
    ]


def _explain_random_number(written: Written) -> Fields:
    assert written.der is not None
    number = tr34.read_random_number(written.der)
    return [("format", _RANDOM_NUMBER), ("random number", number.hex().upper())]


def _explain_binding(written: Written) -> Fields:
    assert written.der is not None
    token = tr34.read_binding(written.der)
    return [("format", _BINDING), ("effect", _EFFECTS[token.form]), *tr34.describe_binding(token)]


EXPLAINERS = (
    Explainer(_RANDOM_NUMBER, "", _is_random_number, _explain_random_number),
    Explainer(_CREDENTIAL, "", _is_credential, _explain_credential),
    Explainer(_BINDING, "", _is_binding, _explain_binding),
    Explainer(_KEY_TOKEN, "", _is_der, _explain_key_token),
)
