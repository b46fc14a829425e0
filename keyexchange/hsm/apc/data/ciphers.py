"""EncryptData, DecryptData and ReEncryptData.

Source: APC Data Plane API reference, EncryptData, DecryptData, ReEncryptData, EncryptionDecryptionAttributes,
ReEncryptionAttributes; User Guide, "Encrypt data" (whole blocks in every mode; RSA without padding). A PaddingType
beside a symmetric mode names an RSA padding and does nothing here; nor does an IV beside ECB.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from keyexchange.crypto import BlockCipherKey, rsa_data
from keyexchange.crypto.rsa_data import RsaPadding
from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data import dukpt, emv
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen, hexadecimal, octets
from keyexchange.hsm.apc.data.wrapped import working_key
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment import CipherMode, decrypt_data, encrypt_data
from keyexchange.payment.emv import session_keys

_USUAL_MODE = "CBC"
"""Of DUKPT (API reference, DukptEncryptionAttributes); assumed of EMV, where nothing is said."""


class Asked(NamedTuple):
    """One side of an operation.

    Args:
        identifier: of the key, or of the one that protects `wrapped`.
        wrapped: a WrappedKey, or None.
        data: to encrypt, or to decrypt.
        member: where the data stand in the request; None for what was just decrypted.
    """

    hsm: Hsm
    context: Context
    identifier: str
    wrapped: Values | None
    data: bytes
    member: str | None


class Done(NamedTuple):
    """What became of it."""

    key: DataKey
    data: bytes


@data_operation("EncryptData", writes=False)
def encrypt(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, EncryptData."""
    data = octets(request["PlainText"])
    asked = Asked(hsm, context, request["KeyIdentifier"], request.get("WrappedKey"), data, "PlainText")
    done = _run(_ENCRYPTION, request["EncryptionAttributes"], "EncryptionAttributes", asked)
    return {**_answer(done), "CipherText": hexadecimal(done.data)}


@data_operation("DecryptData", writes=False)
def decrypt(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, DecryptData."""
    data = octets(request["CipherText"])
    asked = Asked(hsm, context, request["KeyIdentifier"], request.get("WrappedKey"), data, "CipherText")
    done = _run(_DECRYPTION, request["DecryptionAttributes"], "DecryptionAttributes", asked)
    return {**_answer(done), "PlainText": hexadecimal(done.data)}


@data_operation("ReEncryptData", writes=False)
def re_encrypt(hsm: Hsm, context: Context, request: Values) -> Values:
    """The key of the answer is the outgoing one. Source: APC Data Plane API reference, ReEncryptData."""
    incoming, outgoing = "IncomingEncryptionAttributes", "OutgoingEncryptionAttributes"
    for member in (incoming, outgoing):
        _require_padding(request[member], member)
    asked = Asked(
        hsm,
        context,
        request["IncomingKeyIdentifier"],
        request.get("IncomingWrappedKey"),
        octets(request["CipherText"]),
        "CipherText",
    )
    clear = _run(_DECRYPTION, request[incoming], incoming, asked).data
    asked = Asked(hsm, context, request["OutgoingKeyIdentifier"], request.get("OutgoingWrappedKey"), clear, None)
    done = _run(_ENCRYPTION, request[outgoing], outgoing, asked)
    return {**_answer(done), "CipherText": hexadecimal(done.data)}


def _answer(done: Done) -> Values:
    return {"KeyArn": done.key.arn, "KeyCheckValue": done.key.check_value}


Operation = Callable[[Asked, Any], Done]
"""Takes the member of the union."""


def _run(table: dict[str, Operation], union: Values, member: str, asked: Asked) -> Done:
    operation, attributes = chosen(union, table, member)
    return operation(asked, attributes)


def _require_padding(union: Values, member: str) -> None:
    if "PaddingType" not in union.get("Asymmetric", {"PaddingType": None}):
        raise validation(f"{member}: Asymmetric needs a PaddingType in ReEncryptData")


Cipher = Callable[..., bytes]


def _symmetric(use: Use, run: Cipher) -> Operation:
    def operation(asked: Asked, attributes: Values) -> Done:
        key = working_key(asked.hsm, asked.context, asked.identifier, asked.wrapped, use)
        return Done(key, _in_blocks(run, key.cipher, attributes["Mode"], attributes, asked))

    return operation


def _dukpt(run: Cipher) -> Operation:
    def operation(asked: Asked, attributes: Values) -> Done:
        bdk = working_key(asked.hsm, asked.context, asked.identifier, asked.wrapped, Use.DUKPT)
        key = dukpt.working_key(
            asked.hsm,
            bdk,
            attributes["KeySerialNumber"],
            dukpt.Purpose.DATA,
            derivation_type=attributes.get("DukptKeyDerivationType"),
            variant=attributes.get("DukptKeyVariant"),
        )
        return Done(bdk, _in_blocks(run, key, attributes.get("Mode", _USUAL_MODE), attributes, asked))

    return operation


def _emv(run: Cipher) -> Operation:
    def operation(asked: Asked, attributes: Values) -> Done:
        issuer_key = working_key(asked.hsm, asked.context, asked.identifier, asked.wrapped, Use.EMV_DATA)
        card_key = emv.card_key(asked.hsm, issuer_key, attributes)
        key = session_keys.common(card_key, octets(attributes["SessionDerivationData"]))
        return Done(issuer_key, _in_blocks(run, key, attributes.get("Mode", _USUAL_MODE), attributes, asked))

    return operation


def _in_blocks(run: Cipher, key: BlockCipherKey, mode_name: str, attributes: Values, asked: Asked) -> bytes:
    if len(asked.data) % key.block_size:
        what = asked.member or "The decrypted data"
        raise validation(f"{what} must be padded to a multiple of {key.block_size} octets, whatever the mode")
    mode = CipherMode(mode_name)
    vector = None if mode is CipherMode.ECB else attributes.get("InitializationVector")
    return run(key, mode, asked.data, iv=octets(vector) if vector else None)


def _encrypt_asymmetric(asked: Asked, attributes: Values) -> Done:
    key = working_key(asked.hsm, asked.context, asked.identifier, asked.wrapped, Use.ENCRYPT_RSA)
    padding = attributes.get("PaddingType")
    if padding is None:
        return Done(key, rsa_data.encrypt_unpadded(key.rsa_public, asked.data))
    return Done(key, rsa_data.encrypt_data(key.rsa_public, asked.data, RsaPadding(padding)))


def _decrypt_asymmetric(asked: Asked, attributes: Values) -> Done:
    key = working_key(asked.hsm, asked.context, asked.identifier, asked.wrapped, Use.DECRYPT_RSA)
    padding = attributes.get("PaddingType")
    if padding is None:
        return Done(key, rsa_data.decrypt_unpadded(key.rsa_private, asked.data))
    data = rsa_data.decrypt_data(key.rsa_private, asked.data, RsaPadding(padding))
    if not data:
        raise validation("CipherText holds no data")
    return Done(key, data)


_ENCRYPTION: dict[str, Operation] = {
    "Symmetric": _symmetric(Use.ENCRYPT, encrypt_data),
    "Asymmetric": _encrypt_asymmetric,
    "Dukpt": _dukpt(encrypt_data),
    "Emv": _emv(encrypt_data),
}
_DECRYPTION: dict[str, Operation] = {
    "Symmetric": _symmetric(Use.DECRYPT, decrypt_data),
    "Asymmetric": _decrypt_asymmetric,
    "Dukpt": _dukpt(decrypt_data),
    "Emv": _emv(decrypt_data),
}
"""By member of EncryptionDecryptionAttributes; ReEncryptionAttributes has these but Emv."""
