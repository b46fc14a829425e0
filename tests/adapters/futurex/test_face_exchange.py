"""Certificates, TR-34 and key agreement over a raw socket, in the order and the words of AWS's sample scripts."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.futurex.face import FACE
from keyexchange import pki, tr31, tr34
from keyexchange.crypto import ec, rsa
from keyexchange.crypto.ec import shared_secret
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.crypto.rsa import WrappingSpec, unwrap_key, wrap_key
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk
from tests.faces import running_face

from .conftest import AES_KBPK, KBPK, PMK, now
from .raw import ask, token

NONCE = "A58FB3F454385C1F"
TODAY = (now().astimezone() - timedelta(hours=1)).strftime("%Y%m%d")
DES2 = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))


def tr34_pair(port, mode="G"):
    return ask(port, f"[AOGRSA;RB2048;CZ{mode};BJ6;RA10001;KB1;KF1;SP1;]")


def self_signed(
    private, *, day=TODAY, usages="digitalSignature,nonRepudiation,keyCertSign", days="1122", serial="10101"
):
    return (
        f"[AOASGC;RY3;BF{day};XE{days};KU{usages};AL6;AD1;BCCA:TRUE;RTKDH CA1;RSSelfSignedCertificate;"
        f"SG{serial};FS6;RC{private};]"
    )


def request(private, usages="critical,digitalSignature,keyEncipherment"):
    return f"[AOASYR;RG6;KU{usages};RTPublicKey Cert;LA10201;FS6;RC{private};]"


def signed(csr, issuer, private):
    return (
        f"[AOASSR;RY3;BF{TODAY};XE1122;AL6;KUdigitalSignature,nonRepudiation;RU{csr};SG20301;FS6;RH{issuer};"
        f"RC{private};RG1;]"
    )


def trust(certificate, issuer=None, mode="V"):
    by = f"SA{issuer};" if issuer else ""
    return f"[AOAVPC;FS6;RY3;KB1;CZ{mode};{by}RV{certificate};]"


class Chain:
    """A CA and a leaf made by the face, as AWS's scripts have them made."""

    def __init__(self, port, make=tr34_pair, mode="G"):
        pair, ca_pair = make(port, mode), make(port, "G")
        self.private, self.ca_private = token("RC", pair), token("RC", ca_pair)
        self.public = load_der_public_key(bytes.fromhex(token("RD", pair)))
        self.ca = token("RV", ask(port, self_signed(self.ca_private)))
        self.csr = token("RU", ask(port, request(self.private)))
        self.leaf = token("RV", ask(port, signed(self.csr, self.ca, self.ca_private)))


@pytest.fixture(scope="module")
def kdh(face_port):
    return Chain(face_port)


@pytest.fixture(scope="module")
def receiver_ca(authority, face_port):
    """The receiver's root, trusted by the face."""
    root = pki.to_der(authority[0]).hex().upper()
    return token("RD", ask(face_port, trust(root)))


def export(kdh, receiver, trusted, *, key=KBPK, envelope="3", **changes):
    values = {"private": kdh.private, "leaf": kdh.leaf, "krd": receiver[0].hex().upper(), "nonce": NONCE} | changes
    return (
        f"[AOTRTP;ZA3;FS6;CT{envelope};RV{values['leaf']};RC{values['private']};SJ{values['krd']};SA{trusted};"
        f"BG{key};BJ{values['nonce']};]"
    )


def test_the_certificates_chain_and_say_what_was_asked_for(kdh):
    ca, leaf = (x509.load_der_x509_certificate(bytes.fromhex(text)) for text in (kdh.ca, kdh.leaf))
    pki.verify_chain(pki.to_der(leaf), (), (pki.to_der(ca),), at=now())
    assert ca.subject.rfc4514_string() == "CN=KDH CA1"
    assert (ca.serial_number, leaf.serial_number) == (10101, 20301)
    assert leaf.public_key() == kdh.public
    assert leaf.subject.rfc4514_string() == "CN=PublicKey Cert"
    assert leaf.signature_hash_algorithm.name == "sha512"
    assert (ca.not_valid_after_utc - ca.not_valid_before_utc).days == 1122
    begin = ca.not_valid_before_utc.astimezone()
    assert begin.strftime("%Y%m%d %H%M") == f"{TODAY} 0000"
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign


def test_the_request_proves_its_key_and_asks_for_usages(kdh):
    csr = pki.load_csr(bytes.fromhex(kdh.csr))
    usage = csr.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_encipherment


def test_a_key_leaves_in_a_token_that_the_receiver_opens(face_port, kdh, receiver, receiver_ca):
    der = bytes.fromhex(token("SJ", ask(face_port, export(kdh, receiver, receiver_ca))))
    read = tr34.read(der)
    leaf = bytes.fromhex(kdh.leaf)
    tr34.verify(read, kdh_certificate=leaf, nonce=bytes.fromhex(NONCE))
    opened = tr34.open_token(read, krd_private_key=receiver[1], krd_certificate=receiver[0], kdh_certificate=leaf)
    assert opened.key == PMK.open(KBPK)[1]
    assert opened.header == "B0096K1TB00E0000"
    assert (read.layout, opened.cipher) == (tr34.Layout.X9_TR34_2012, tr34.DES_EDE3_CBC)
    assert read.certificates == ()
    assert len(der) <= 2048, "APC takes 4096 hex digits"


def test_an_aes_key_wants_an_aes_envelope_and_a_strong_receiver(face_port, kdh, authority):
    key = rsa.generate(3072)
    root, root_key = authority
    leaf = pki.issue_leaf("KRD", key.public_key(), root, root_key, purpose="wrap", days=2, now=now())
    trusted = token("RD", ask(face_port, trust(pki.to_der(root).hex())))
    aes = PMK.wrap(Header("D", "K1", "A", "B"), Secret(bytes(range(16))))
    big = (pki.to_der(leaf), key)
    assert token("AM", ask(face_port, export(kdh, big, trusted, key=aes))) == "64"
    assert token("AM", ask(face_port, export(kdh, big, trusted, key=AES_KBPK, envelope="6"))) == "64"
    der = bytes.fromhex(token("SJ", ask(face_port, export(kdh, big, trusted, key=aes, envelope="4"))))
    opened = tr34.open_token(
        tr34.read(der), krd_private_key=key, krd_certificate=None, kdh_certificate=bytes.fromhex(kdh.leaf)
    )
    assert opened.key.reveal() == bytes(range(16))


def test_what_trtp_refuses(face_port, kdh, receiver, receiver_ca):
    stranger_key = rsa.generate(2048)
    stranger = pki.issue_root("stranger", stranger_key, days=2, now=now())
    by_stranger = pki.issue_leaf(
        "KRD", receiver[1].public_key(), stranger, stranger_key, purpose="wrap", days=2, now=now()
    )
    old = pki.issue_root("old", stranger_key, days=1, now=now() - timedelta(days=3))
    ec_pair = token("RC", ask(face_port, "[AOGECC;BJ6;RA2;KB1;CZG;]"))
    stays = PMK.wrap(Header("D", "K1", "T", "B", exportability="N"), DES2)
    cases = [
        ("receiver by another authority", {"krd": pki.to_der(by_stranger).hex()}, "59"),
        ("receiver out of date", {"krd": pki.to_der(old).hex()}, "59"),
        ("no certificate", {"krd": "3000"}, "59"),
        ("private key of another certificate", {"private": kdh.ca_private}, "58"),
        ("private key of another kind", {"private": ec_pair}, "63"),
        ("no private key", {"private": KBPK}, "58"),
        ("certificate of another key", {"leaf": kdh.ca}, "58"),
        ("key that stays", {"key": stays}, "63"),
        ("nonce too short", {"nonce": "00"}, "01"),
    ]
    found = {
        name: token("AM", ask(face_port, export(kdh, receiver, receiver_ca, **changes))) for name, changes, _ in cases
    }
    assert found == {name: number for name, _, number in cases}
    not_for_signatures = token("RD", ask(face_port, trust(ec_certificate(), mode="X")))
    assert token("AM", ask(face_port, export(kdh, receiver, not_for_signatures))) == "63"
    assert token("AM", ask(face_port, export(kdh, receiver, KBPK))) == "57"


def ec_certificate(algorithm=KeyAlgorithm.ECC_NIST_P521):
    return pki.to_der(pki.issue_root("EC", ec.generate(algorithm), days=2, now=now())).hex()


def ecc_pair(port, mode):
    return ask(port, f"[AOGECC;BJ6;RA4;KB1;CZ{mode};]")


@pytest.mark.parametrize(("kdf", "function"), [("0", KdfFunction.NIST_SP800), ("1", KdfFunction.ANSI_X963)])
@pytest.mark.parametrize(("hash_", "name"), [("4", KdfHash.SHA_256), ("5", KdfHash.SHA_384), ("6", KdfHash.SHA_512)])
def test_a_kek_is_agreed_on_with_the_receiver(face_port, kdf, function, hash_, name):
    """The receiver is this test; its certificate is verified by its root, as AWS's script does."""
    ours = Chain(face_port, make=ecc_pair, mode="X")
    root_key, key = ec.generate(KeyAlgorithm.ECC_NIST_P521), ec.generate(KeyAlgorithm.ECC_NIST_P521)
    root = pki.issue_root("receiver root", root_key, days=2, now=now())
    leaf = pki.issue_leaf("receiver", key.public_key(), root, root_key, purpose="wrap", days=2, now=now())
    root_tpk = token("RD", ask(face_port, trust(pki.to_der(root).hex().upper())))
    leaf_tpk = token("RD", ask(face_port, trust(pki.to_der(leaf).hex().upper(), root_tpk, "X")))
    agree = f"[AOSDDH;FS6;AS0;CT6;RG{hash_};AK0123456789;KM{kdf};RC{ours.private};RD{leaf_tpk};]"
    reply = ask(face_port, agree)
    derived = token("BG", reply)
    assert derived.startswith("D0144K1AB00N0000")
    derivation = Derivation(function, name, bytes.fromhex("0123456789"), KeyAlgorithm.AES_256)
    kek = derivation.key(shared_secret(key, ours.public))
    exported = token("BH", ask(face_port, f"[AOTWKA;FS6;AP{derived};BG{AES_KBPK};OFT;]"))
    assert tr31.unwrap(Kbpk("A", kek), exported).key == PMK.open(AES_KBPK)[1]
    assert token("AE", reply) == Kbpk("A", kek).kcv.digits


def test_what_sddh_refuses(face_port):
    p521, p256 = (token("RC", ask(face_port, f"[AOGECC;BJ6;RA{curve};KB1;CZX;]")) for curve in "42")
    signs = token("RC", ask(face_port, "[AOGECC;BJ6;RA4;KB1;CZG;]"))
    peer = token("RD", ask(face_port, trust(ec_certificate(), mode="X")))
    verifies = token("RD", ask(face_port, trust(ec_certificate())))
    small = token("RD", ask(face_port, trust(ec_certificate(KeyAlgorithm.ECC_NIST_P256), mode="X")))

    def agree(private=p521, public=peer, key_type="6"):
        return token("AM", ask(face_port, f"[AOSDDH;FS6;AS0;CT{key_type};RG4;AK;KM0;RC{private};RD{public};]"))

    assert agree(private=p256, public=small) == "64", "P-256 is weaker than AES-256"
    assert agree(private=signs) == "63"
    assert agree(public=verifies) == "63"
    assert agree(public=small) == "63", "another curve"
    assert agree(private=peer) == "58"
    assert agree(public=p521) == "57"


def test_what_the_certificate_commands_refuse(face_port, kdh):
    rsa_leaf = trust(kdh.leaf, mode="X")
    agreement = token("RC", ask(face_port, "[AOGECC;BJ6;RA2;KB1;CZX;]"))
    cases = [
        ("a day that is none", self_signed(kdh.ca_private, day="20261301"), "03"),
        ("usages that nobody knows", self_signed(kdh.ca_private, usages="digitalSignature,walking"), "03"),
        ("no usage at all", self_signed(kdh.ca_private, usages="critical"), "03"),
        ("a usage that needs another", self_signed(kdh.ca_private, usages="encipherOnly"), "03"),
        ("a serial number of zero", self_signed(kdh.ca_private, serial="0"), "03"),
        ("no end", self_signed(kdh.ca_private, day="99991201", days="99999"), "03"),
        ("a key that does not sign", self_signed(agreement), "63"),
        ("a request that is none", signed("3000", kdh.ca, kdh.ca_private), "60"),
        ("an issuer's key that is another's", signed(kdh.csr, kdh.ca, kdh.private), "58"),
        ("an issuer that is none", signed(kdh.csr, "3000", kdh.ca_private), "59"),
        ("an issuer that does not sign", signed(kdh.csr, kdh.ca, agreement), "63"),
        ("a request without a key", request(KBPK), "58"),
        ("RSA for key agreement", rsa_leaf, "63"),
        ("an RSA pair for key agreement", "[AOGRSA;RB2048;CZX;BJ6;RA10001;]", "63"),
        ("an EC pair that decrypts", "[AOGECC;BJ6;RA4;CZD;]", "63"),
        ("another exponent", "[AOGRSA;RB2048;CZG;BJ6;RA3;]", "01"),
        ("another length", "[AOGRSA;RB1024;CZG;BJ6;RA10001;]", "03"),
    ]
    found = {name: token("AM", ask(face_port, message)) for name, message, _ in cases}
    assert found == {name: number for name, _, number in cases}


def test_trusting_a_root_may_want_users(kdh):
    with running_face(FACE, users_logged_in=False) as port:
        assert token("AM", ask(port, trust(kdh.ca))) == "50"
        trusted = PMK.wrap_public(x509.load_der_x509_certificate(bytes.fromhex(kdh.ca)).public_key(), "V")
        assert token("RD", ask(port, trust(kdh.leaf, trusted)))


def receiving(port):
    """A pair that decrypts, its certificate under its own root, as DER."""
    chain = Chain(port, mode="D")
    return chain, bytes.fromhex(chain.leaf)


def test_a_token_is_received_by_the_simulators_convention(face_port, kdh):
    chain, certificate = receiving(face_port)
    krd_ca = token("RD", ask(face_port, trust(chain.ca)))
    kdh_ca = token("RD", ask(face_port, trust(kdh.ca)))
    sent = token("SJ", ask(face_port, export(kdh, (certificate, None), krd_ca)))

    def receive(key_token=sent, private=chain.private, ca=kdh_ca, nonce=NONCE):
        return ask(face_port, f"[AOZTRI;FS6;SJ{key_token};RC{private};RV{kdh.leaf};SA{ca};BJ{nonce};]")

    reply = receive()
    assert PMK.open(token("BG", reply))[1] == PMK.open(KBPK)[1]
    assert PMK.open(token("BG", reply))[0] == Header("D", "K1", "T", "B")
    assert token("AE", reply) == "B9EBA5"
    assert token("AM", receive(nonce="00" * 8)) == "17"
    assert token("AM", receive(nonce="")) == "17", "a two-pass token has no signing time"
    assert token("AM", receive(private=receiving(face_port)[0].private)) == "17"
    assert token("AM", receive(private=kdh.private)) == "63"
    assert token("AM", receive(ca=krd_ca)) == "59"
    assert token("AM", receive(key_token=sent[:-2])) == "09"
    assert token("AM", receive(key_token=sent[:-2] + "00")) == "17"


def test_a_one_pass_token_is_received_while_it_is_fresh(face_port, authority):
    chain, certificate = receiving(face_port)
    root, root_key = authority
    key = rsa.generate(2048)
    leaf = pki.issue_leaf("KDH", key.public_key(), root, root_key, purpose="sign", days=2, now=now())
    kdh_id = pki.issuer_and_serial(pki.to_der(leaf))
    trusted = token("RD", ask(face_port, trust(pki.to_der(root).hex())))

    def receive(age):
        parts = tr34.build_parts(
            DES2,
            "D9999K0TB00E0000",
            kdh_id=kdh_id,
            krd_id=pki.issuer_and_serial(certificate),
            krd_public_key=chain.public,
            sign=lambda octets: rsa.sign_pkcs1_sha256(key, octets),
            signing_time=now() - age,
        )
        sent = tr34.assemble(parts, kdh_id).hex()
        return ask(face_port, f"[AOZTRI;FS6;SJ{sent};RC{chain.private};RV{pki.to_der(leaf).hex()};SA{trusted};BJ;]")

    assert PMK.open(token("BG", receive(timedelta()))) == (Header("D", "K0", "T", "B"), DES2)
    assert token("AM", receive(timedelta(days=2))) == "17"


@pytest.mark.parametrize(
    ("hash_", "spec"), [("4", WrappingSpec.RSA_OAEP_SHA_256), ("6", WrappingSpec.RSA_OAEP_SHA_512)]
)
def test_an_rsa_wrapped_key_is_received_by_the_simulators_convention(face_port, hash_, spec):
    pair = tr34_pair(face_port, "D")
    private, public = token("RC", pair), load_der_public_key(bytes.fromhex(token("RD", pair)))

    def receive(key, header="D0000P0TB00E0000", with_hash=hash_):
        wrapped = wrap_key(public, key, spec).hex()
        return ask(face_port, f"[AOZRSI;FS6;RC{private};RF{wrapped};RG{with_hash};AK{header};]")

    reply = receive(DES2)
    assert PMK.open(token("BG", reply)) == (Header("D", "P0", "T", "B"), DES2)
    assert token("AE", reply) == "08D7B4"
    assert token("AM", receive(DES2, with_hash={"4": "6", "6": "4"}[hash_])) == "17"
    assert token("AM", receive(Secret(bytes(15)))) == "63"
    assert token("AM", receive(Secret(bytes(range(32))), "D0000P0AB00E0000")) == "64"
    assert token("AM", receive(DES2, "D0000P0RB00E0000")) == "63"


SPECS = [("4", WrappingSpec.RSA_OAEP_SHA_256), ("6", WrappingSpec.RSA_OAEP_SHA_512)]


@pytest.mark.parametrize(("hash_", "spec"), SPECS)
def test_a_key_leaves_under_rsa_by_the_simulators_convention(face_port, receiver, receiver_ca, hash_, spec):
    certificate, private = receiver
    reply = ask(face_port, f"[AOZRSE;FS6;RV{certificate.hex()};SA{receiver_ca};BG{KBPK};RG{hash_};]")
    assert unwrap_key(private, bytes.fromhex(token("RF", reply)), spec) == PMK.open(KBPK)[1]
    assert token("AE", reply) == "B9EBA5"


def test_what_the_convention_for_sending_under_rsa_refuses(face_port, receiver, receiver_ca, kdh):
    stays = PMK.wrap(Header("D", "K1", "T", "B", exportability="N"), DES2)
    alike = PMK.wrap(Header("D", "D0", "T", "B"), Secret(bytes(range(8)) * 2))
    another = token("RD", ask(face_port, trust(kdh.ca)))

    ours = receiver[0].hex()

    def send(key=KBPK, certificate=ours, issuer=receiver_ca):
        return token("AM", ask(face_port, f"[AOZRSE;FS6;RV{certificate};SA{issuer};BG{key};RG4;]"))

    assert send(key=stays) == "63"
    assert send(key=alike) == "44"
    assert send(key=AES_KBPK) == "64"
    assert send(issuer=another) == "59"
    assert send(certificate=ec_certificate()) == "59"
