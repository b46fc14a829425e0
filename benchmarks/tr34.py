"""A whole TR-34 exchange of one key, against the two RSA-2048 private operations that it cannot do without.

The exchange: the sender wraps, signs and assembles; the receiver reads, verifies the sender's certificate (chain,
dates, purpose, revocation list) and the signature, and opens. The two operations: the sender's signature and the
receiver's decryption, on keys that are loaded already. "First" is an exchange with certificates that were never seen:
everything that is kept between exchanges is thrown away before each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks import naive_tr34
from benchmarks.measure import microseconds, side_by_side
from keyexchange import pki, tr34
from keyexchange.crypto import rsa
from keyexchange.pki import certificates, crl, path, purpose
from keyexchange.secret import Secret

HEADER = "D9999K1TB00E0000"
KEY = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA98765432101032547698BADCFE"))
NONCE = bytes(8)
KEPT = (
    certificates.signed_fields,
    certificates.to_der,
    certificates._load_all,
    certificates.issuer_and_serial,
    certificates.require_identifier,
    certificates.rsa_public_key,
    certificates.subject_text,
    crl._is_in_its_name,
    crl._may_sign_lists,
    crl._read,
    crl._signed_by,
    path._check_hash,
    path._check_issuer,
    path._check_key,
    path.issued,
    purpose._is_authority,
    purpose._key_usages,
)
"""Every cache that knows something about certificates or lists."""


@dataclass(frozen=True)
class Exchange:
    """Two sides under one root, with a revocation list of it."""

    kdh_key: RSAPrivateKey
    krd_key: RSAPrivateKey
    root: bytes
    kdh: bytes
    krd: bytes
    crl: bytes
    now: datetime

    @classmethod
    def new(cls, bits: int) -> Exchange:
        """With fresh keys of so many bits."""
        now = datetime.now(UTC)
        ca_key, kdh_key, krd_key = (rsa.generate(bits) for _ in range(3))
        root = pki.issue_root("root", ca_key, days=2, now=now)
        kdh = pki.issue_leaf("KDH", kdh_key.public_key(), root, ca_key, purpose="sign", days=1, now=now)
        krd = pki.issue_leaf("KRD", krd_key.public_key(), root, ca_key, purpose="wrap", days=1, now=now)
        builder = x509.CertificateRevocationListBuilder(root.subject, now, now + timedelta(days=1))
        for serial in range(1, 21):
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=now).build()
            )
        revoked = builder.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.DER)
        return cls(kdh_key, krd_key, *map(pki.to_der, (root, kdh, krd)), crl=revoked, now=now)

    def send(self) -> bytes:
        """The KDH's part."""
        kdh_id = pki.issuer_and_serial(self.kdh)
        parts = tr34.build_parts(
            KEY,
            HEADER,
            kdh_id=kdh_id,
            krd_id=pki.issuer_and_serial(self.krd),
            krd_public_key=pki.rsa_public_key(pki.load(self.krd)),
            nonce=NONCE,
            sign=lambda octets: rsa.sign_pkcs1_sha256(self.kdh_key, octets),
        )
        return tr34.assemble(parts, kdh_id)

    def receive(self, der: bytes) -> Secret:
        """The KRD's part."""
        token = tr34.read(der)
        tr34.verify_sender(token, kdh_certificate=self.kdh, anchors=[self.root], at=self.now, crls=[self.crl])
        tr34.verify(token, kdh_certificate=self.kdh, nonce=NONCE)
        return tr34.open_token(
            token, krd_private_key=self.krd_key, krd_certificate=self.krd, kdh_certificate=self.kdh
        ).key

    def first(self) -> Secret:
        """Both parts, as if nobody had ever been seen before."""
        for kept in KEPT:
            kept.cache_clear()
        return self.receive(self.send())

    def naive_sender(self) -> Callable[[], bytes]:
        """What does the KDH's part by asn1crypto alone."""
        kdh, krd = (asn1_x509.Certificate.load(der) for der in (self.kdh, self.krd))
        public_key = self.krd_key.public_key()
        return lambda: naive_tr34.build(
            KEY.reveal(),
            HEADER,
            kdh=kdh,
            krd=krd,
            krd_public_key=public_key,
            kdh_private_key=self.kdh_key,
            nonce=NONCE,
        )


def main() -> None:
    """Print the exchange, its two halves and the ratios."""
    exchange = Exchange.new(2048)
    der = exchange.send()
    naive_send = exchange.naive_sender()
    for token in (der, naive_send()):
        assert len(token) == len(der)
        assert exchange.receive(token) == KEY
    wrapped = tr34.read(der).envelope.wrapped_cek
    sending, receiving, first, naive, signing, decrypting = side_by_side(
        [
            exchange.send,
            lambda: exchange.receive(der),
            exchange.first,
            naive_send,
            lambda: rsa.sign_pkcs1_sha256(exchange.kdh_key, der),
            lambda: rsa.oaep_decrypt(exchange.krd_key, wrapped),
        ]
    )
    private = signing + decrypting
    print("TR-34, two-pass, X9_TR34_2012, RSA-2048, chain and revocation list checked")
    print(f"send {microseconds(sending)}   receive {microseconds(receiving)}   private {microseconds(private)}")
    print(f"exchange / two private operations {(sending + receiving) / private:5.2f}x", end="   ")
    print(f"the first with certificates never seen {first / private:5.2f}x")
    print(f"naive asn1crypto build {microseconds(naive)}   naive / send {naive / sending:5.1f}x")


if __name__ == "__main__":
    main()
