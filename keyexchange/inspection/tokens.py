"""TR-34: key tokens, credentials (CT-KDH, CT-KRD), the receiver's random number (RT-KRD), unbind and rebind tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from keyexchange import pki, tr34
from keyexchange.errors import FormatError
from keyexchange.inspection.contract import Explainer, Fields
from keyexchange.inspection.elements import content, printable
from keyexchange.inspection.reading import Written
from keyexchange.pki.certificates import time_text

T = TypeVar("T")

_KEY_TOKEN = "TR-34 key token"  # noqa: S105  # a token is no password
_CREDENTIAL = "TR-34 credential token"
_RANDOM_NUMBER = "TR-34 random number token"
_BINDING = "TR-34 unbind or rebind token"
_SIGNED_DATA = bytes.fromhex("06092A864886F70D010702")
"""Source: RFC 5652, 5.1, id-signedData."""
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


def _is_signed_data(written: Written) -> bool:
    """CMS SignedData that is none of the others is refused as what it most likely was to be."""
    return written.der is not None and content(written.der).startswith(_SIGNED_DATA)


def _carried(certificates: tuple[bytes, ...], crls: tuple[bytes, ...]) -> Fields:
    """One row for each certificate and each revocation list that a token brings along."""
    return [
        *((f"carried certificate {number}", _certificate_text(der)) for number, der in enumerate(certificates, 1)),
        *((f"carried revocation list {number}", _list_text(der)) for number, der in enumerate(crls, 1)),
    ]


def _certificate_text(der: bytes) -> str:
    certificate = pki.load(der)
    names = dict(pki.describe(certificate))
    return f"{names['subject']}, issued by {names['issuer']}, serial number {names['serial number']}"


def _list_text(der: bytes) -> str:
    crl = pki.load_crl(der)
    return f"of {printable(crl.issuer.rfc4514_string())}, {time_text(crl.last_update_utc)}, {len(crl)} revoked"


def _explain_key_token(written: Written) -> Fields:
    assert written.der is not None
    token = tr34.read(written.der)
    return [("format", _KEY_TOKEN), *tr34.describe(token), *_carried(token.certificates, token.crls)]


def _explain_credential(written: Written) -> Fields:
    assert written.der is not None
    credential = tr34.read_credential(written.der)
    return [
        ("format", _CREDENTIAL),
        *((f"certificate: {name}", value) for name, value in pki.describe(pki.load(credential.certificate))),
        ("carried revocation lists", str(len(credential.crls))),
        *_carried((), credential.crls),
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
    return [
        ("format", _BINDING),
        ("effect", _EFFECTS[token.form]),
        *tr34.describe_binding(token),
        *_carried((), token.crls),
    ]


EXPLAINERS = (
    Explainer(_RANDOM_NUMBER, "", _is_random_number, _explain_random_number),
    Explainer(_CREDENTIAL, "", _is_credential, _explain_credential),
    Explainer(_BINDING, "", _is_binding, _explain_binding),
    Explainer(_KEY_TOKEN, "", _is_signed_data, _explain_key_token),
)
