"""A TR-31 key block under a KEK agreed by ECDH, opened from the peer's public key on, against the bare exchange.

What is measured is what happens once for every block: exchange, KDF, the two keys of the KBPK, the block read, its MAC
verified, its key taken out, and nothing kept from one to the next. On P-256 the KEK is AES-128: a stronger one would be
agreed by a weaker key than itself.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.measure import microseconds, side_by_side
from keyexchange.crypto.ec import generate, load_point, point, shared_secret
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.keys import KeyAlgorithm, require_kek_strength
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, unwrap, wrap

CURVE, KEK = KeyAlgorithm.ECC_NIST_P256, KeyAlgorithm.AES_128
TERMS = Derivation(KdfFunction.NIST_SP800, KdfHash.SHA_256, b"a transaction of two parties", KEK)
KEY = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))


def main() -> None:
    """Print the exchange, the unwrap, and their ratio; then both with the peer's point checked and loaded."""
    require_kek_strength(CURVE, KEK)
    own, other = generate(CURVE), generate(CURVE)
    peer, ecdh = other.public_key(), ec.ECDH()
    octets = point(peer)
    kek = Kbpk("A", TERMS.key(shared_secret(other, own.public_key())))
    block = wrap(kek, Header("D", "P0", "T", "B"), KEY)

    def open_block(public_key: ec.EllipticCurvePublicKey) -> Secret:
        return unwrap(Kbpk("A", TERMS.key(shared_secret(own, public_key))), block).key

    assert open_block(peer) == KEY
    rows = {
        "peer's key kept": (lambda: own.exchange(ecdh, peer), lambda: open_block(peer)),
        "peer's point loaded": (
            lambda: own.exchange(ecdh, load_point(CURVE, octets)),
            lambda: open_block(load_point(CURVE, octets)),
        ),
    }
    print("ECDH P-256, TR-31 D      bare exchange     unwrap     ratio")
    for name, (bare, whole) in rows.items():
        exchange, opened = side_by_side([bare, whole], rounds=300, seconds=0.003)
        print(f"{name:<22} {microseconds(exchange)}  {microseconds(opened)}   {opened / exchange:5.2f}x")


if __name__ == "__main__":
    main()
