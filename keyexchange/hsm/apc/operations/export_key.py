"""ExportKey. Each kind of key material is one function of `MATERIALS`."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keyexchange import pki, tr31, tr34
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.headers import export_header
from keyexchange.hsm.apc.identifiers import find_usable_key, key_arn
from keyexchange.hsm.apc.operations.parameters import find_token
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import require_strength
from keyexchange.hsm.apc.trust import certified_key, find_authority, read_certificate, verify_issued
from keyexchange.hsm.apc.wrapping import find_wrapping_key
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyRecord, TokenKind
from keyexchange.keys import Algorithm

Export = Callable[[Hsm, Context, KeyRecord, Values], tuple[KeyRecord, str]]
"""Takes the key and the member of KeyMaterial; gives the wrapping key and the wrapped key."""


@operation("ExportKey", writes=False)
def export_key(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC API reference, ExportKey."""
    if request.get("ExportAttributes", {}).get("ExportDukptInitialKey"):
        raise validation("ExportDukptInitialKey is not served by this endpoint")
    ((kind, material),) = ((name, value) for name, value in request["KeyMaterial"].items() if value is not None)
    if kind not in MATERIALS:
        raise validation(f"KeyMaterial {kind} is not served by this endpoint")
    record = find_usable_key(hsm, context, request["ExportKeyIdentifier"])
    if record.key_class is not KeyClass.SYMMETRIC_KEY:
        raise validation("ExportKeyIdentifier is not a symmetric key")
    if not record.exportable:
        raise validation(f"Key {key_arn(record.home, record.id)} is not exportable")
    export, wrapped_format = MATERIALS[kind]
    wrapping, wrapped = export(hsm, context, record, material)
    return {
        "WrappedKey": {
            "WrappingKeyArn": key_arn(wrapping.home, wrapping.id),
            "WrappedKeyMaterialFormat": wrapped_format,
            "KeyMaterial": wrapped,
            "KeyCheckValue": record.kcv,
            "KeyCheckValueAlgorithm": record.kcv_method.value,
        }
    }


def _tr31(hsm: Hsm, context: Context, record: KeyRecord, material: Values) -> tuple[KeyRecord, str]:
    wrapping, kbpk = find_wrapping_key(hsm, context, material["WrappingKeyIdentifier"], to="Wrap")
    require_strength(wrapping.algorithm, record.algorithm, strength=kbpk.strength)
    version = "D" if wrapping.algorithm.letter is Algorithm.A else "B"
    header = export_header(record, version, material.get("KeyBlockHeaders", {}))
    assert record.block is not None
    try:
        key = hsm.vault.key(record.block)
        return wrapping, tr31.wrap(kbpk, header, key, odd_header=True)  # checked by AWS's own table when it was made
    except FormatError as error:
        raise validation(f"KeyBlockHeaders can not be written: {error.message}") from None


def _tr34(hsm: Hsm, context: Context, record: KeyRecord, material: Values) -> tuple[KeyRecord, str]:
    authority = find_authority(hsm, context, material["CertificateAuthorityPublicKeyIdentifier"])
    recipient = read_certificate("WrappingKeyCertificate", material["WrappingKeyCertificate"])
    verify_issued(hsm, "WrappingKeyCertificate", recipient, authority)
    wrapping_algorithm, wrapping_key = certified_key("WrappingKeyCertificate", recipient)
    if not isinstance(wrapping_key, RSAPublicKey):
        raise validation("WrappingKeyCertificate does not hold an RSA key")
    require_strength(wrapping_algorithm, record.algorithm)
    for member in ("ExportToken", "RandomNonce"):
        if not material.get(member):
            raise validation(f"{member} is required: this endpoint exports in two passes, with an export token")
    token = find_token(hsm, context, TokenKind.EXPORT, material["ExportToken"])
    private_key = hsm.vault.rsa_private(token.block)
    kdh_id = pki.issuer_and_serial(token.certificate)
    assert record.block is not None
    parts = tr34.build_parts(
        hsm.vault.key(record.block),
        _token_header(record, material),
        kdh_id=kdh_id,
        krd_id=pki.issuer_and_serial(pki.to_der(recipient)),
        krd_public_key=wrapping_key,
        nonce=bytes.fromhex(material["RandomNonce"]),
        sign=lambda octets: rsa_keys.sign_pkcs1_sha256(private_key, octets),
    )
    return authority, tr34.assemble(parts, kdh_id).hex().upper()


def _token_header(record: KeyRecord, material: Values) -> str:
    """The header in a token: version D, with the length that a block of this key would have, as APC writes it."""
    header = export_header(record, "D", material.get("KeyBlockHeaders", {}))
    content = -(-(2 + record.algorithm.octets) // 16) * 16
    padded = header.padded(16) if header.optional_blocks else header
    return padded.text(len(padded.text(0)) + 2 * (content + 16))


MATERIALS: dict[str, tuple[Export, str]] = {
    "Tr31KeyBlock": (_tr31, "TR31_KEY_BLOCK"),
    "Tr34KeyBlock": (_tr34, "TR34_KEY_BLOCK"),
}
"""By member of KeyMaterial: how, and the WrappedKeyMaterialFormat."""
