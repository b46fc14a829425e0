"""KeyCryptogram: a key alone under RSA-OAEP. It carries no attributes, so the request states them."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from keyexchange.crypto import rsa as rsa_keys
from keyexchange.crypto.rsa import WrappingSpec
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.attributes import mode_letter, usage_code
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.enrolment import Attributes, enrol_secret
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.materials.outgoing import Outgoing
from keyexchange.hsm.apc.operations.parameters import KEY_CRYPTOGRAM, find_token
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import require_strength
from keyexchange.hsm.apc.trust import certified_key, find_authority, read_certificate, verify_issued
from keyexchange.hsm.apc.wrapping import require_material
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyOrigin, KeyRecord, TokenKind
from keyexchange.keys import KeyAlgorithm

_DEFAULT_SPEC = WrappingSpec.RSA_OAEP_SHA_256.value
"""When WrappingSpec is absent, which the API allows without saying what it then means: a convention."""


def receive(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    """Source: APC API reference, ImportKeyCryptogram."""
    attributes = _attributes(material)
    token = find_token(hsm, context, TokenKind.IMPORT, material["ImportToken"], material_type=KEY_CRYPTOGRAM)
    require_strength(token.algorithm, attributes.algorithm)
    private_key = hsm.vault.rsa_private(token.block)
    try:
        cryptogram = bytes.fromhex(material["WrappedKeyCryptogram"])
        key = rsa_keys.unwrap_key(private_key, cryptogram, WrappingSpec(material.get("WrappingSpec", _DEFAULT_SPEC)))
    except ValueError:
        raise validation("WrappedKeyCryptogram has an odd number of hexadecimal digits") from None
    except FormatError as error:
        raise validation(f"WrappedKeyCryptogram can not be unwrapped: {error.message}") from None
    require_material("WrappedKeyCryptogram", attributes.algorithm, key)
    return enrol_secret(hsm, context, request, attributes, key)


def send(hsm: Hsm, context: Context, outgoing: Outgoing, material: Values) -> tuple[KeyRecord, str]:
    """Source: APC API reference, ExportKeyCryptogram."""
    authority = find_authority(hsm, context, material["CertificateAuthorityPublicKeyIdentifier"])
    certificate = read_certificate("WrappingKeyCertificate", material["WrappingKeyCertificate"])
    verify_issued(hsm, "WrappingKeyCertificate", certificate, authority)
    algorithm, key = certified_key("WrappingKeyCertificate", certificate)
    if not isinstance(key, RSAPublicKey):
        raise validation("WrappingKeyCertificate does not hold an RSA key")
    require_strength(algorithm, outgoing.algorithm)
    spec = WrappingSpec(material.get("WrappingSpec", _DEFAULT_SPEC))
    return authority, rsa_keys.wrap_key(key, outgoing.key, spec).hex().upper()


def _attributes(material: Values) -> Attributes:
    stated = material["KeyAttributes"]
    if stated["KeyClass"] != KeyClass.SYMMETRIC_KEY.value:
        raise validation(f"KeyClass {stated['KeyClass']} is not valid for a key cryptogram")
    attributes = Attributes(
        key_class=KeyClass.SYMMETRIC_KEY,
        usage=usage_code(stated["KeyUsage"]),
        algorithm=KeyAlgorithm(stated["KeyAlgorithm"]),
        mode_of_use=mode_letter(stated["KeyModesOfUse"]),
        exportable=material["Exportable"],
        origin=KeyOrigin.EXTERNAL,
    )
    attributes.require_valid()
    return attributes
