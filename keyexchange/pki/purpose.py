"""What a certificate's key is for: signing (KDH) and receiving keys (KRD) are kept apart.

Source: RFC 5280, 4.2.1.3 (keyUsage); X9 TR 34-2019, 5 (one certificate for each role).
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
from keyexchange.pki.der import contents, require_element

Purpose = Literal["sign", "wrap"]
"""`sign`: signs tokens, the KDH. `wrap`: receives keys, the KRD."""


class Allowance(StrEnum):
    """What a certificate lacked and the caller had decided to do without; it goes into the report."""

    OTHER_PURPOSE = "certificate-of-another-purpose"
    """Its keyUsage does not name what its key is used for here."""


_KEPT = 256
"""How many certificates' keyUsages are kept."""
_KEY_USAGE = bytes(asn1_x509.ExtensionId("key_usage").dump())
_NEEDED = {
    "sign": (0x80, "digitalSignature", "sign tokens (KDH)"),
    "wrap": (0x20, "keyEncipherment", "receive keys (KRD)"),
}
"""The bit in the first octet of keyUsage, its name, and what it allows here. Source: RFC 5280, 4.2.1.3."""


def require_purpose(certificate: bytes, purpose: Purpose) -> None:
    """Make sure that a certificate does not state another use of its key.

    A certificate without keyUsage may be used for anything. One that repeats it, as TR-34's own sample kdh_1 does,
    must allow the use each time.

    Args:
        certificate: DER.

    Raises:
        TrustError: category purpose_mismatch.
        FormatError: der_malformed or structure.
    """
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


@lru_cache(maxsize=_KEPT)
def _key_usages(certificate: bytes) -> tuple[int, ...]:
    """The first octet of bits of each keyUsage; of a certificate without any, nothing."""
    what = "the certificate"
    wrapped = signed_fields(certificate)["extensions"]
    if not wrapped:
        return ()
    extensions = read_members(asn1_x509.Extensions, read_only(Explicit3, wrapped, what), what)
    read = [read_fields(asn1_x509.Extension, extension, what) for extension in extensions]
    return tuple(
        _first_bits(read_octets(fields["extn_value"], what), what) for fields in read if fields["extn_id"] == _KEY_USAGE
    )


def _first_bits(bit_string: bytes, what: str) -> int:
    """Source: X.690, 8.6: an octet counts the unused bits, then come the bits from the highest on."""
    require_element(core.BitString, bit_string, what)
    bits = contents(bit_string)
    return bits[1] if len(bits) > 1 else 0
