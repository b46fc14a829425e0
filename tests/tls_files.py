"""Certificates for TLS tests: an authority, a server named localhost (also expired), a client, a stranger's."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class TlsFiles:
    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path
    encrypted_key: Path
    other_ca: Path
    expired: Path
    expired_key: Path


def make_tls_files(folder: Path) -> TlsFiles:
    """Write all files into a folder."""
    ca_key, other_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    files = TlsFiles(*(folder / f"{name}.pem" for name in TlsFiles.__dataclass_fields__))
    files.ca.write_bytes(_pem(_certificate("test authority", ca_key.public_key(), "test authority", ca_key)))
    files.other_ca.write_bytes(_pem(_certificate("stranger", other_key.public_key(), "stranger", other_key)))
    for name, path, key_path, days in (
        ("localhost", files.expired, files.expired_key, -1),
        ("localhost", files.server, files.server_key, 1),
        ("keyexchange", files.client, files.client_key, 1),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        path.write_bytes(_pem(_certificate(name, key.public_key(), "test authority", ca_key, days)))
        key_path.write_bytes(_key_pem(key, NoEncryption()))
    files.encrypted_key.write_bytes(_key_pem(key, BestAvailableEncryption(b"password")))
    return files


def _certificate(subject, public_key, issuer, issuer_key, days=1):
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=subject == issuer, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate):
    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key, encryption):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
