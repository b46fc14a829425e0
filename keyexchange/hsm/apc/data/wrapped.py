"""Dynamic keys: working keys that come with the request, in a key block or derived by ECDH, and are not kept.

Source: APC Data Plane API reference, WrappedKey, WrappedKeyMaterial, EcdhDerivationAttributes; in EncryptData and
TranslatePinData: the key identifier is then that of the key that protects the working key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyexchange import tr31
from keyexchange.crypto import block_cipher_key
from keyexchange.errors import FormatError
from keyexchange.hsm.apc.agreement import agree
from keyexchange.hsm.apc.attributes import USAGE_NAMES
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.data import keys
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.uses import DYNAMIC_USAGES, Use
from keyexchange.hsm.apc.data.values import chosen
from keyexchange.hsm.apc.enrolment import check_value
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import kcv_method, require_strength
from keyexchange.hsm.apc.wrapping import imported_attributes
from keyexchange.hsm.device import Hsm
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret

Material = tuple[DataKey, str, KeyAlgorithm, str | None, Secret]
"""The key that protects it, usage, algorithm, mode of use, octets. An agreed key has no mode."""

_UNSTATED = "P0"
"""What a key pair without DeriveKeyUsage derives, as AWS's samples have it: one usage alone, as every key here has.
If it derived data keys too, DecryptData would show the PIN block that TranslatePinData made under the same key."""


def working_key(hsm: Hsm, context: Context, identifier: str, wrapped: Values | None, use: Use) -> DataKey:
    """The key of an operation: the one that came wrapped, or without one the one of the store.

    Args:
        identifier: of the key, or of the key that protects the wrapped one.
        wrapped: a WrappedKey; None when the request has none.

    Raises:
        ApiError: ResourceNotFoundException; ValidationException: the key, or the one that protects it, is not for
            this, or does not open.
    """
    if wrapped is None:
        return keys.find(hsm, context, identifier, use)
    if use.usages.isdisjoint(DYNAMIC_USAGES):
        raise validation(f"A wrapped key can not be a {' or '.join(use.usage_names)}")
    open_key, material = chosen(wrapped["WrappedKeyMaterial"], _MATERIALS, "WrappedKeyMaterial")
    protecting, usage, algorithm, mode_of_use, key = open_key(hsm, context, identifier, material)
    use.require(usage, algorithm, mode_of_use)
    method = kcv_method(algorithm, wrapped.get("KeyCheckValueAlgorithm"))
    return DataKey(
        arn=protecting.arn,
        check_value=check_value(algorithm, key, method).digits,
        usage=usage,
        algorithm=algorithm,
        mode_of_use=mode_of_use or min(use.modes),
        material=block_cipher_key(algorithm.letter.value, key),
    )


def _tr31(hsm: Hsm, context: Context, identifier: str, block: str) -> Material:
    protecting = keys.find(hsm, context, identifier, Use.UNWRAP)
    assert protecting.block is not None
    kbpk = hsm.vault.kbpk(protecting.block, protecting.algorithm.letter.value)
    try:
        content = tr31.unwrap(kbpk, block)
    except FormatError as error:
        raise validation(f"The wrapped key block can not be unwrapped: {error.message}") from None
    attributes = imported_attributes(content.header, content.key)
    require_strength(protecting.algorithm, attributes.algorithm, strength=kbpk.strength)
    return protecting, attributes.usage, attributes.algorithm, attributes.mode_of_use, content.key


def _agreed(hsm: Hsm, context: Context, identifier: str, parameters: Values) -> Material:
    key_pair = keys.find(hsm, context, identifier, Use.AGREE)
    usage = key_pair.derive_key_usage or _UNSTATED
    if usage not in DYNAMIC_USAGES:
        names = " or ".join(USAGE_NAMES[each] for each in sorted(DYNAMIC_USAGES))
        raise validation(f"The key agreement key pair does not have the DeriveKeyUsage {names}")
    algorithm, key = agree(
        hsm,
        context,
        key_pair.agreeing,
        parameters,
        algorithm=parameters["KeyAlgorithm"],
        shared_information=parameters["SharedInformation"],
    )
    return key_pair, usage, algorithm, None, key


_MATERIALS: dict[str, Callable[[Hsm, Context, str, Any], Material]] = {
    "Tr31KeyBlock": _tr31,
    "DiffieHellmanSymmetricKey": _agreed,
}
