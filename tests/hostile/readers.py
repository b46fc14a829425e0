"""The parsers, what they may raise, and sound input to damage. A parser that is missing here fails a test."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from adapters.atalla import akb
from keyexchange import inspection, pki, registry, tr31, tr34
from keyexchange.crypto import rsa
from keyexchange.errors import FormatError, TrustError
from keyexchange.secret import Secret
from tests.keyexchange.tr34 import lab
from tests.vectors import vectors

VENDORS = tuple(
    explainer for name in registry.names(registry.EXPLAINERS) for explainer in registry.load(registry.EXPLAINERS, name)
)
KBPKS = {"T": tr31.Kbpk("T", Secret(bytes(range(24)))), "A": tr31.Kbpk("A", Secret(bytes(range(32))))}

BLOCKS = [p.values[0]["inputs"]["block"].encode() for p in vectors("tr31", "unwrap")]
OPTIONAL = (tr31.OptionalBlock("KS", "FFFF9876543210E00000"), tr31.OptionalBlock("LB", "terminal"))
THALES_BLOCK = b"S" + b"10096B0TN00E0002" + b"0123456789ABCDEF" * 5
AKB = b"1KDDN000," + b"0123456789ABCDEF" * 3 + b"," + b"0123456789ABCDEF"
TOKENS = [lab.token_of(p.values[0]) for p in vectors("tr34_computed") if "token_b64" in p.values[0]["inputs"]][::6]
CERTIFICATES = [base64.b64decode(p.values[0]["inputs"]["certificate_b64"]) for p in vectors("tr34", "certificate")][:2]
CREDENTIALS = [base64.b64decode(p.values[0]["inputs"]["token_b64"]) for p in vectors("tr34", "credential_token")]
SEALED = [
    tr31.wrap(kbpk, tr31.Header(version, "B1", "T", "X", optional_blocks=OPTIONAL), Secret(bytes(range(16)))).encode()
    for version, kbpk in (("B", KBPKS["T"]), ("D", KBPKS["A"]))
]
_ID = pki.issuer_and_serial(lab.certificate("krd_2048"))
UNBIND = tr34.build_kdh_unbind(
    krd_id=_ID,
    nonce=bytes(8),
    kdh=tr34.Signer(_ID, lambda octets: rsa.sign_pkcs1_sha256(lab.private_key("kdh_2048"), octets)),
)
REQUEST = (
    x509.CertificateSigningRequestBuilder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "device")]))
    .sign(lab.private_key("krd_2048"), hashes.SHA256())
    .public_bytes(Encoding.DER)
)
RANDOM_NUMBER = tr34.build_random_number(bytes(range(8)))


@dataclass(frozen=True)
class Reader:
    """One parser.

    Args:
        read: raises nothing but `refuses`.
        seeds: sound input, or nearly so.
        names: what it stands for, as the rooms export it.
    """

    read: Callable[[bytes], object]
    seeds: list[bytes]
    names: tuple[str, ...]
    refuses: tuple[type[Exception], ...] = (FormatError,)


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """A parser of text, given octets."""
    return lambda octets: read(octets.decode("latin-1"))


def whole_key_block(block: str) -> None:
    """Read a block to the end: structure, meaning, both kinds of key."""
    header, _ = tr31.parse_header(block)
    tr31.violations(header), tr31.misplaced(header)
    for one in header.optional_blocks:
        tr31.explain(tr31.interpret(one))
    tr31.unwrap(KBPKS["A" if block[0] == "D" else "T"], block, frozenset(tr31.Tolerance))


def explained(octets: bytes) -> None:
    """What `keyexchange inspect` does with it, all vendors' formats among it."""
    for written in inspection.read(octets):
        inspection.recognise(written, VENDORS).explain(written)


DER = [*TOKENS, *CERTIFICATES, *CREDENTIALS, UNBIND, REQUEST, lab.crl(), RANDOM_NUMBER]
READERS: dict[str, Reader] = {
    "TR-31 structure": Reader(text(tr31.parse), BLOCKS, ("tr31.parse",)),
    "TR-31 header": Reader(text(tr31.parse_header), BLOCKS, ("tr31.parse_header",)),
    "TR-31 to the end": Reader(text(whole_key_block), [*SEALED, *BLOCKS], ("tr31.unwrap", "tr31.interpret")),
    "TR-34 key token": Reader(tr34.read, TOKENS, ("tr34.read",)),
    "TR-34 credential": Reader(tr34.read_credential, CREDENTIALS, ("tr34.read_credential",)),
    "TR-34 random number": Reader(tr34.read_random_number, [RANDOM_NUMBER], ("tr34.read_random_number",)),
    "TR-34 unbind and rebind": Reader(tr34.read_binding, [UNBIND, *TOKENS], ("tr34.read_binding",)),
    "X.509 certificate": Reader(pki.load, CERTIFICATES, ("pki.load",)),
    "X.509 certificates": Reader(pki.load_all, CERTIFICATES, ("pki.load_all",)),
    "X.509 issuer and serial": Reader(pki.issuer_and_serial, CERTIFICATES, ("pki.issuer_and_serial",)),
    "X.509 revocation list": Reader(pki.read_list, [lab.crl()], ("pki.read_list", "pki.load_crl")),
    "PKCS#10 request": Reader(pki.load_csr, [REQUEST, *CERTIFICATES], ("pki.load_csr",), (FormatError, TrustError)),
    "Atalla key block": Reader(text(akb.parse), [AKB], ("akb.parse",)),
    "whatever is pasted": Reader(
        explained, [*BLOCKS[:9], *DER, THALES_BLOCK, AKB], ("inspection.read",), (FormatError, TrustError)
    ),
}


def exported() -> set[str]:
    """The names of every parser that the rooms export, by what parsers are called in this house."""
    rooms: dict[str, Any] = {"tr31": tr31, "tr34": tr34, "pki": pki, "inspection": inspection}
    return {
        f"{room}.{name}"
        for room, module in rooms.items()
        for name in module.__all__
        if name.startswith(("read", "load", "parse", "interpret", "unwrap"))
    } | {"akb.parse"}
