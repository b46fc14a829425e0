"""Answer to B8: the pieces of a TR-34 token."""

from __future__ import annotations

from dataclasses import replace

from keyexchange import tr34
from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import KeyAlgorithm
from keyexchange.tr31 import Header

from ..commands import ExportTr34, ExportTr34Reply
from ..errors import Refusal
from .asymmetric import load_public_key
from .device import Device, answers
from .rules import OpenKey, require_distinct_parts, require_strength

_BLOCK_LENGTHS = {16: 80, 24: 96}
"""Characters of a version B block with a key of so many octets: what the header says, though no block follows it."""


@answers(ExportTr34)
def export_tr34(device: Device, request: ExportTr34) -> ExportTr34Reply:
    """B8. The content is always under three-key TDES."""
    rules = device.lmk(request.lmk)
    _require_form(request)
    key = rules.open_key(request.key_type, request.key, parity="10")
    require_distinct_parts(key.letter, key.key)
    require_strength(KeyAlgorithm.TDES_3KEY, key, code=rules.too_weak)
    header = _header_text(rules.export_header(key, request, request.version or "B"), key)
    private_key = rules.signing_key(request.private_key)
    public_key = load_public_key(request.krd_public_key, code="76")
    try:
        parts = tr34.build_parts(
            key.key,
            header,
            kdh_id=request.kdh_id,
            krd_id=request.krd_id,
            krd_public_key=public_key,
            nonce=request.nonce,
            sign=lambda octets: sign_pkcs1_sha256(private_key, octets),
            cipher=tr34.DES_EDE3_CBC,
            weaker_receiver=True,  # the content cipher holds no key that is stronger than RSA-2048
        )
    except RuleError:  # such as an HMAC key, which has no size to compare before
        raise Refusal(rules.too_weak) from None
    except FormatError:
        raise Refusal("15") from None
    return ExportTr34Reply(
        signed_attributes=parts.signed_attributes,
        kcv=bytes.fromhex(key.kcv),
        enveloped=parts.enveloped,
        signature=parts.signature,
    )


def _require_form(request: ExportTr34) -> None:
    accepted = (
        ("15", request.schema, "0"),
        ("15", request.content_encryption, "00"),
        ("15", request.key_encryption, "00"),
        ("15", request.recipients, "01"),
        ("87", request.oaep_parameters, "00"),
        ("15", request.private_key_flag, "99"),
        ("07", request.padding, "01"),
        ("05", request.digest, "0"),
        ("15", request.version or "B", "B"),
    )
    for code, value, expected in accepted:
        if value != expected:
            raise Refusal(code)


def _header_text(header: Header, key: OpenKey) -> str:
    """Sixteen characters: optional blocks have no place in a token."""
    if header.proprietary:
        raise Refusal("A6")
    if len(key.key) not in _BLOCK_LENGTHS:
        raise Refusal("27")
    return replace(header, optional_blocks=()).text(_BLOCK_LENGTHS[len(key.key)])
