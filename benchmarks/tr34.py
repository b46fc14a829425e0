"""A whole TR-34 exchange of one key, against the two RSA-2048 private operations that it cannot do without.

The exchange: the sender wraps, signs and assembles; the receiver reads, verifies chain and signature, and opens. The
two operations: the sender's signature and the receiver's decryption, on keys that are loaded already.
"""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.measure import microseconds, per_call
from keyexchange import pki, tr34
from keyexchange.crypto import rsa
from keyexchange.secret import Secret

HEADER = "D9999K1TB00E0000"
KEY = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA98765432101032547698BADCFE"))
NONCE = bytes(8)


def main() -> None:
    """Print the exchange, its two halves and the ratio."""
    now = datetime.now(UTC)
    ca_key, kdh_key, krd_key = (rsa.generate(2048) for _ in range(3))
    root = pki.issue_root("root", ca_key, days=2, now=now)
    kdh, krd = (
        pki.to_der(pki.issue_leaf(name, key.public_key(), root, ca_key, purpose=purpose, days=1, now=now))
        for name, key, purpose in (("KDH", kdh_key, "sign"), ("KRD", krd_key, "wrap"))
    )
    anchors = [pki.to_der(root)]
    kdh_id, krd_id, krd_public = pki.issuer_and_serial(kdh), pki.issuer_and_serial(krd), krd_key.public_key()

    def send() -> bytes:
        parts = tr34.build_parts(
            KEY,
            HEADER,
            kdh_id=kdh_id,
            krd_id=krd_id,
            krd_public_key=krd_public,
            nonce=NONCE,
            sign=lambda octets: rsa.sign_pkcs1_sha256(kdh_key, octets),
        )
        return tr34.assemble(parts, kdh_id)

    def receive(der: bytes) -> Secret:
        token = tr34.read(der)
        pki.verify_chain(kdh, [], anchors, at=now)
        tr34.verify(token, kdh_certificate=kdh, nonce=NONCE)
        return tr34.open_token(token, krd_private_key=krd_key, krd_certificate=krd, kdh_certificate=kdh).key

    der = send()
    assert receive(der) == KEY
    wrapped = rsa.oaep_encrypt(krd_public, bytes(24))
    sending, receiving = per_call(send), per_call(lambda: receive(der))
    private = per_call(lambda: rsa.sign_pkcs1_sha256(kdh_key, der)) + per_call(
        lambda: rsa.oaep_decrypt(krd_key, wrapped)
    )
    print("TR-34, two-pass, X9_TR34_2012, RSA-2048")
    print(f"send {microseconds(sending)}   receive {microseconds(receiving)}   two private operations", end=" ")
    print(f"{microseconds(private)}   exchange / operations {(sending + receiving) / private:5.2f}x")


if __name__ == "__main__":
    main()
