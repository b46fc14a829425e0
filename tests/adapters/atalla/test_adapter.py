"""The production adapter against the face, over a real socket, in both directions."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.atalla import akb
from adapters.atalla.adapter import ADAPTER, AtallaAdapter
from adapters.atalla.commands import Version, VersionReply
from adapters.atalla.face import FACE
from adapters.atalla.headers import KINDS, header_for
from keyexchange import pki, tr31, tr34
from keyexchange.crypto import key_kcv, new_des_key
from keyexchange.crypto.rsa import WrappingSpec, wrap_key
from keyexchange.errors import DeviceRefusedError, RuleError, UnsupportedError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.abilities import commands_of
from keyexchange.protocols.messages import HeldKey, ImportMark, KeyBlock, KeyCryptogram, KeyToken, KeyToMove
from keyexchange.tr31 import Header, Kbpk, OptionalBlock
from tests.faces import running_face

from .conftest import BLOCKS, MASTER, certificate, open_adapter

NONCE = b"12345678"
TDES2, TDES3 = KeyAlgorithm.TDES_2KEY, KeyAlgorithm.TDES_3KEY
MARK = ImportMark("run", "key")
MODES = {kind.tr31: kind.full for kind in KINDS}
USAGES = sorted(MODES)


def make(side, usage, algorithm=TDES2, **attributes):
    wanted = KeyAttributes(usage, algorithm, attributes.pop("mode", MODES[usage]), **attributes)
    held = side.make_key(wanted)
    return KeyToMove(usage, held.reference, wanted, held.kcv)


def clear(key):
    return MASTER.unwrap(akb.parse(key.reference), 1)


def test_the_entry_is_what_the_registry_expects():
    assert ADAPTER.name == "atalla"
    side = ADAPTER.open(ADAPTER.Settings(host="127.0.0.1"), trace=None)
    assert isinstance(side, AtallaAdapter)
    side.close()


def test_abilities_are_marked_with_the_commands_they_send():
    marks = {name: commands_of(AtallaAdapter, name) for name in dir(AtallaAdapter)}
    assert {name: commands for name, commands in marks.items() if commands} == {
        "identify": ("1101", "9A"),
        "make_signing_key": ("120",),
        "make_csr": ("139",),
        "make_key": ("10",),
        "key_check_value": ("7E",),
        "export_tr31": ("11A",),
        "import_tr31": ("119",),
        "held_key": ("7E",),
        "accept_receiver": ("12A",),
        "seal_new_key": ("136",),
        "export_tr34": ("139",),
        "accept_sender": ("12A",),
        "offer_krd_credential": ("120",),
        "import_tr34": ("9034",),
        "offer_rsa_credential": ("120",),
        "import_rsa": ("9035",),
    }
    # no public command exports a key under a foreign RSA key or agrees on one
    assert not [name for name in dir(AtallaAdapter) if name == "export_rsa" or "ecdh" in name or "agreement" in name]


def test_identify_tells_what_the_device_is(side):
    identity = side.identify()
    assert identity.storage == "MFK B196"
    assert identity.lacking == ()
    assert dict(identity.details)["option E2"] == "enabled"


@pytest.mark.parametrize(
    ("version", "known"),
    [("Atalla HSM AT1000-AKB Version: 8.53", True), ("A10160V-AKB Version: 1.60", True), ("A8160 Version: 2", False)],
)
def test_a_model_that_the_commands_are_not_known_of_is_a_warning(side, monkeypatch, version, known):
    assert side.identify().warnings == (), "the simulator is none"
    send = side._client.send
    told = VersionReply(version=version, image="0000", product="1")
    monkeypatch.setattr(side._client, "send", lambda request: told if isinstance(request, Version) else send(request))
    said = "".join(side.identify().warnings)
    assert (not said) if known else ("AT1000" in said and version in said)


def test_identify_tells_what_is_not_enabled():
    with running_face(FACE, option_e2=False, disabled_commands=["11A", "119", "5D"]) as port:
        side = open_adapter(port)
        identity = side.identify()
        side.close()
    assert identity.lacking == ("119", "11A"), "5D is not used"
    details = dict(identity.details)
    assert details["commands that are not enabled"] == "119, 11A"
    assert "0607" in details["option E2"]


def test_the_simulators_own_commands_are_asked_for_where_they_are_used():
    with running_face(FACE, disabled_commands=["9034", "9035"]) as port:
        found = {}
        for conventions in (False, True):
            side = open_adapter(port, simulator_conventions=conventions)
            found[conventions] = side.identify().lacking
            side.close()
    assert found == {False: (), True: ("9034", "9035")}


@pytest.mark.parametrize("usage", USAGES)
def test_a_key_is_made_leaves_and_comes_back_as_it_was(side, usage):
    kek, key = make(side, "K1", TDES3), make(side, usage, TDES3, exportability="S")
    assert side.key_check_value(key) == key_kcv(TDES3, clear(key))
    block = side.export_tr31(key, kek=kek)
    content = tr31.unwrap(Kbpk("T", clear(kek)), block.text)
    header = content.header
    assert (header.version_id, header.key_usage, header.algorithm) == ("B", usage, "T")
    assert (header.mode_of_use, header.exportability) == (MODES[usage], "S")
    assert content.key == clear(key)
    held = side.import_tr31(block, key=key, kek=HeldKey(kek.reference, kek.kcv), mark=MARK)
    assert held.reference == key.reference
    assert held.attributes == key.attributes
    assert held.kcv.matches(key.kcv)


@pytest.mark.parametrize("usage", ["M0", "M1", "M3"])
def test_a_mac_key_without_a_kind_is_named(side, usage):
    kek = make(side, "K1", TDES3)
    key = KeyToMove("mac", BLOCKS["mac"], KeyAttributes(usage, TDES2, "C"))
    block = side.export_tr31(key, kek=kek)
    assert tr31.parse(block.text).header.key_usage == usage


def test_a_stricter_exportability_is_asked_for(side):
    kek, key = make(side, "K1", TDES3), make(side, "P0")
    strict = replace(key, attributes=KeyAttributes("P0", TDES2, "B", exportability="N"))
    assert tr31.parse(side.export_tr31(strict, kek=kek).text).header.exportability == "N"


def test_a_key_without_restriction_keeps_its_mode_n(side):
    kek = make(side, "K1", TDES3)
    text = tr31.wrap(Kbpk("T", clear(kek)), Header("B", "D0", "T", "N"), clear(make(side, "D0")))
    wanted = KeyAttributes("D0", TDES2, "N")
    block = KeyBlock(text, Kcv("0000", KcvMethod.ANSI_X9_24))
    held = side.import_tr31(block, key=KeyToMove("d", "", wanted), kek=HeldKey(kek.reference, kek.kcv), mark=MARK)
    assert held.attributes == wanted


@pytest.mark.parametrize(
    "header",
    [
        Header("B", "B0", "T", "X", optional_blocks=(OptionalBlock("KS", "FFFF9876543210E00000"),)),
        Header("B", "D0", "T", "B", "01"),
    ],
)
def test_what_a_header_has_no_place_for_is_not_lost_in_silence(side, header):
    kek = make(side, "K1", TDES3)
    text = tr31.wrap(Kbpk("T", clear(kek)), header, clear(make(side, "D0")))
    key = KeyToMove("d", "", KeyAttributes(header.key_usage, TDES2, header.mode_of_use))
    with pytest.raises(RuleError, match="attributes-kept"):
        side.import_tr31(KeyBlock(text, Kcv("0000", KcvMethod.ANSI_X9_24)), key=key, kek=kek, mark=MARK)


def test_a_certification_request_is_for_the_signing_key(face_port, signer):
    side = open_adapter(face_port, csr_subject={"country": "US", "organization": "Acme"})
    request = x509.load_der_x509_csr(side.make_csr(signer[0], "KDH 1").der)
    side.close()
    assert request.is_signature_valid
    assert request.public_key() == load_der_public_key(signer[0].public_key)
    assert request.subject.rfc4514_string() == "CN=KDH 1,O=Acme,C=US"


def sealed_token(side, signer, receiver, tmp_path, **keys):
    key, certificate = signer
    accepted = side.accept_receiver(receiver[0], tmp_path)
    attributes = KeyAttributes("K1", TDES3, "B")
    sealed = None
    if not keys:
        sealed = side.seal_new_key(attributes, kdh_certificate=certificate, receiver=accepted)
        keys["key"] = KeyToMove("kek", sealed.key.reference, attributes, sealed.key.kcv)
    token = side.export_tr34(
        keys["key"],
        signing_key=key,
        kdh_certificate=certificate,
        krd_certificate=receiver[0],
        nonce=NONCE,
        receiver=accepted,
        sealed=sealed,
    )
    return keys["key"], token


@pytest.mark.parametrize("there", [False, True], ids=["made by 136", "there already"])
def test_a_kek_leaves_in_a_token_that_the_receiver_opens(side, signer, receiver, tmp_path, there):
    given = {"key": make(side, "K1", TDES3)} if there else {}
    key, token = sealed_token(side, signer, receiver, tmp_path, **given)
    read = tr34.read(token.der)
    tr34.verify(read, kdh_certificate=signer[1], nonce=NONCE)
    opened = tr34.open_token(read, krd_private_key=receiver[1], krd_certificate=receiver[0], kdh_certificate=signer[1])
    assert opened.key == clear(key)
    assert opened.header == "B9999K1TB00E0000"
    assert token.kcv.matches(key_kcv(TDES3, opened.key))
    assert token.layout == "x9_tr34_2012"
    assert read.recipient_id == pki.issuer_and_serial(receiver[0])


def test_a_token_is_not_made_for_a_receiver_that_nobody_accepted(side, signer, receiver):
    with pytest.raises(UnsupportedError, match="12A"):
        side.export_tr34(
            make(side, "K1", TDES3),
            signing_key=signer[0],
            kdh_certificate=signer[1],
            krd_certificate=receiver[0],
            nonce=NONCE,
        )


def test_pieces_of_another_token_are_not_signed(side, signer, receiver, tmp_path):
    accepted = side.accept_receiver(receiver[0], tmp_path)
    attributes = KeyAttributes("K1", TDES3, "B")
    one, other = (side.seal_new_key(attributes, kdh_certificate=signer[1], receiver=accepted) for _ in range(2))
    with pytest.raises(DeviceRefusedError, match="08"):
        side.export_tr34(
            KeyToMove("kek", one.key.reference, attributes),
            signing_key=signer[0],
            kdh_certificate=signer[1],
            krd_certificate=receiver[0],
            nonce=NONCE,
            receiver=accepted,
            sealed=replace(one, token=other.token),
        )


@pytest.fixture
def receiving(face_port):
    side = open_adapter(face_port, simulator_conventions=True)
    side.identify()
    yield side
    side.close()


@pytest.fixture(scope="module")
def rsa_credential(face_port):
    side = open_adapter(face_port, simulator_conventions=True)
    credential = side.offer_rsa_credential()
    side.close()
    pki.verify_chain(
        credential.chain.certificate,
        credential.chain.issuers,
        credential.chain.issuers[-1:],
        at=datetime.now(UTC),
        purpose="wrap",
    )
    return credential


def test_a_token_comes_in_by_the_simulators_convention(side, receiving, signer, tmp_path):
    credential = receiving.offer_krd_credential()
    chain = credential.chain
    pki.verify_chain(
        chain.certificate, chain.issuers, chain.issuers[-1:], at=pki.load(chain.certificate).not_valid_before_utc
    )
    key, token = sealed_token(side, signer, (chain.certificate, None), tmp_path)
    anchor = receiving.accept_sender(signer[1], tmp_path)
    received = {"key": key, "credential": credential, "anchor": anchor, "kdh_certificate": signer[1], "mark": MARK}
    held = receiving.import_tr34(token, nonce=NONCE, **received)
    assert held.reference == key.reference
    assert held.attributes == key.attributes
    for nonce, der, code in ((b"87654321", token.der, "08"), (NONCE, token.der[:-1] + b"\x00", "08")):
        with pytest.raises(DeviceRefusedError, match=code):
            receiving.import_tr34(KeyToken(der, token.kcv, token.layout), nonce=nonce, **received)


@pytest.mark.parametrize("spec", WrappingSpec)
@pytest.mark.parametrize("usage", USAGES)
def test_a_key_under_rsa_comes_in_by_the_simulators_convention(receiving, rsa_credential, usage, spec):
    algorithm = TDES3 if usage == "K1" else TDES2
    wanted, secret = KeyAttributes(usage, algorithm, MODES[usage], "S"), new_des_key(algorithm.octets)
    certified = pki.rsa_public_key(pki.load(rsa_credential.chain.certificate))
    cryptogram = KeyCryptogram(wrap_key(certified, secret, spec), spec, key_kcv(algorithm, secret))
    held = receiving.import_rsa(cryptogram, key=KeyToMove("key", "", wanted), credential=rsa_credential, mark=MARK)
    assert MASTER.unwrap(akb.parse(held.reference), 1) == secret
    assert akb.parse(held.reference).header == header_for(wanted).text
    assert held.attributes == wanted
    assert held.kcv.matches(cryptogram.kcv)


def test_a_cryptogram_for_another_key_or_padding_is_refused(receiving, rsa_credential, receiver):
    wanted, secret = KeyAttributes("P0", TDES2, "B"), new_des_key(16)
    certified = pki.rsa_public_key(pki.load(rsa_credential.chain.certificate))
    sha256, sha512 = WrappingSpec.RSA_OAEP_SHA_256, WrappingSpec.RSA_OAEP_SHA_512
    for octets in (wrap_key(receiver[1].public_key(), secret, sha256), wrap_key(certified, secret, sha512)):
        cryptogram = KeyCryptogram(octets, sha256, key_kcv(TDES2, secret))
        with pytest.raises(DeviceRefusedError, match="9035: 08"):
            receiving.import_rsa(cryptogram, key=KeyToMove("key", "", wanted), credential=rsa_credential, mark=MARK)


def test_without_the_convention_nothing_comes_in_under_rsa(side, receiving):
    for ability in ("accept_sender", "offer_krd_credential", "import_tr34", "offer_rsa_credential", "import_rsa"):
        assert "no public command of an Atalla takes" in side.refusal(ability)
        assert receiving.refusal(ability) is None
    for ability in ("export_rsa", "make_agreement_key", "export_ecdh", "import_ecdh"):
        assert "no public command" in side.refusal(ability)
        assert receiving.refusal(ability) == side.refusal(ability), "the simulator has no convention for it"
    assert side.refusal("import_tr31") is None
    assert side.warnings() == ()
    assert "simulator" in receiving.warnings()[0]


def test_a_rsa_key_of_another_exponent_is_refused(side, authority, tmp_path):
    odd = certificate(authority, rsa.generate_private_key(3, 2048).public_key(), "wrap")
    with pytest.raises(UnsupportedError, match="65537"):
        side.accept_receiver(odd, tmp_path)


def test_a_key_that_is_there_is_known_by_its_block(side):
    kcv = Kcv("08D7B4", KcvMethod.ANSI_X9_24)
    held = side.held_key(BLOCKS["e6-cvk"])
    assert held == HeldKey(BLOCKS["e6-cvk"], kcv)
