"""Tr34KeyBlock: a key in a TR-34 token.

The service's half of the exchange is a key pair of its own, named by an import or export token, or a key pair that the
customer made here, with a certificate that the customer's authority issued for it.

Two-pass tokens answer a RandomNonce. A token without one was made in one pass and is fresh by its signing time; AWS
documents no window for it, this endpoint takes `tr34.ONE_DAY`. Either kind is taken once.

Source: APC API reference, ImportTr34KeyBlock and ExportTr34KeyBlock; X9 TR 34-2019.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from keyexchange import pki, tr31, tr34
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.errors import FormatError, TrustError
from keyexchange.hsm.apc.attributes import MODES, USAGE_NAMES
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.enrolment import enrol_secret
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.headers import export_header
from keyexchange.hsm.apc.identifiers import find_usable_key
from keyexchange.hsm.apc.materials.outgoing import Outgoing
from keyexchange.hsm.apc.operations.parameters import TR34_KEY_BLOCK, find_token
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import require_strength
from keyexchange.hsm.apc.trust import certified_key, find_authority, public_spki, read_certificate, verify_issued
from keyexchange.hsm.apc.wrapping import imported_attributes
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord, TokenKind
from keyexchange.keys import KeyAlgorithm

_TR34_KEY, _SIGNING_KEY = "K2", "S0"


@dataclass(frozen=True)
class _Half:
    """The service's half of an exchange.

    Args:
        name: of the import or export token, or of the customer's key: what its tokens are remembered with.
        certificate: DER.
    """

    name: str
    algorithm: KeyAlgorithm
    private_key: RSAPrivateKey
    certificate: bytes


def receive(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    """Source: APC API reference, ImportTr34KeyBlock."""
    authority = find_authority(hsm, context, material["CertificateAuthorityPublicKeyIdentifier"])
    signer = read_certificate("SigningKeyCertificate", material["SigningKeyCertificate"])
    verify_issued(hsm, "SigningKeyCertificate", signer, authority)
    half = _receiving_half(hsm, context, material)
    try:
        token = _read(material["WrappedKeyBlock"])
        _require_fresh(hsm, token, material, kdh_certificate=pki.to_der(signer))
        opened = tr34.open_token(
            token,
            krd_private_key=half.private_key,
            krd_certificate=half.certificate,
            kdh_certificate=pki.to_der(signer),
        )
        header, _ = tr31.parse_header(opened.header)
    except (FormatError, TrustError) as error:
        raise validation(f"WrappedKeyBlock can not be unwrapped: {error.message}") from None
    attributes = imported_attributes(header, opened.key)
    for wrapping in (half.algorithm, opened.cipher.algorithm):
        require_strength(wrapping, attributes.algorithm)
    _take_once(hsm, half, token)
    return enrol_secret(hsm, context, request, attributes, opened.key)


def send(hsm: Hsm, context: Context, outgoing: Outgoing, material: Values) -> tuple[KeyRecord, str]:
    """Source: APC API reference, ExportTr34KeyBlock."""
    authority = find_authority(hsm, context, material["CertificateAuthorityPublicKeyIdentifier"])
    recipient = read_certificate("WrappingKeyCertificate", material["WrappingKeyCertificate"])
    verify_issued(hsm, "WrappingKeyCertificate", recipient, authority)
    wrapping_algorithm, wrapping_key = certified_key("WrappingKeyCertificate", recipient)
    if not isinstance(wrapping_key, RSAPublicKey):
        raise validation("WrappingKeyCertificate does not hold an RSA key")
    require_strength(wrapping_algorithm, outgoing.algorithm)
    half = _sending_half(hsm, context, material)
    kdh_id = pki.issuer_and_serial(half.certificate)
    nonce = bytes.fromhex(material["RandomNonce"]) if "RandomNonce" in material else None
    parts = tr34.build_parts(
        outgoing.key,
        _token_header(outgoing, material),
        kdh_id=kdh_id,
        krd_id=pki.issuer_and_serial(pki.to_der(recipient)),
        krd_public_key=wrapping_key,
        nonce=nonce,
        signing_time=hsm.now() if nonce is None else None,
        sign=lambda octets: rsa_keys.sign_pkcs1_sha256(half.private_key, octets),
        weaker_receiver=True,  # the service's own rule was asked above
    )
    return authority, tr34.assemble(parts, kdh_id).hex().upper()


def _receiving_half(hsm: Hsm, context: Context, material: Values) -> _Half:
    if _has_token(material, "ImportToken", "WrappingKeyIdentifier"):
        return _token_half(hsm, context, TokenKind.IMPORT, material["ImportToken"])
    return _own_half(hsm, context, material, "WrappingKey", usages=(_TR34_KEY,), mode="Unwrap")


def _sending_half(hsm: Hsm, context: Context, material: Values) -> _Half:
    if _has_token(material, "ExportToken", "SigningKeyIdentifier"):
        return _token_half(hsm, context, TokenKind.EXPORT, material["ExportToken"])
    return _own_half(hsm, context, material, "SigningKey", usages=(_TR34_KEY, _SIGNING_KEY), mode="Sign")


def _has_token(material: Values, token: str, key: str) -> bool:
    """Whether a token is named, and not a key: exactly one of them must be.

    Raises:
        ApiError: ValidationException.
    """
    if bool(material.get(token)) == (key in material):
        raise validation(f"Exactly one of {token} and {key} is required")
    return key not in material


def _token_half(hsm: Hsm, context: Context, kind: TokenKind, token_id: str) -> _Half:
    token = find_token(hsm, context, kind, token_id, material_type=TR34_KEY_BLOCK)
    return _Half(token.id, token.algorithm, hsm.vault.rsa_private(token.block), token.certificate)


def _own_half(
    hsm: Hsm, context: Context, material: Values, member: str, *, usages: tuple[str, ...], mode: str
) -> _Half:
    """A key pair of the customer's, with the certificate that was issued for it.

    Args:
        member: "WrappingKey" or "SigningKey", as the members' names begin.
    """
    record = find_usable_key(hsm, context, material[f"{member}Identifier"])
    if record.usage not in usages or record.block is None:
        names = " or ".join(USAGE_NAMES[usage] for usage in usages)
        raise validation(f"{member}Identifier is not a key pair with KeyUsage {names}")
    if mode not in MODES[record.mode_of_use]:
        raise validation(f"{member}Identifier does not have {mode} among its KeyModesOfUse")
    if f"{member}Certificate" not in material:
        raise validation(f"{member}Certificate is required with {member}Identifier")
    certificate = read_certificate(f"{member}Certificate", material[f"{member}Certificate"])
    _, certified = certified_key(f"{member}Certificate", certificate)
    private_key = hsm.vault.rsa_private(record.block)
    if public_spki(certified) != public_spki(private_key.public_key()):
        raise validation(f"{member}Certificate is not a certificate of {member}Identifier")
    if not certificate.not_valid_before_utc <= hsm.now() <= certificate.not_valid_after_utc:
        raise validation(f"{member}Certificate is not valid now")
    return _Half(record.id, record.algorithm, private_key, pki.to_der(certificate))


def _read(block: str) -> tr34.Token:
    try:
        octets = bytes.fromhex(block)
    except ValueError:
        raise validation("WrappedKeyBlock has an odd number of hexadecimal digits") from None
    token = tr34.read(octets)
    if token.layout is not tr34.Layout.X9_TR34_2012:
        raise validation("WrappedKeyBlock is not in the KeyBlockFormat X9_TR34_2012")
    return token


def _require_fresh(hsm: Hsm, token: tr34.Token, material: Values, *, kdh_certificate: bytes) -> None:
    """Verify the signature, and that the token answers the nonce or was signed just now.

    Raises:
        ApiError: ValidationException: nonce and token do not go together.
        TrustError, FormatError: as `tr34.verify`.
    """
    nonce = bytes.fromhex(material["RandomNonce"]) if "RandomNonce" in material else None
    if token.nonce is not None and nonce is None:
        raise validation("RandomNonce is required: WrappedKeyBlock was made in two passes")
    if token.nonce is None and nonce is not None:
        raise validation("RandomNonce is given, but WrappedKeyBlock was made in one pass")
    tr34.verify(token, kdh_certificate=kdh_certificate, nonce=nonce)
    if nonce is None:
        tr34.judge_signing_time(token.signing_time, at=hsm.now())


def _take_once(hsm: Hsm, half: _Half, token: tr34.Token) -> None:
    """Remember what makes the token unique: its nonce; in one pass its signature, which nobody else can vary."""
    what, unique = "RandomNonce was used", token.nonce
    if unique is None:
        what, unique = "WrappedKeyBlock was imported", hashlib.sha256(token.signed.signature).digest()
    if not hsm.service_keys.use_nonce(half.name, unique, hsm.now()):
        raise validation(f"{what} before: have the sender make a new token")


def _token_header(outgoing: Outgoing, material: Values) -> str:
    """The header in a token: version D, with the length that a block of this key would have, as APC writes it."""
    header = export_header(outgoing, "D", material.get("KeyBlockHeaders", {}))
    content = -(-(2 + len(outgoing.key)) // 16) * 16
    padded = header.padded(16) if header.optional_blocks else header
    return padded.text(len(padded.text(0)) + 2 * (content + 16))
