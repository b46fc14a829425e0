"""A token in words, for a person; needs no key."""

from __future__ import annotations

from keyexchange.pki import describe_identifier
from keyexchange.pki.certificates import time_text
from keyexchange.tr34.tokens import Token


def describe(token: Token) -> list[tuple[str, str]]:
    """The fields of a token in the standard's words, in the order to print.

    All of it stands in clear in the token: no secret is shown. Nothing is verified.

    Raises:
        FormatError: a name in it cannot be read.
    """
    oaep, envelope, attributes = token.envelope.oaep, token.envelope, token.signed.attributes
    rows = [
        ("layout", token.layout.value),
        ("KDH certificate (signer)", describe_identifier(token.signer_id)),
        ("KRD certificate (recipient)", describe_identifier(token.recipient_id)),
        ("key block header", token.header),
    ]
    if token.nonce is not None:
        rows.append(("random nonce (two-pass)", token.nonce.hex().upper()))
    if token.signing_time is not None:
        rows.append(("signing time (one-pass)", time_text(token.signing_time)))
    rows += [
        ("message digest", f"SHA-256, {len(attributes.message_digest)} octets"),
        ("signature", f"RSASSA-PKCS1-v1_5 with SHA-256, {len(token.signed.signature)} octets"),
        ("key encryption", f"RSAES-OAEP with {oaep.digest}, MGF1 with {oaep.mgf_digest}"),
        ("wrapped content key", f"{len(envelope.wrapped_cek)} octets"),
        ("content encryption", envelope.cipher.name),
        ("encrypted key block", f"{len(envelope.ciphertext)} octets"),
        ("carried certificates", str(len(token.certificates))),
        ("carried revocation lists", str(len(token.crls))),
    ]
    rows += [("tolerated", name) for name in token.tolerances]
    return rows
