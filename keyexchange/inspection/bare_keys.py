"""Keys of a pair, as tools such as openssl write them: named, since they are easily taken for a certificate.

Of a private key nothing is shown but its structure. Source: RFC 8017, A.1 (PKCS#1); RFC 5915, 3; RFC 5958 (PKCS#8);
RFC 5280, 4.1.2.7 (SubjectPublicKeyInfo); RFC 7468 (labels of PEM).
"""

from __future__ import annotations

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from keyexchange import tr31
from keyexchange.crypto import public_key_kcv
from keyexchange.errors import FormatError
from keyexchange.inspection.contract import Explainer, Fields
from keyexchange.inspection.elements import first_tags
from keyexchange.inspection.reading import Written
from keyexchange.secret import Secret
from keyexchange.tr31.content import PRIVATE_KEYS

_PRIVATE = "private key in clear"
_ENCRYPTED = "private key under a passphrase"
_PUBLIC = "public key"
_LABEL = "PRIVATE KEY"
_ENCRYPTED_TAGS = b"\x30\x04"
_PUBLIC_TAGS = re.compile(rb"\x30\x03|\x02\x02")
_LOOKED_AT = 3


def public_key_text(key: PublicKeyTypes) -> str:
    """Kind and size of a public key."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA, {key.key_size} bits"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"elliptic curve, {key.curve.name}"
    return type(key).__name__


def _tags(written: Written) -> bytes:
    return first_tags(written.der, _LOOKED_AT) if written.der else b""


def _form(written: Written) -> str | None:
    """The name of the private key's structure."""
    forms = (tr31.private_key_form(letter, Secret(written.der or b"")) for letter in PRIVATE_KEYS)
    return next((form for form in forms if form), None)


def _is_private(written: Written) -> bool:
    return _form(written) is not None


def _is_encrypted(written: Written) -> bool:
    """PKCS#8, or the older PEM text whose inside is no DER any more."""
    return _tags(written) == _ENCRYPTED_TAGS or (written.der is None and written.label.endswith(_LABEL))


def _is_public(written: Written) -> bool:
    return _PUBLIC_TAGS.fullmatch(_tags(written)) is not None


def _explain_private(written: Written) -> Fields:
    return [
        ("format", _PRIVATE),
        ("structure", _form(written) or ""),
        ("warning", "whoever sees this text has the key: if that may be, make a new pair. Nothing of it is shown here"),
    ]


def _explain_encrypted(_: Written) -> Fields:
    return [
        ("format", _ENCRYPTED),
        (
            "warning",
            "the passphrase is all that protects it, and no key exchange asks for it: keep it where it was made",
        ),
    ]


def _explain_public(written: Written) -> Fields:
    try:
        key = load_der_public_key(written.der or b"")
    except (ValueError, UnsupportedAlgorithm):
        raise FormatError(
            "the public key cannot be read: it is damaged, or of a kind that is not known here",
            category="der_malformed",
            hint="export it again; RSA keys and those on NIST curves are known",
        ) from None
    kcv = public_key_kcv(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return [
        ("format", _PUBLIC),
        ("public key", public_key_text(key)),
        ("key check value", f"{kcv}: {kcv.method.meaning}"),
        ("trust", "none: nothing here says whose it is. A certificate does"),
    ]


EXPLAINERS = (
    Explainer(_PRIVATE, "", _is_private, _explain_private),
    Explainer(_ENCRYPTED, "", _is_encrypted, _explain_encrypted),
    Explainer(_PUBLIC, "", _is_public, _explain_public),
)
