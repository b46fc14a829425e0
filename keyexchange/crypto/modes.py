"""Modes of operation that turn a block cipher into a stream: CFB of any segment size, and OFB.

Source: NIST SP 800-38A, 6.3 and 6.4. The library does the sizes that are in use (a whole block, eight bits); the others
are done here over whole blocks. Decryption knows all the ciphertext beforehand, so it enciphers all registers at once.
"""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.modes import CFB, CFB8, OFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import ModeWithInitializationVector

from keyexchange.crypto.blocks import BlockCipherKey, xor


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
    clear, bits = int.from_bytes(octets, "big"), 8 * len(octets)
    register, out = int.from_bytes(iv, "big"), 0
    for place in range(bits - 1, -1, -1):
        bit = encrypt(register.to_bytes(size, "big"))[0] >> 7 ^ clear >> place & 1
        out = out << 1 | bit
        register = (register << 1 | bit) & mask
    return out.to_bytes(len(octets), "big")


def _decrypt_bits(key: BlockCipherKey, iv: bytes, octets: bytes) -> bytes:
    size = key.block_size
    mask = (1 << 8 * size) - 1
    chain, bits = int.from_bytes(iv + octets, "big"), 8 * len(octets)
    registers = b"".join((chain >> place & mask).to_bytes(size, "big") for place in range(bits, 0, -1))
    stream = 0
    for head in key.encrypt_ecb(registers)[::size]:
        stream = stream << 1 | head >> 7
    return (int.from_bytes(octets, "big") ^ stream).to_bytes(len(octets), "big")
