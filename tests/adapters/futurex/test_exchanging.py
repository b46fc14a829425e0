"""RSA wrap and ECDH with the adapter against a running face; the other side is played by this test."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from adapters.futurex.adapter import FuturexAdapter
from adapters.futurex.wording import ec_key
from keyexchange import pki, tr31
from keyexchange.crypto import ec, rsa
from keyexchange.crypto.ec import shared_secret
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.crypto.rsa import WrappingSpec, unwrap_key, wrap_key
from keyexchange.errors import DeviceRefusedError, ProtocolError, UnsupportedError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import (
    AgreementCredential,
    AgreementTerms,
    CertificateChain,
    ImportMark,
    KeyBlock,
    KeyCryptogram,
    KeyToMove,
)
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

from .conftest import AES_KBPK, BDK, PMK, now, open_adapter

MARK = ImportMark("run", "key")
P521, P384, P256 = KeyAlgorithm.ECC_NIST_P521, KeyAlgorithm.ECC_NIST_P384, KeyAlgorithm.ECC_NIST_P256
BDK_KEY = KeyToMove("bdk", BDK, KeyAttributes("B0", KeyAlgorithm.TDES_3KEY, "X"), Kcv("5802BA", KcvMethod.ANSI_X9_24))
DES2 = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
SPECS = list(WrappingSpec)


def test_the_hsm_keeps_no_import():
    assert FuturexAdapter.keeps_imports is False


@pytest.mark.parametrize("spec", SPECS)
def test_a_key_leaves_under_the_receivers_rsa_key(simulated_side, receiver, authority, spec):
    chain = CertificateChain(receiver[0], (pki.to_der(authority[0]),))
    sent = simulated_side.export_rsa(BDK_KEY, receiver=chain, spec=spec.value, anchor=None)
    assert (sent.spec, sent.kcv) == (spec.value, BDK_KEY.kcv)
    assert unwrap_key(receiver[1], sent.octets, spec) == PMK.open(BDK)[1]


def test_without_the_receivers_issuers_no_key_leaves_under_rsa(simulated_side, receiver):
    with pytest.raises(UnsupportedError, match="issuers"):
        simulated_side.export_rsa(BDK_KEY, receiver=CertificateChain(receiver[0], ()), spec=SPECS[0].value, anchor=None)


@pytest.mark.parametrize("spec", SPECS)
def test_a_key_arrives_under_the_hsms_rsa_key_with_the_attributes_of_the_file(simulated_side, spec):
    credential = simulated_side.offer_rsa_credential()
    pki.verify_chain(credential.chain.certificate, (), credential.chain.issuers, at=datetime.now(UTC), purpose="wrap")
    public_key = pki.rsa_public_key(pki.load(credential.chain.certificate))
    kcv = Kcv("08D7B4", KcvMethod.ANSI_X9_24)
    key = KeyToMove("pek", "far away", KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B", "N"), kcv)
    arriving = KeyCryptogram(wrap_key(public_key, DES2, spec), spec.value, kcv)
    held = simulated_side.import_rsa(arriving, key=key, credential=credential, mark=MARK)
    assert PMK.open(held.reference) == (Header("D", "P0", "T", "B", exportability="N"), DES2)
    assert (held.kcv, held.attributes) == (kcv, key.attributes)
    other = KeyCryptogram(wrap_key(rsa.generate(2048).public_key(), DES2, spec), spec.value, kcv)
    with pytest.raises(DeviceRefusedError, match="17"):
        simulated_side.import_rsa(other, key=key, credential=credential, mark=MARK)


class Peer:
    """The other side of an agreement, with a root of its own."""

    def __init__(self, curve=P521, issuer=None):
        self.key = ec.generate(curve)
        root_key = issuer[1] if issuer else ec.generate(curve)
        root = issuer[0] if issuer else pki.issue_root("peer CA", root_key, days=2, now=now())
        leaf = pki.issue_leaf("peer", self.key.public_key(), root, root_key, purpose="agree", days=2, now=now())
        self.chain = CertificateChain(pki.to_der(leaf), (pki.to_der(root),))

    def kek(self, public_key, terms):
        derivation = Derivation(
            KdfFunction(terms.function), KdfHash(terms.hash), terms.shared_information, terms.algorithm
        )
        return Kbpk(terms.algorithm.letter.value, derivation.key(shared_secret(self.key, public_key)))


def terms_of(curve=P521, function="NIST_SP800", hash_="SHA_256", algorithm=KeyAlgorithm.AES_256, info=bytes(16)):
    return AgreementTerms(curve, function, hash_, algorithm, info)


def half(side, curve=P521):
    """The HSM's half; nobody looks at its certificate here."""
    pair = side.make_agreement_key(curve)
    return load_der_public_key(pair.public_key), AgreementCredential(CertificateChain(b"", ()), pair.reference)


TERMS = [
    terms_of(),
    terms_of(P521, "ANSI_X963", "SHA_512"),
    terms_of(P384, "NIST_SP800", "SHA_384", KeyAlgorithm.AES_192),
    terms_of(P256, "ANSI_X963", "SHA_256", KeyAlgorithm.AES_128),
    terms_of(P521, "NIST_SP800", "SHA_512", KeyAlgorithm.TDES_3KEY),
]


@pytest.mark.parametrize("terms", TERMS, ids=[f"{t.curve}-{t.function}-{t.hash}-{t.algorithm}" for t in TERMS])
def test_keys_leave_and_arrive_under_the_key_that_both_sides_derive(side, terms):
    peer = Peer(terms.curve)
    public_key, own = half(side, terms.curve)
    anchor = side.trust_peer(peer.chain, MARK)
    agreement = {"own": own, "peer": peer.chain, "terms": terms, "anchor": anchor}
    block = side.export_ecdh(BDK_KEY, **agreement)
    kek = peer.kek(public_key, terms)
    content = tr31.unwrap(kek, block.text)
    version = "B" if terms.algorithm is KeyAlgorithm.TDES_3KEY else "D"
    assert (content.key, block.kcv) == (PMK.open(BDK)[1], BDK_KEY.kcv)
    assert (content.header.version_id, content.header.key_usage, content.header.mode_of_use) == (version, "B0", "X")
    back = KeyBlock(tr31.wrap(kek, Header(version, "P0", "T", "B"), DES2), BDK_KEY.kcv)
    key = KeyToMove("pek", "far away", KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B"))
    held = side.import_ecdh(back, key=key, mark=MARK, **agreement)
    assert PMK.open(held.reference) == (Header("D", "P0", "T", "B"), DES2)
    assert (held.kcv, held.attributes) == (Kcv("08D7B4", KcvMethod.ANSI_X9_24), key.attributes)


def test_one_derivation_serves_all_keys_of_an_agreement_and_no_other(face_port):
    lines = []
    side = open_adapter(face_port, trace=lines.append)
    peer, (_, own) = Peer(), half(side)
    anchor = side.trust_peer(peer.chain, MARK)
    for terms in (terms_of(), terms_of(), terms_of(info=bytes(15) + b"1")):
        side.export_ecdh(BDK_KEY, own=own, peer=peer.chain, terms=terms, anchor=anchor)
    side.close()
    assert [sum(line.startswith(f"> {code}") for line in lines) for code in ("SDDH", "TWKA")] == [2, 3]


def test_a_peer_that_its_issuers_did_not_certify_is_refused(side):
    peer, stranger = Peer(), Peer()
    _, own = half(side)
    anchor = side.trust_peer(stranger.chain, MARK)
    assert (side.find_trust(peer.chain), anchor.imported) == (None, ())
    with pytest.raises(DeviceRefusedError, match="59") as refused:
        side.export_ecdh(BDK_KEY, own=own, peer=peer.chain, terms=terms_of(), anchor=anchor)
    assert refused.value.operation == "AVPC"
    with pytest.raises(UnsupportedError, match="issuers"):
        side.trust_peer(CertificateChain(peer.chain.certificate, ()), MARK)


def test_a_key_stronger_than_the_agreed_one_stays(side):
    peer, (_, own) = Peer(), half(side)
    terms = terms_of(algorithm=KeyAlgorithm.AES_128)
    key = KeyToMove("kek", AES_KBPK, KeyAttributes("K1", KeyAlgorithm.AES_256, "B"))
    with pytest.raises(DeviceRefusedError, match="64") as refused:
        side.export_ecdh(key, own=own, peer=peer.chain, terms=terms, anchor=side.trust_peer(peer.chain, MARK))
    assert refused.value.operation == "TWKA"


def test_the_request_for_the_agreement_key_is_for_that_key(side):
    pair = side.make_agreement_key(P384)
    request = x509.load_der_x509_csr(side.make_agreement_csr(pair, "KDH 1").der)
    assert request.public_key() == load_der_public_key(pair.public_key)
    usage = request.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_agreement
    assert not usage.digital_signature


def test_a_public_key_may_come_as_a_point_and_must_be_on_the_curve():
    public_key = ec.generate(P256).public_key()
    point = public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert ec_key(point, P256) == ec_key(spki, P256) == public_key
    for octets in (b"", b"\x30\x00", point[:-1], rsa.public_spki(rsa.generate(2048).public_key())):
        with pytest.raises(ProtocolError):
            ec_key(octets, P256)
    with pytest.raises(ProtocolError, match="not on the curve"):
        ec_key(spki, P384)
