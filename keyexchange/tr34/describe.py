"""Tokens in words, for a person; needs no key, and verifies nothing."""

from __future__ import annotations

from keyexchange.pki import describe_identifier, load, subject_text
from keyexchange.pki.certificates import time_text
from keyexchange.tr34.binding import BindingToken
from keyexchange.tr34.credentials import Credential
from keyexchange.tr34.layouts import Tolerance
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
    rows += _freshness(token)
    rows += [
        ("message digest", f"{token.signed.hashing}, {len(attributes.message_digest)} octets"),
        _signature(token),
        ("key encryption", f"RSAES-OAEP with {oaep.digest}, MGF1 with {oaep.mgf_digest}"),
        ("wrapped content key", f"{len(envelope.wrapped_cek)} octets"),
        ("content encryption", envelope.cipher.name),
        ("encrypted key block", f"{len(envelope.ciphertext)} octets"),
        ("carried certificates", str(len(token.certificates))),
        ("carried revocation lists", str(len(token.crls))),
    ]
    return rows + _tolerated(token.tolerances)


def describe_credential(credential: Credential) -> list[tuple[str, str]]:
    """The fields of a CT-KDH or CT-KRD, like `describe`."""
    certificate = load(credential.certificate)
    return [
        ("certificate", subject_text(certificate)),
        ("revocation lists", str(len(credential.crls))),
        *_tolerated(credential.tolerances),
    ]


def describe_binding(token: BindingToken) -> list[tuple[str, str]]:
    """The fields of an unbind or rebind token, like `describe`.

    Raises:
        FormatError: a name in it cannot be read.
    """
    rows = [
        ("form", token.form.value),
        ("signer's certificate", describe_identifier(token.signer_id)),
        ("KRD certificate", describe_identifier(token.krd_id)),
    ]
    if token.kdh_id is not None:
        rows.append(("KDH certificate bound so far", describe_identifier(token.kdh_id)))
    if token.new_kdh is not None:
        rows.append(("KDH certificate to bind", subject_text(load(token.new_kdh.certificate))))
    rows += _freshness(token)
    rows += [
        _signature(token),
        ("carried revocation lists", str(len(token.crls))),
    ]
    return rows + _tolerated(token.tolerances)


def _signature(token: Token | BindingToken) -> tuple[str, str]:
    signed = token.signed
    return "signature", f"RSASSA-PKCS1-v1_5 with {signed.hashing}, {len(signed.signature)} octets"


def _freshness(token: Token | BindingToken) -> list[tuple[str, str]]:
    rows = []
    if token.nonce is not None:
        rows.append(("random nonce (two-pass)", token.nonce.hex().upper()))
    if token.signing_time is not None:
        rows.append(("signing time (one-pass)", time_text(token.signing_time)))
    return rows


def _tolerated(tolerances: tuple[Tolerance, ...]) -> list[tuple[str, str]]:
    return [("tolerated", name) for name in tolerances]
