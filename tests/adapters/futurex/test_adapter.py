"""The adapter against a running face: every ability, and what it knows before anything is sent."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.futurex.adapter import PROBED, PROBED_OF_A_SIMULATOR, FuturexAdapter
from adapters.futurex.commands import EchoReply
from adapters.futurex.face import FACE
from adapters.futurex.message import REQUESTS
from adapters.futurex.refusals import BY_CONVENTION
from keyexchange import pki, tr31, tr34
from keyexchange.crypto.kcv import key_kcv
from keyexchange.errors import DeviceRefusedError, ProtocolError, UnsupportedError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.abilities import commands_of
from keyexchange.protocols.messages import CertificateChain, ImportMark, KeyToMove
from keyexchange.tr31 import Kbpk
from tests.faces import running_face

from .conftest import AES_KBPK, BDK, BY_NAME, KBPK, PMK, open_adapter

TDES2, TDES3 = KeyAlgorithm.TDES_2KEY, KeyAlgorithm.TDES_3KEY
MODES = {"B0": "X", "C0": "C", "D0": "B", "E0": "X", "K0": "B", "K1": "B", "M3": "C", "P0": "B", "V2": "C"}
NONCE = bytes.fromhex("A58FB3F454385C1F")
MARK = ImportMark("run", "key")


def make(side, usage, algorithm=TDES2, exportability="E"):
    attributes = KeyAttributes(usage, algorithm, MODES.get(usage, "C"), exportability)
    held = side.make_key(attributes)
    return KeyToMove(usage, held.reference, attributes, held.kcv)


def clear(key):
    return PMK.open(key.reference)[1]


def test_every_command_of_an_ability_is_declared():
    used = {name: set(commands_of(FuturexAdapter, name)) for name in dir(FuturexAdapter)}
    assert set().union(*used.values()) <= {*REQUESTS, "commands without tokens"}
    assert commands_of(FuturexAdapter, "export_tr34") == ("AVPC", "TRTP")
    real = set().union(*(commands for name, commands in used.items() if name not in {*BY_CONVENTION, "identify"}))
    assert set(PROBED) == real
    conventional = set().union(*(used[name] for name in BY_CONVENTION))
    assert set(PROBED_OF_A_SIMULATOR) == conventional - real


def test_identify_says_what_the_unit_is_and_what_it_lacks(side):
    identity = side.identify()
    details = dict(identity.details)
    assert (identity.name, identity.storage) == ("futurex", "PMK, serial number 0")
    assert details["product"] == "keyexchange software HSM"
    assert identity.lacking == ()
    with running_face(FACE, disabled_commands=["TRTP"], missing_commands=["TWKS"]) as port:
        other = open_adapter(port)
        assert other.identify().lacking == ("TRTP", "TWKS")
        other.close()


def test_another_unit_is_another_store(side, monkeypatch):
    first = side.identify()
    for serial, same in (("0", True), ("999", False), (None, False)):
        monkeypatch.setattr(side, "_echo", lambda told=serial: EchoReply(product="X", serial=told))
        assert first.may_be(side.identify()) is same
        assert side.identify().storage.startswith("PMK")


@pytest.mark.parametrize(
    ("firmware", "known"),
    [("7.4", True), ("7.6.0.1", True), ("v7.4", True), ("6.9", False), ("17.4", False), ("7.41", False), (None, False)],
)
def test_a_firmware_that_the_commands_are_not_known_of_is_a_warning(side, monkeypatch, firmware, known):
    assert side.identify().warnings == (), "the simulator has none"
    monkeypatch.setattr(side, "_echo", lambda: EchoReply(product="X", firmware=firmware))
    said = "".join(side.identify().warnings)
    assert (not said) if known else ("7.4, 7.6" in said and (firmware or "not told") in said)


def test_commands_of_the_simulators_own_are_asked_for_at_a_simulator_only():
    with running_face(FACE, disabled_commands=["SDDH", "ZRSI", "ASSR"]) as port:
        for conventions, lacking in ((False, ("SDDH",)), (True, ("SDDH", "ASSR", "ZRSI"))):
            side = open_adapter(port, simulator_conventions=conventions)
            assert side.identify().lacking == lacking
            side.close()


def test_commands_are_asked_for_only_when_wanted(face_port):
    lines = []
    side = open_adapter(face_port, trace=lines.append, probe_commands=False)
    side.identify()
    side.close()
    assert [line[:6] for line in lines] == ["> ECHO", "< ECHO"]


@pytest.mark.parametrize("algorithm", [TDES2, TDES3, KeyAlgorithm.AES_128, KeyAlgorithm.AES_192, KeyAlgorithm.AES_256])
def test_a_key_is_made_and_its_check_value_told(side, algorithm):
    key = make(side, "P0", algorithm)
    assert key.kcv == key_kcv(algorithm, clear(key))
    assert side.key_check_value(key) == key.kcv


def test_the_check_value_of_a_key_that_is_there_is_the_published_one(side):
    key = KeyToMove("bdk", BDK, KeyAttributes("B0", TDES3, "X"))
    assert side.key_check_value(key) == Kcv("5802BA", KcvMethod.ANSI_X9_24)
    assert side.held_key(AES_KBPK).kcv == Kcv("377822", KcvMethod.CMAC)


@pytest.mark.parametrize("usage", sorted(MODES))
def test_a_working_key_leaves_in_a_version_b_block_and_comes_back(side, usage):
    kek, key = make(side, "K1", TDES3), make(side, usage, TDES3, "S")
    block = side.export_tr31(key, kek=kek)
    content = tr31.unwrap(Kbpk("T", clear(kek)), block.text)
    assert (content.key, block.kcv) == (clear(key), key.kcv)
    header = content.header
    assert (header.version_id, header.key_usage, header.mode_of_use) == ("B", usage, MODES[usage])
    held = side.import_tr31(block, key=key, kek=side.held_key(kek.reference), mark=MARK)
    assert clear(held) == clear(key)
    assert (held.kcv, held.attributes) == (key.kcv, key.attributes)


@pytest.mark.parametrize("algorithm", [TDES3, KeyAlgorithm.AES_128, KeyAlgorithm.AES_256])
def test_a_working_key_leaves_in_a_version_d_block_under_an_aes_kek(side, algorithm):
    kek, key = make(side, "K1", KeyAlgorithm.AES_256), make(side, "D0", algorithm)
    block = side.export_tr31(key, kek=kek)
    content = tr31.unwrap(Kbpk("A", clear(kek)), block.text)
    assert (content.header.version_id, content.key) == ("D", clear(key))
    held = side.import_tr31(block, key=key, kek=side.held_key(kek.reference), mark=MARK)
    assert (clear(held), held.attributes) == (clear(key), key.attributes)


def test_what_arrives_with_another_algorithm_is_not_believed(side):
    kek, key = make(side, "K1", TDES3), make(side, "D0", TDES2)
    block = side.export_tr31(key, kek=kek)
    other = KeyToMove("d", "", KeyAttributes("D0", KeyAlgorithm.AES_128, "B"))
    with pytest.raises(ProtocolError, match="another algorithm"):
        side.import_tr31(block, key=other, kek=side.held_key(kek.reference), mark=MARK)


def test_a_certification_request_is_for_the_signing_key(side, signer):
    key, _ = signer
    request = x509.load_der_x509_csr(side.make_csr(key, "KDH 1").der)
    assert request.public_key() == load_der_public_key(key.public_key)
    assert request.subject.rfc4514_string() == "CN=KDH 1"


def send(side, signer, receiver, authority, key, **changes):
    values = {
        "signing_key": signer[0],
        "kdh_certificate": signer[1],
        "krd_certificate": receiver[0],
        "krd_issuers": (pki.to_der(authority[0]),),
        "nonce": NONCE,
    }
    return side.export_tr34(key, **(values | changes))


def test_a_kek_leaves_in_a_token_that_the_receiver_opens(side, signer, receiver, authority):
    key = make(side, "K1", TDES3)
    token = send(side, signer, receiver, authority, key)
    opened = tr34.open_token(
        tr34.read(token.der), krd_private_key=receiver[1], krd_certificate=receiver[0], kdh_certificate=signer[1]
    )
    assert opened.key == clear(key)
    assert (token.kcv, token.layout) == (key.kcv, "x9_tr34_2012")


def test_without_the_receivers_issuers_nothing_is_sent(side, signer, receiver, authority):
    with pytest.raises(UnsupportedError, match="issuers"):
        send(side, signer, receiver, authority, make(side, "K1", TDES3), krd_issuers=())


def test_a_receiver_that_the_issuers_did_not_certify_is_refused(side, signer, receiver, authority):
    with pytest.raises(DeviceRefusedError, match="59") as refused:
        send(side, signer, receiver, authority, make(side, "K1", TDES3), krd_issuers=(signer[1],))
    assert refused.value.operation == "TRTP"


def test_what_only_the_simulator_can_is_refused_for_a_real_one(side, simulated_side):
    assert {"trust", "import_tr34", "import_rsa", "export_rsa"} < set(BY_CONVENTION)
    for ability in BY_CONVENTION:
        assert side.refusal(ability).startswith("no public command of a Futurex HSM ")
        assert simulated_side.refusal(ability) is None
    for ability in (
        "export_tr34",
        "export_tr31",
        "import_tr31",
        "make_csr",
        "export_ecdh",
        "import_ecdh",
        "trust_peer",
    ):
        assert side.refusal(ability) is None
    assert side.warnings() == ()
    assert "simulator_conventions" in simulated_side.warnings()[0]


def test_a_token_is_received_by_the_simulators_convention(simulated_side, signer, authority):
    side = simulated_side
    assert side.identify().name == "futurex"
    credential = side.offer_krd_credential()
    certificate, (root,) = credential.chain.certificate, credential.chain.issuers
    pki.verify_chain(certificate, (), (root,), at=datetime.now(UTC))
    assert credential.valid_until > datetime.now(UTC)
    chain = CertificateChain(signer[1], (pki.to_der(authority[0]),))
    anchor = side.trust(chain, MARK)
    assert side.find_trust(chain) is None
    key = make(side, "K1", TDES3)
    token = send(side, signer, (certificate,), authority, key, krd_issuers=(root,))
    held = side.import_tr34(
        token,
        key=key,
        credential=credential,
        anchor=anchor,
        kdh_certificate=signer[1],
        nonce=NONCE,
        mark=MARK,
    )
    assert (clear(held), held.kcv, held.attributes) == (clear(key), key.kcv, key.attributes)


P0 = KeyAttributes("P0", TDES3, "B")
STAYS = PMK.wrap(tr31.Header("D", "P0", "T", "B", "00", "N"), PMK.open(BDK)[1])
WITH_BLOCKS = PMK.wrap(
    tr31.Header("D", "B0", "T", "X", optional_blocks=(tr31.OptionalBlock("KS", "0" * 20),)), PMK.open(BDK)[1]
)
NUMBERED = PMK.wrap(tr31.Header("D", "P0", "T", "B", "12"), PMK.open(BDK)[1])
REFUSED_KEYS = [
    ("a version number under RSA", NUMBERED, P0, "export_rsa", "version number 12 has no place in an RSA cryptogram"),
    ("optional blocks", WITH_BLOCKS, KeyAttributes("B0", TDES3, "X"), "export_tr34", "KS have no place"),
    ("another kind of key", "", KeyAttributes("M7", KeyAlgorithm.HMAC_SHA256, "C"), "make_key", "no HMAC_SHA256"),
    ("a key that would stay", "", KeyAttributes("P0", TDES3, "B", "N"), "make_key", "exportability N"),
    ("attributes that do not go together", "", KeyAttributes("C0", TDES3, "B"), "make_key", "no mode of use B"),
    ("a cryptogram", "0123456789abcdef" * 2, P0, "key_check_value", "under the MFK"),
    ("no block", "D01", P0, "key_check_value", "shorter than its header"),
    ("cut", BDK[:-2], P0, "export_tr31", "characters and has"),
    ("a block under a KEK", BY_NAME["twka-bdk-under-kbpk"]["expected"]["block"], P0, "export_tr31", "version B"),
    ("another algorithm", AES_KBPK, P0, "export_tr31", "algorithm is A"),
    ("another usage", BDK, P0, "export_tr31", "usage is B0"),
    ("another exportability", BDK, KeyAttributes("B0", TDES3, "X", "N"), "export_tr34", "exportability is E"),
    ("blocks under RSA", WITH_BLOCKS, KeyAttributes("B0", TDES3, "X"), "export_rsa", "no place in an RSA cryptogram"),
    ("another mode under RSA", BDK, KeyAttributes("B0", TDES3, "N"), "export_rsa", "travels without its header"),
    ("another mode by ECDH", BDK, KeyAttributes("B0", TDES3, "N"), "export_ecdh", "change neither"),
    ("odd attributes under RSA", "", KeyAttributes("C0", TDES3, "B"), "import_rsa", "no mode of use B"),
    ("an HMAC key to take", "", KeyAttributes("M7", KeyAlgorithm.HMAC_SHA256, "C"), "import_ecdh", "no HMAC_SHA256"),
    ("a key that stays", STAYS, KeyAttributes("P0", TDES3, "B", "N"), "export_tr31", "not exportable"),
]


@pytest.mark.parametrize(
    ("reference", "attributes", "ability", "said"),
    [case[1:] for case in REFUSED_KEYS],
    ids=[c[0] for c in REFUSED_KEYS],
)
def test_what_a_key_forbids_is_told_before_anything_is_sent(side, reference, attributes, ability, said):
    refusal = side.key_refusal(KeyToMove("k", reference, attributes), ability)
    assert said in refusal
    assert reference == "" or reference not in refusal


_SENT = ("key_check_value", "export_tr31", "export_tr34", "export_rsa", "export_ecdh")


def test_nothing_speaks_against_an_ordinary_key(side):
    key = KeyToMove("bdk", BDK, KeyAttributes("B0", TDES3, "X"))
    kek = KeyToMove("kek", KBPK, KeyAttributes("K0", TDES3, "N"))
    assert [side.key_refusal(key, a) for a in _SENT] == [None] * len(_SENT)
    assert side.key_refusal(KeyToMove("bdk", WITH_BLOCKS, key.attributes), "export_tr31") is None
    assert side.key_refusal(kek, "key_check_value") is None, "a KEK may have another usage and mode here"
    assert side.key_refusal(KeyToMove("new", "", P0), "make_key") is None
    arn = KeyToMove("far", "arn:aws:payment-cryptography:us-east-1:1:key/x", P0)
    for ability in ("import_tr31", "import_rsa", "import_ecdh"):
        assert side.key_refusal(arn, ability) is None, "the reference is the sender's"
