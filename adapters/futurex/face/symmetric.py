"""Answers to GPGS, TWKA and TWKS."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_bytes

from keyexchange import tr31
from keyexchange.crypto import is_single_des, new_des_key
from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret

from ..commands import ExportKey, ExportKeyReply, GenerateKey, GenerateKeyReply, ImportKey, ImportKeyReply
from ..commands.symmetric import AS_KEY_BLOCK
from ..commands.values import KEY_TYPES
from ..errors import Refusal
from . import cryptograms
from .device import Device, answers
from .rules import OpenKey, check_digits, open_kek, open_key, read_header, require_exportable, require_strength

_VERSIONS = {"T": "B", "A": "D"}
"""Of a block under a KEK, by the KEK's algorithm."""


@answers(GenerateKey)
def generate_key(device: Device, request: GenerateKey) -> GenerateKeyReply:
    """GPGS."""
    algorithm = KEY_TYPES[request.key_type]
    header = read_header(request.header, algorithm.letter.value)
    key = new_key(algorithm)
    return GenerateKeyReply(key=device.pmk.wrap(header, key), kcv=check_digits(device, header.algorithm, key))


def new_key(algorithm: KeyAlgorithm) -> Secret:
    """A random TDES or AES key."""
    if algorithm.letter.value == "T":
        return new_des_key(algorithm.octets)
    return Secret(token_bytes(algorithm.octets))


@answers(ExportKey)
def export_key(device: Device, request: ExportKey) -> ExportKeyReply:
    """TWKA."""
    if request.major_key is None:
        return cryptograms.export_key(device, request)
    if request.form != AS_KEY_BLOCK:
        raise Refusal("03")
    require_key_blocks(device)
    kek = open_kek(device, request.kek, "BE")
    key = open_key(device, request.key)
    require_exportable(key)
    require_distinct_parts(key)
    require_strength(kek.algorithm, key, strength=kek.strength)
    header = replace(key.header, version_id=_VERSIONS[kek.letter])
    try:
        block = tr31.wrap(kek, header, key.key)
    except (RuleError, FormatError):
        raise Refusal("63") from None
    return ExportKeyReply(key=block, kcv=check_digits(device, header.algorithm, key.key))


@answers(ImportKey)
def import_key(device: Device, request: ImportKey) -> ImportKeyReply:
    """TWKS."""
    if request.major_key is None:
        return cryptograms.import_key(device, request)
    require_key_blocks(device)
    kek = open_kek(device, request.kek, "BD")
    try:
        content = tr31.unwrap(kek, request.key)
    except FormatError as error:
        raise Refusal("47" if error.category == "mac_mismatch" else "48") from None
    header = replace(content.header, version_id="D")
    if header.algorithm not in _VERSIONS:
        raise Refusal("63")
    key = OpenKey(header, content.key)
    require_distinct_parts(key)
    require_strength(kek.algorithm, key, strength=kek.strength)
    kcv = check_digits(device, header.algorithm, key.key)
    return ImportKeyReply(key=device.pmk.wrap(header, key.key), kcv=kcv)


def require_key_blocks(device: Device) -> None:
    """Refuse TR-31 where the key block policy does not name it.

    Raises:
        Refusal: 51.
    """
    if not device.options.tr31_blocks:
        raise Refusal("51")


def require_distinct_parts(key: OpenKey) -> None:
    """Refuse a TDES key whose parts are equal.

    Raises:
        Refusal: 44.
    """
    if key.header.algorithm == "T" and is_single_des(key.key):
        raise Refusal("44")
