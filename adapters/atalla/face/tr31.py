"""Answers to 11A and 119."""

from __future__ import annotations

from keyexchange import tr31
from keyexchange.errors import FormatError, RuleError, UnsupportedError
from keyexchange.keys import Algorithm, KeyAlgorithm, KeyAttributes
from keyexchange.tr31 import Kbpk

from ..commands import ExportTr31, ExportTr31Reply, ImportTr31, ImportTr31Reply
from ..errors import SECURITY_VIOLATION, Refusal
from ..headers import Header, Kind, exportable, header_for
from .device import Device, OpenKey, answers
from .symmetric import open_or_make

PROTECTS_BLOCKS = "k"
_NEEDS_E2 = "Kkdm"
"""Usages that leave only with option E2: which these are is a guess; AWS's readme says `certain keys, KEKs among
them`."""
_USAGE, _EXPORTABILITY, _KEK, _KEY, _VERSION_NUMBER, _COUNT = 2, 3, 4, 5, 6, 7
_IMPORT_KEK, _IMPORT_BLOCK = 3, 4
_UNWRITABLE = {
    "kbpk_length": ("10", _KEK),
    "decrypted_length": ("10", _KEY),
    "header_malformed": ("03", _VERSION_NUMBER),
}
"""Why a block cannot be written, to error number and field."""


@answers(ExportTr31)
def export(device: Device, request: ExportTr31) -> ExportTr31Reply:
    """11A."""
    kbpk = _kbpk(device, request.kek, _KEK)
    key, made = open_or_make(device, request.key, _KEY)
    require_released(device, key, _KEY)
    if int(request.optional_blocks) or request.optional_data:
        raise Refusal("03", _COUNT)
    header = _header(key, request)
    try:
        block = tr31.wrap(kbpk, header, key.key)
    except RuleError as error:
        raise Refusal("10" if error.rule == "kek-strength" else "06", _KEK) from None
    except FormatError as error:
        raise Refusal(*_UNWRITABLE.get(error.category, ("08", _KEY))) from None
    return ExportTr31Reply(block=block, check_digits=device.digits(key), key=made)


@answers(ImportTr31)
def import_(device: Device, request: ImportTr31) -> ImportTr31Reply:
    """119."""
    kbpk = _kbpk(device, request.kek, _IMPORT_KEK)
    try:
        content = tr31.unwrap(kbpk, request.block)
    except FormatError as error:
        raise Refusal("05" if error.category == "mac_mismatch" else "03", _IMPORT_BLOCK) from None
    header = content.header
    try:
        algorithm = KeyAlgorithm.of_symmetric(header.algorithm, len(content.key))
        kept = header_for(KeyAttributes(header.key_usage, algorithm, header.mode_of_use, header.exportability))
    except (KeyError, UnsupportedError):
        raise Refusal("06", _IMPORT_BLOCK) from None
    key = OpenKey(kept, content.key)
    return ImportTr31Reply(key=device.keep(kept.text, content.key), check_digits=device.digits(key))


def _kbpk(device: Device, text: str, field: int) -> Kbpk:
    key = device.open(text, field, usages=PROTECTS_BLOCKS)
    try:
        return Kbpk("T", key.key)
    except FormatError:
        raise Refusal("10", field) from None


def require_released(device: Device, key: OpenKey, field: int) -> None:
    """Refuse a key that may not leave.

    Raises:
        Refusal: 06; with the detail 0607 when option E2 would let it go.
    """
    if not exportable(key.header):
        raise Refusal("06", field)
    if key.header.usage in _NEEDS_E2 and not device.options.option_e2:
        raise Refusal("06", field, detail=SECURITY_VIOLATION)


def _header(key: OpenKey, request: ExportTr31) -> tr31.Header:
    kind = _kind(key.header, request.usage)
    try:
        mode = key.header.tr31_mode(kind)
    except UnsupportedError:
        raise Refusal("06", _KEY) from None
    exportability = request.exportability or key.header.exportability
    return tr31.Header(
        request.version, kind.tr31, Algorithm.T, mode, request.key_version_number, exportability=exportability
    )


def _kind(header: Header, usage: str) -> Kind:
    """The row of the table that the header and the named usage mean."""
    kinds = [kind for kind in header.kinds if (kind.tr31 == usage if usage else not kind.ambiguous)]
    if not kinds:
        raise Refusal("06", _USAGE if header.kinds else _KEY)
    return kinds[0]
