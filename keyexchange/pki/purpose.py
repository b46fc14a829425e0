"""What a certificate's key is for: signing (KDH) and receiving keys (KRD) are kept apart.

Source: RFC 5280, 4.2.1.3 (keyUsage); X9 TR 34-2019, 5 (one certificate for each role).
"""

from __future__ import annotations

from typing import Literal

from asn1crypto import x509 as asn1_x509

from keyexchange.errors import TrustError
from keyexchange.pki.der import decode, reading

Purpose = Literal["sign", "wrap"]
"""`sign`: signs tokens, the KDH. `wrap`: receives keys, the KRD."""

_NEEDED = {
    "sign": ("digital_signature", "digitalSignature", "sign tokens (KDH)"),
    "wrap": ("key_encipherment", "keyEncipherment", "receive keys (KRD)"),
}
"""The bit as asn1crypto names it, as RFC 5280 names it, and what it allows here."""


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
    bit, name, use = _NEEDED[purpose]
    if all(bit in stated for stated in _key_usages(certificate)):
        return
    raise TrustError(
        f"the certificate's key may not {use}: its keyUsage lacks {name}",
        category="purpose_mismatch",
        hint=f"have a certificate issued with keyUsage {name}; KDH and KRD have one each, for keys of their own",
    )


def _key_usages(certificate: bytes) -> list[set[str]]:
    value = decode(asn1_x509.Certificate, certificate, "the certificate")
    with reading("the certificate"):
        extensions = value["tbs_certificate"]["extensions"]
        return [
            set(extension["extn_value"].parsed.native)
            for extension in extensions
            if extension["extn_id"].native == "key_usage"
        ]
