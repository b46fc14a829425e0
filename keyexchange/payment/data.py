"""Encryption of data under TDES and AES in the block and stream modes of NIST SP 800-38A.

Nothing is padded here: ECB and CBC take whole blocks, the others any length. DUKPT and EMV add nothing but a derived
key (dukpt_tdes, dukpt_aes, emv.session_keys).

Source: NIST SP 800-38A; ISO/IEC 10116.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial

from keyexchange.crypto import BlockCipherKey
from keyexchange.crypto.modes import decrypt_cfb, encrypt_cfb, ofb
from keyexchange.errors import FormatError


class CipherMode(StrEnum):
    """A mode of operation; the figure behind CFB is the size of a segment in bits, without one it is a block."""

    ECB = "ECB"
    CBC = "CBC"
    CFB = "CFB"
    CFB1 = "CFB1"
    CFB8 = "CFB8"
    CFB64 = "CFB64"
    CFB128 = "CFB128"
    OFB = "OFB"


def encrypt(key: BlockCipherKey, mode: CipherMode, data: bytes, *, iv: bytes | None = None) -> bytes:
    """Encrypt data.

    Args:
        data: whole blocks for ECB and CBC; any length otherwise, which the ciphertext keeps.
        iv: one block; zeros when absent. ECB has none.

    Raises:
        FormatError: category data_length: no whole blocks; category iv: of another length, or given to ECB; category
            mode: segments longer than the cipher's block.
    """
    return _run(_ENCRYPTION, key, mode, data, iv)


def decrypt(key: BlockCipherKey, mode: CipherMode, data: bytes, *, iv: bytes | None = None) -> bytes:
    """Decrypt data; arguments and errors are those of `encrypt`.

    Nothing here can tell a wrong key or a changed ciphertext from the right ones: a MAC can.
    """
    return _run(_DECRYPTION, key, mode, data, iv)


_Operation = Callable[[BlockCipherKey, bytes, bytes], bytes]
_Table = dict[CipherMode, _Operation]

_SEGMENTS = {CipherMode.CFB1: 1, CipherMode.CFB8: 8, CipherMode.CFB64: 64, CipherMode.CFB128: 128}
_WHOLE_BLOCKS = (CipherMode.ECB, CipherMode.CBC)


def _run(table: _Table, key: BlockCipherKey, mode: CipherMode, data: bytes, iv: bytes | None) -> bytes:
    size = key.block_size
    if mode in _WHOLE_BLOCKS and (not data or len(data) % size):
        raise FormatError(
            f"{len(data)} octets are no whole blocks of {size}",
            category="data_length",
            hint=f"pad the data to a multiple of {size} octets, or use a stream mode (CFB, OFB)",
        )
    if _SEGMENTS.get(mode, 0) > 8 * size:
        raise FormatError(
            f"{mode.value} needs a cipher with a longer block", category="mode", hint="use CFB64 with TDES, or AES"
        )
    return table[mode](key, _initial(mode, size, iv), data)


def _initial(mode: CipherMode, size: int, iv: bytes | None) -> bytes:
    if iv is None:
        return bytes(size)
    if mode is CipherMode.ECB:
        raise FormatError("ECB has no initialisation vector", category="iv", hint="leave it out, or use CBC")
    if len(iv) != size:
        raise FormatError(
            f"the initialisation vector has {len(iv)} octets instead of {size}",
            category="iv",
            hint=f"give one block, {2 * size} hex digits",
        )
    return iv


def _ecb(operation: Callable[[BlockCipherKey, bytes], bytes]) -> _Operation:
    return lambda key, _iv, data: operation(key, data)


def _whole_block(function: Callable[..., bytes]) -> _Operation:
    return lambda key, iv, data: function(key, iv, data, segment_bits=8 * key.block_size)


def _stream_modes(cfb: Callable[..., bytes]) -> _Table:
    segments: _Table = {mode: partial(cfb, segment_bits=bits) for mode, bits in _SEGMENTS.items()}
    return {**segments, CipherMode.CFB: _whole_block(cfb), CipherMode.OFB: ofb}


_ENCRYPTION: _Table = {
    CipherMode.ECB: _ecb(BlockCipherKey.encrypt_ecb),
    CipherMode.CBC: BlockCipherKey.encrypt_cbc,
    **_stream_modes(encrypt_cfb),
}
_DECRYPTION: _Table = {
    CipherMode.ECB: _ecb(BlockCipherKey.decrypt_ecb),
    CipherMode.CBC: BlockCipherKey.decrypt_cbc,
    **_stream_modes(decrypt_cfb),
}
