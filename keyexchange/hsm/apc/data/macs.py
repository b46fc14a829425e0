"""GenerateMac and VerifyMac.

Source: APC Data Plane API reference, GenerateMac, VerifyMac and MacAttributes; User Guide, "Generate MAC". What these
leave open is as clients of the live service found it (aws-samples/samples-for-payment-cryptography-service,
java_sdk_example; J8k3/aws-payment-cryptography-hsm-proxy, its grounding report): without MacLength an ISO 9797-1
MAC has four octets, though the guide's example shows eight; under a MAC key a message that does not fill its blocks
is filled with zeros, while messages under DUKPT and EMV keys must come padded; CMAC and DUKPT want eight octets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from keyexchange.crypto import BlockCipherKey, TdesKey
from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data import dukpt, emv, keys
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen, hexadecimal, octets
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment import HmacHash, cmac, hmac_mac, iso9797_algorithm_1, iso9797_algorithm_3, verify_mac

_RETAIL_OCTETS = 4
_LEAST_OCTETS = 8


class Calculated(NamedTuple):
    """A MAC.

    Args:
        key: that the request named.
        mac: in full.
        length: octets of it that are answered when the request says nothing.
    """

    key: DataKey
    mac: bytes
    length: int


@data_operation("GenerateMac", writes=False)
def generate_mac(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, GenerateMac."""
    key, mac, usual = _calculate(hsm, context, request, "GenerationAttributes")
    length = request.get("MacLength", usual)
    if length > len(mac):
        raise validation(f"MacLength {length} is longer than the MAC, which has {len(mac)} octets")
    return {**_answer(key), "Mac": hexadecimal(mac[:length])}


@data_operation("VerifyMac", writes=False)
def verify(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, VerifyMac."""
    key, mac, _ = _calculate(hsm, context, request, "VerificationAttributes")
    received = octets(request["Mac"])
    _require_length(received, request.get("MacLength"), mac)
    verify_mac(mac, received)
    return _answer(key)


def _answer(key: DataKey) -> Values:
    return {"KeyArn": key.arn, "KeyCheckValue": key.check_value}


def _require_length(received: bytes, stated: int | None, mac: bytes) -> None:
    """Refuse a MAC that is not as long as the request says, or not of a usual length when it says nothing."""
    if stated is not None and len(received) != stated:
        raise validation(f"Mac has {len(received)} octets and MacLength is {stated}")
    if stated is None and len(mac) == _LEAST_OCTETS and len(received) not in (_RETAIL_OCTETS, len(mac)):
        raise validation(f"Mac has a valid length of {2 * _RETAIL_OCTETS} or {2 * len(mac)}")


def _calculate(hsm: Hsm, context: Context, request: Values, member: str) -> Calculated:
    method, value = chosen(request[member], _METHODS, member)
    return method(hsm, context, request, value)


class _Plain(NamedTuple):
    """A MAC directly under a key of the store."""

    generate: Use
    verify: Use
    mac: Callable[[DataKey, bytes], bytes]
    length: int | None
    least: int = 1


def _hmac(hash_name: HmacHash | None) -> Callable[[DataKey, bytes], bytes]:
    def mac(key: DataKey, message: bytes) -> bytes:
        own = _HASH_OF_KEY.get(key.algorithm.value)
        if hash_name and own and own is not hash_name:
            raise validation(f"Algorithm is not the one of the key, whose KeyAlgorithm is {key.algorithm}")
        return hmac_mac(key.secret, message, own or hash_name or HmacHash.SHA_256)

    return mac


_HASH_OF_KEY = {f"HMAC_SHA{bits}": HmacHash(f"sha{bits}") for bits in (224, 256, 384, 512)}
"""The hash of an HMAC key is set when the key is made. Source: User Guide, "Generate MAC", HMAC. A TDES or AES key of
usage M7 has none of its own; for Algorithm HMAC it gets SHA-256, which is assumed."""

_HMACS = {
    name: _Plain(Use.GENERATE_HMAC, Use.VERIFY_HMAC, _hmac(own), None)
    for name, own in {"HMAC": None, **_HASH_OF_KEY}.items()
}


def _retail_mac(key: DataKey, message: bytes) -> bytes:
    """Also the MAC of AS 2805.4.1 with a double-length key, of which four octets are sent.

    Source: aws-samples/samples-for-payment-cryptography-service, AS2805 samples (method 2 of AS 2805.4.1, "retail
    MAC"); FelipeRodriguezFonte/CryptoCarver agrees on the algorithm. The standard itself is not public.
    """
    return iso9797_algorithm_3(key.tdes, message)


_ALGORITHMS = {
    "ISO9797_ALGORITHM1": _Plain(
        Use.GENERATE_MAC_1,
        Use.VERIFY_MAC_1,
        lambda key, message: iso9797_algorithm_1(key.cipher, message),
        _RETAIL_OCTETS,
    ),
    "ISO9797_ALGORITHM3": _Plain(Use.GENERATE_MAC_3, Use.VERIFY_MAC_3, _retail_mac, _RETAIL_OCTETS),
    "CMAC": _Plain(
        Use.GENERATE_CMAC,
        Use.VERIFY_CMAC,
        lambda key, message: cmac(key.cipher, message),
        None,
        _LEAST_OCTETS,
    ),
    "AS2805_4_1": _Plain(Use.GENERATE_AS2805_MAC, Use.VERIFY_AS2805_MAC, _retail_mac, _RETAIL_OCTETS),
    **_HMACS,
}


def _plain(hsm: Hsm, context: Context, request: Values, algorithm: str) -> Calculated:
    method = _ALGORITHMS[algorithm]
    use = method.verify if "Mac" in request else method.generate
    key = keys.find(hsm, context, request["KeyIdentifier"], use)
    message = octets(request["MessageData"])
    _require_least(message, method.least)
    mac = method.mac(key, message)
    return Calculated(key, mac, method.length or len(mac))


def _emv(hsm: Hsm, context: Context, request: Values, attributes: Values) -> Calculated:
    key = keys.find(hsm, context, request["KeyIdentifier"], Use.EMV_INTEGRITY)
    message = octets(request["MessageData"])
    _require_blocks(message, TdesKey.block_size)
    master_key = emv.card_key(hsm, key, attributes)
    session_key = emv.script_key(
        master_key, attributes["SessionKeyDerivationMode"], attributes["SessionKeyDerivationValue"]
    )
    mac = iso9797_algorithm_3(session_key, message)
    return Calculated(key, mac, len(mac))


def _retail_mac_of_derived(key: BlockCipherKey, message: bytes) -> bytes:
    if not isinstance(key, TdesKey):
        raise validation(f"ISO 9797-1 algorithm 3 takes a TDES key, and the working key is {key.algorithm}")
    return iso9797_algorithm_3(key, message)


def _dukpt(
    mac: Callable[[BlockCipherKey, bytes], bytes], *, padded: bool
) -> Callable[[Hsm, Context, Values, Values], Calculated]:
    def calculate(hsm: Hsm, context: Context, request: Values, attributes: Values) -> Calculated:
        bdk = keys.find(hsm, context, request["KeyIdentifier"], Use.DUKPT)
        message = octets(request["MessageData"])
        _require_least(message, _LEAST_OCTETS)
        key = dukpt.working_key(
            hsm,
            bdk,
            attributes["KeySerialNumber"],
            dukpt.Purpose.MAC,
            derivation_type=attributes.get("DukptDerivationType"),
            variant=attributes["DukptKeyVariant"],
        )
        if padded:
            _require_blocks(message, key.block_size)
        calculated = mac(key, message)
        return Calculated(bdk, calculated, _RETAIL_OCTETS if padded else len(calculated))

    return calculate


_METHODS: dict[str, Callable[[Hsm, Context, Values, Any], Calculated]] = {
    "Algorithm": _plain,
    "EmvMac": _emv,
    "DukptIso9797Algorithm1": _dukpt(iso9797_algorithm_1, padded=True),
    "DukptIso9797Algorithm3": _dukpt(_retail_mac_of_derived, padded=True),
    "DukptCmac": _dukpt(cmac, padded=False),
}
"""By member of MacAttributes."""


def _require_least(message: bytes, least: int) -> None:
    if len(message) < least:
        raise validation(f"MessageData has {len(message)} octets, where this MAC takes {least} or more")


def _require_blocks(message: bytes, size: int) -> None:
    if len(message) % size:
        raise validation(f"MessageData must be padded to a multiple of {size} octets")
