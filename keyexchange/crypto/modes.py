"""Modes of operation that turn a block cipher into a stream: CFB of any segment size, and OFB.

Source: NIST SP 800-38A, 6.3 and 6.4. The library does the sizes that are in use (a whole block, eight bits); the others
are done here over whole blocks. Decryption knows all the ciphertext beforehand, so it enciphers all registers at once.
"""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.modes import CFB, CFB8, OFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import ModeWithInitializationVector

from keyexchange.crypto.blocks import BlockCipherKey, xor

_PLACES = range(7, -1, -1)
"""Of the bits of an octet, from the left."""
_FIRST_BIT = b"0" * 128 + b"1" * 128
"""By octet, as a digit."""


def encrypt_cfb(key: BlockCipherKey, iv: bytes, octets: bytes, *, segment_bits: int) -> bytes:
    """Encrypt in CFB mode; any length.

    Args:
        iv: one block.
        segment_bits: 1, or a multiple of 8 up to the block.
    """
    library = _library_cfb(key, segment_bits)
    if library is not None:
        return _run(key, library(iv), octets)
    if segment_bits == 1:
        return _encrypt_bits(key, iv, octets)
    step, encrypt, register, out = segment_bits // 8, key.encrypt_ecb, iv, bytearray()
    for start in range(0, len(octets), step):
        segment = octets[start : start + step]
        enciphered = xor(segment, encrypt(register)[: len(segment)])
        out += enciphered
        register = register[step:] + enciphered
    return bytes(out)


def decrypt_cfb(key: BlockCipherKey, iv: bytes, octets: bytes, *, segment_bits: int) -> bytes:
    """Decrypt in CFB mode; the arguments are those of `encrypt_cfb`."""
    library = _library_cfb(key, segment_bits)
    if library is not None:
        return _run(key, library(iv), octets, decrypting=True)
    if segment_bits == 1:
        return _decrypt_bits(key, iv, octets)
    step, size, chain = segment_bits // 8, key.block_size, iv + octets
    starts = range(0, len(octets), step)
    stream = key.encrypt_ecb(b"".join(chain[start : start + size] for start in starts))
    heads = b"".join(stream[index * size : index * size + step] for index in range(len(starts)))
    return xor(octets, heads[: len(octets)])


def ofb(key: BlockCipherKey, iv: bytes, octets: bytes) -> bytes:
    """Encrypt, or decrypt, in OFB mode; any length.

    Args:
        iv: one block, never used twice with a key.
    """
    return _run(key, OFB(iv), octets)


def _library_cfb(key: BlockCipherKey, segment_bits: int) -> type[CFB | CFB8] | None:
    sizes: dict[int, type[CFB | CFB8]] = {8: CFB8, 8 * key.block_size: CFB}
    return sizes.get(segment_bits)


def _run(key: BlockCipherKey, mode: ModeWithInitializationVector, octets: bytes, *, decrypting: bool = False) -> bytes:
    cipher = Cipher(key.cipher_algorithm, mode)
    context = cipher.decryptor() if decrypting else cipher.encryptor()
    return context.update(octets) + context.finalize()


def _encrypt_bits(key: BlockCipherKey, iv: bytes, octets: bytes) -> bytes:
    size, encrypt = key.block_size, key.encrypt_ecb
    mask = (1 << 8 * size) - 1
    register, out = int.from_bytes(iv, "big"), bytearray()
    for octet in octets:
        for place in _PLACES:
            bit = encrypt(register.to_bytes(size, "big"))[0] >> 7 ^ octet >> place & 1
            register = (register << 1 | bit) & mask
        out.append(register & 0xFF)  # the last eight bits that were fed back
    return bytes(out)


def _decrypt_bits(key: BlockCipherKey, iv: bytes, octets: bytes) -> bytes:
    size, chain = key.block_size, iv + octets
    mask = (1 << 8 * size) - 1
    registers = bytearray()
    for start in range(len(octets)):
        window = int.from_bytes(chain[start : start + size + 1], "big")
        for place in _PLACES:
            registers += (window >> place + 1 & mask).to_bytes(size, "big")
    first_bits = key.encrypt_ecb(bytes(registers))[::size].translate(_FIRST_BIT)
    return xor(octets, int(first_bits or b"0", 2).to_bytes(len(octets), "big"))
