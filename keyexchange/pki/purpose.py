"""What a certificate's key is for: signing tokens (KDH), receiving keys (KRD), key agreement and certifying are kept
apart.

Source: RFC 5280, 4.2.1.3 (keyUsage) and 4.2.1.9 (basicConstraints); X9 TR 34-2019, 5 (one certificate for each role).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Literal

from asn1crypto import core
from asn1crypto import x509 as asn1_x509

from keyexchange.errors import TrustError
from keyexchange.pki.asn1 import Explicit3
from keyexchange.pki.certificates import signed_fields
from keyexchange.pki.declared import read_fields, read_members, read_octets, read_only
from keyexchange.pki.der import contents, elements, require_element

Purpose = Literal["sign", "wrap", "agree"]
"""`sign`: signs tokens, the KDH. `wrap`: receives keys, the KRD. `agree`: derives a key with the other side (ECDH)."""


class Allowance(StrEnum):
    """What a certificate lacked and the caller had decided to do without; it goes into the report."""

    OTHER_PURPOSE = "certificate-of-another-purpose"
    """Its keyUsage does not name what its key is used for here."""


_WHAT = "the certificate"
_KEPT = 256
"""How many certificates' keyUsages are kept."""
_KEY_USAGE, _BASIC_CONSTRAINTS = (
    bytes(asn1_x509.ExtensionId(name).dump()) for name in ("key_usage", "basic_constraints")
)
_TRUE = bytes(core.Boolean(True).dump())
_NEEDED = {
    "sign": (0x80, "digitalSignature", "sign tokens (KDH)"),
    "wrap": (0x20, "keyEncipherment", "receive keys (KRD)"),
    "agree": (0x08, "keyAgreement", "agree on keys (ECDH)"),
}
"""The bit in the first octet of keyUsage, its name, and what it allows here. Source: RFC 5280, 4.2.1.3."""


def require_purpose(certificate: bytes, purpose: Purpose) -> None:
    """Make sure that a certificate does not state another use of its key.

    A certificate without keyUsage may be used for anything. One that repeats it, as TR-34's own sample kdh_1 does,
    must allow the use each time. An authority's may be used for nothing else (`require_no_authority`).

    Args:
        certificate: DER.

    Raises:
        TrustError: category purpose_mismatch.
        FormatError: der_malformed or structure.
    """
    require_no_authority(certificate)
    if allows(certificate, purpose):
        return
    _, name, use = _NEEDED[purpose]
    raise TrustError(
        f"the certificate's key may not {use}: its keyUsage lacks {name}",
        category="purpose_mismatch",
        hint=f"have a certificate issued with keyUsage {name}; KDH and KRD have one each, for keys of their own",
    )


def allows(certificate: bytes, purpose: Purpose) -> bool:
    """Whether a certificate states this use of its key, or none at all; see `require_purpose`.

    Raises:
        FormatError: der_malformed or structure.
    """
    bit, _, _ = _NEEDED[purpose]
    return all(bit & stated for stated in _key_usages(certificate))


def require_no_authority(certificate: bytes) -> None:
    """Make sure that a certificate is not one that issues others.

    One that names itself as issuer may say so: `openssl req -x509` makes no other, and it is trusted only by whoever
    was handed it as an anchor.

    Raises:
        TrustError: category purpose_mismatch.
        FormatError: der_malformed or structure.
    """
    if _is_authority(certificate):
        raise TrustError(
            "the certificate is a certificate authority's, which neither signs tokens nor receives keys",
            category="purpose_mismatch",
            hint="have the authority issue a certificate for a key of this side's own, with cA false",
        )


@lru_cache(maxsize=_KEPT)
def _is_authority(certificate: bytes) -> bool:
    fields = signed_fields(certificate)
    if fields["issuer"] == fields["subject"]:
        return False
    return any(_says_ca(read_octets(value, _WHAT)) for value in _values(certificate, _BASIC_CONSTRAINTS))


def _says_ca(constraints: bytes) -> bool:
    require_element(asn1_x509.BasicConstraints, constraints, _WHAT)
    return _TRUE in elements(constraints)


@lru_cache(maxsize=_KEPT)
def _key_usages(certificate: bytes) -> tuple[int, ...]:
    """The first octet of bits of each keyUsage; of a certificate without any, nothing."""
    return tuple(_first_bits(read_octets(value, _WHAT), _WHAT) for value in _values(certificate, _KEY_USAGE))


def _values(certificate: bytes, kind: bytes) -> list[bytes]:
    """The values of the extensions of a kind, each an OCTET STRING with its tag."""
    wrapped = signed_fields(certificate)["extensions"]
    if not wrapped:
        return []
    extensions = read_members(asn1_x509.Extensions, read_only(Explicit3, wrapped, _WHAT), _WHAT)
    read = [read_fields(asn1_x509.Extension, extension, _WHAT) for extension in extensions]
    return [fields["extn_value"] for fields in read if fields["extn_id"] == kind]


def _first_bits(bit_string: bytes, what: str) -> int:
    """Source: X.690, 8.6: an octet counts the unused bits, then come the bits from the highest on."""
    require_element(core.BitString, bit_string, what)
    bits = contents(bit_string)
    return bits[1] if len(bits) > 1 else 0
