"""Every ability of the adapter, against the software HSM over a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.apc.adapter import ADAPTER, ApcAdapter
from adapters.apc.client import Access, AwsClient
from adapters.apc.settings import ApcSettings
from keyexchange import pki, tr31, tr34
from keyexchange.crypto import key_kcv, rsa
from keyexchange.errors import (
    ConfigError,
    DeviceRefusedError,
    JournalError,
    RuleError,
    TrustError,
    UnreachableError,
    UnsupportedError,
)
from keyexchange.keys import Kcv, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.abilities import commands_of
from keyexchange.protocols.messages import (
    CertificateChain,
    HeldKey,
    ImportMark,
    KeyBlock,
    KeyToken,
    KeyToMove,
    KrdCredential,
    TrustAnchor,
)
from keyexchange.secret import Secret
from tests.apc_server import MovableClock, apc_client, running_apc

REGION = "eu-central-1"
NONCE = bytes.fromhex("0102030405060708")
KEK_OCTETS = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB8A8349794C9EE9A4")
KEK = KeyToMove("kek", "", KeyAttributes("K0", KeyAlgorithm.TDES_3KEY, "B"), alias="alias/kek")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kdh:
    """A sender made of keys in memory, certified through an intermediate."""

    key: Any
    leaf: x509.Certificate
    middle: x509.Certificate
    root: x509.Certificate

    @property
    def chain(self) -> CertificateChain:
        return CertificateChain(pki.to_der(self.leaf), (pki.to_der(self.middle), pki.to_der(self.root)))

    def token(self, key: KeyToMove, octets: bytes, credential: KrdCredential) -> KeyToken:
        signer = pki.issuer_and_serial(self.chain.certificate)
        attributes = key.attributes
        header = tr31.Header("D", attributes.key_usage, attributes.algorithm.letter, attributes.mode_of_use)
        parts = tr34.build_parts(
            Secret(octets),
            header.text(9999),
            kdh_id=signer,
            krd_id=pki.issuer_and_serial(credential.chain.certificate),
            krd_public_key=pki.rsa_public_key(pki.load(credential.chain.certificate)),
            nonce=NONCE,
            sign=lambda content: rsa.sign_pkcs1_sha256(self.key, content),
        )
        kcv = key_kcv(attributes.algorithm, Secret(octets))
        return KeyToken(tr34.assemble(parts, signer), kcv, "x9_tr34_2012")


@dataclass(frozen=True)
class House:
    """An adapter, what it sent, and the software HSM seen through plain boto3."""

    url: str
    side: ApcAdapter
    lines: list[str]
    plain: Any

    def sent(self) -> list[str]:
        return [line.split()[1] for line in self.lines if line.startswith(">")]

    def tags(self, arn: str) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.plain.list_tags_for_resource(ResourceArn=arn)["Tags"]}


def settings(url: str, **changes: Any) -> ApcSettings:
    return ApcSettings(region=REGION, endpoint_url=url, requests_per_second=None, **changes)


def make_kdh() -> Kdh:
    now = datetime.now(UTC)
    root_key, middle_key, key = (rsa.generate(2048) for _ in range(3))
    root = pki.issue_root("KDH root", root_key, days=90, now=now)
    middle = pki.issue_intermediate("KDH CA", middle_key.public_key(), root, root_key, days=60, now=now)
    leaf = pki.issue_leaf("KDH", key.public_key(), middle, middle_key, purpose="sign", days=30, now=now)
    return Kdh(key, leaf, middle, root)


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, clock: MovableClock) -> Iterator[House]:
    with running_apc(tmp_path_factory.mktemp("apc"), clock=clock) as url:
        lines: list[str] = []
        side = ADAPTER.open(settings(url), trace=lines.append)
        plain = apc_client(url, region=REGION)
        yield House(url, side, lines, plain)
        side.close()
        plain.close()


@pytest.fixture
def house(shared: House) -> House:
    shared.lines.clear()
    return shared


@pytest.fixture(scope="module")
def kdh() -> Kdh:
    return make_kdh()


@dataclass(frozen=True)
class Established:
    """A KEK that went to the software HSM by TR-34."""

    anchor: TrustAnchor
    credential: KrdCredential
    token: KeyToken
    held: HeldKey


@pytest.fixture(scope="module")
def established(shared: House, kdh: Kdh) -> Established:
    mark = ImportMark("run-0", "kek")
    anchor = shared.side.trust(kdh.chain, mark)
    credential = shared.side.offer_krd_credential()
    token = kdh.token(KEK, KEK_OCTETS, credential)
    held = import_token(shared.side, kdh, token, credential, anchor, mark)
    return Established(anchor, credential, token, held)


def import_token(
    side: ApcAdapter,
    kdh: Kdh,
    token: KeyToken,
    credential: KrdCredential,
    anchor: TrustAnchor,
    mark: ImportMark,
    *,
    nonce: bytes = NONCE,
) -> HeldKey:
    return side.import_tr34(
        token,
        key=KEK,
        credential=credential,
        anchor=anchor,
        kdh_certificate=kdh.chain.certificate,
        nonce=nonce,
        mark=mark,
    )


def key_block(key: KeyToMove, octets: bytes) -> KeyBlock:
    attributes = key.attributes
    header = tr31.Header(
        "B",
        attributes.key_usage,
        attributes.algorithm.letter,
        attributes.mode_of_use,
        exportability=attributes.exportability,
    )
    text = tr31.wrap(tr31.Kbpk("T", Secret(KEK_OCTETS)), header, Secret(octets))
    return KeyBlock(text, key_kcv(attributes.algorithm, Secret(octets)))


def working_key(usage: str, mode: str, exportability: str = "E", **changes: Any) -> KeyToMove:
    attributes = KeyAttributes(usage, KeyAlgorithm.TDES_2KEY, mode, exportability)
    return KeyToMove(f"{usage}-{mode}", "", attributes, **changes)


def octets_of(number: int) -> bytes:
    return bytes(range(number, number + 16))


CVK = working_key("C0", "C")


def test_identify_proves_the_credentials_and_tells_where_the_keys_are(house: House, established: Established) -> None:
    identity = house.side.identify()
    assert identity.name == "apc"
    assert dict(identity.details) == {"region": REGION, "endpoint": house.url, "account": "111122223333"}
    assert established.held.reference.split(":")[3:5] == [REGION, "111122223333"]


def test_an_intermediate_and_its_root_are_trusted_once(house: House, kdh: Kdh, established: Established) -> None:
    root_arn, middle_arn = established.anchor.imported
    assert established.anchor.reference == middle_arn
    again = house.side.trust(kdh.chain, ImportMark("another-run", "kek"))
    assert again == TrustAnchor(middle_arn, ())
    assert "ImportKey" not in house.sent()
    assert house.tags(root_arn)["keyexchange:certificate"] == pki.fingerprint(pki.to_der(kdh.root))
    assert house.tags(middle_arn)["keyexchange:run"] == "run-0"


def test_a_run_killed_between_root_and_intermediate_goes_on_with_the_intermediate(house: House) -> None:
    other, mark = make_kdh(), ImportMark("run-1", "kek")
    below_root = CertificateChain(pki.to_der(other.middle), (pki.to_der(other.root),))
    (root_arn,) = house.side.trust(below_root, mark).imported
    anchor = house.side.trust(other.chain, mark)
    assert len(anchor.imported) == 1
    assert anchor.imported[0] != root_arn
    assert house.sent().count("ImportKey") == 2


@pytest.mark.parametrize("issuers", [0, 1])
def test_a_chain_without_its_root_is_refused_before_anything_is_sent(house: House, kdh: Kdh, issuers: int) -> None:
    with pytest.raises(TrustError) as caught:
        house.side.trust(replace(kdh.chain, issuers=kdh.chain.issuers[:issuers]), ImportMark("run-1", "kek"))
    assert caught.value.category == "chain_untrusted"
    assert house.sent() == []


def test_the_offered_certificate_chains_to_its_root_and_its_token_has_an_end(established: Established) -> None:
    credential, now = established.credential, datetime.now(UTC)
    chain = credential.chain
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=now)
    assert credential.valid_until is not None
    assert now + timedelta(days=29) < credential.valid_until < now + timedelta(days=31)
    assert pki.rsa_public_key(pki.load(chain.certificate)).key_size == 2048


def test_the_size_of_the_wrapping_key_is_the_reviewed_files(house: House) -> None:
    side = ADAPTER.open(settings(house.url, wrapping_key_algorithm="RSA_3072"))
    assert pki.rsa_public_key(pki.load(side.offer_krd_credential().chain.certificate)).key_size == 3072
    side.close()


def test_a_pinned_root_is_required(house: House, established: Established, kdh: Kdh, tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.pem", tmp_path / "wrong.pem"
    right.write_bytes(pki.load(established.credential.chain.issuers[-1]).public_bytes(Encoding.PEM))
    wrong.write_bytes(kdh.root.public_bytes(Encoding.PEM))
    pinned = ADAPTER.open(settings(house.url, ca_certificate=str(right)))
    assert pinned.offer_krd_credential().chain.issuers == established.credential.chain.issuers
    pinned.close()
    misled = ADAPTER.open(settings(house.url, ca_certificate=str(wrong)))
    with pytest.raises(TrustError, match="ca_certificate"):
        misled.offer_krd_credential()
    misled.close()


def test_a_kek_arrives_by_tr34_as_it_was_sent(house: House, established: Established) -> None:
    held = established.held
    assert held.kcv.matches(established.token.kcv)
    assert held.attributes == KEK.attributes
    assert house.tags(held.reference) == {"keyexchange:run": "run-0", "keyexchange:key": "kek"}


def test_another_layout_is_refused_before_it_is_sent(house: House, kdh: Kdh, established: Established) -> None:
    token = replace(established.token, layout="cms")
    with pytest.raises(UnsupportedError, match="X9_TR34_2012"):
        import_token(house.side, kdh, token, established.credential, established.anchor, ImportMark("run-1", "kek"))
    assert house.sent() == []


@pytest.mark.parametrize("trouble", ["nonce", "expired", "untrusted"])
def test_a_token_the_receiver_refuses_is_a_refusal_and_leaves_no_key(
    house: House, kdh: Kdh, established: Established, clock: MovableClock, trouble: str
) -> None:
    mark = ImportMark(f"run-{trouble}", "kek")
    sender = make_kdh() if trouble == "untrusted" else kdh
    token = sender.token(KEK, KEK_OCTETS, established.credential)
    clock.ahead = timedelta(days=31 if trouble == "expired" else 0)
    try:
        with pytest.raises(DeviceRefusedError, match=r"apc refused ImportKey: ValidationException"):
            import_token(
                house.side,
                sender,
                token,
                established.credential,
                established.anchor,
                mark,
                nonce=bytes(8) if trouble == "nonce" else NONCE,
            )
    finally:
        clock.ahead = timedelta()
    assert house.side.find_import(mark, kcv=token.kcv, since=LONG_AGO) is None


@pytest.mark.parametrize(
    ("usage", "mode", "exportability"),
    [("B0", "X", "E"), ("C0", "C", "N"), ("D0", "B", "S"), ("M3", "G", "E"), ("P0", "E", "E"), ("V2", "N", "E")],
)
def test_working_keys_arrive_by_tr31_as_they_were_sent(
    house: House, established: Established, usage: str, mode: str, exportability: str
) -> None:
    key = working_key(usage, mode, exportability, tags=(("team", "cards"),))
    block = key_block(key, octets_of(1))
    held = house.side.import_tr31(block, key=key, kek=established.held, mark=ImportMark("run-1", key.name))
    assert held.kcv.matches(block.kcv)
    assert held.attributes is not None
    assert (held.attributes.key_usage, held.attributes.mode_of_use) == (usage, mode)
    assert held.attributes.exportability == ("N" if exportability == "N" else "E")
    assert house.tags(held.reference) == {
        "keyexchange:run": "run-1",
        "keyexchange:key": key.name,
        "team": "cards",
    }


def test_a_block_with_a_bad_mac_is_a_refusal_that_does_not_show_it(house: House, established: Established) -> None:
    text = key_block(CVK, octets_of(2)).text
    bad = KeyBlock(text[:-1] + ("0" if text[-1] != "0" else "1"), Kcv("000000", established.held.kcv.method))
    with pytest.raises(DeviceRefusedError) as caught:
        house.side.import_tr31(bad, key=CVK, kek=established.held, mark=ImportMark("run-1", "bad"))
    assert caught.value.code == "ValidationException"
    assert text[20:40] not in "\n".join([*house.lines, str(caught.value)])


def test_a_key_whose_block_says_something_else_is_refused_and_named(house: House, established: Established) -> None:
    block = key_block(CVK, octets_of(3))
    asked, mark = replace(CVK, attributes=replace(CVK.attributes, mode_of_use="V")), ImportMark("run-1", "other")
    with pytest.raises(RuleError, match="mode C instead of V") as caught:
        house.side.import_tr31(block, key=asked, kek=established.held, mark=mark)
    left = house.side.find_import(mark, kcv=block.kcv, since=LONG_AGO)
    assert left is not None
    assert left.reference in caught.value.message


def test_what_the_service_has_no_name_for_is_refused_before_it_is_sent(house: House, established: Established) -> None:
    key = working_key("B1", "X")
    with pytest.raises(UnsupportedError, match="key usage B1"):
        house.side.import_tr31(key_block(key, octets_of(4)), key=key, kek=established.held, mark=ImportMark("r", "k"))
    assert house.sent() == []


def test_the_operators_tags_cannot_hide_the_mark(house: House, established: Established) -> None:
    key = replace(CVK, tags=(("keyexchange:run", "forged"),))
    mark = ImportMark("run-7", "cvk")
    held = house.side.import_tr31(key_block(key, octets_of(5)), key=key, kek=established.held, mark=mark)
    assert house.tags(held.reference)["keyexchange:run"] == "run-7"


def test_an_import_is_found_again_by_its_mark_alone(house: House, established: Established) -> None:
    begun, block = datetime.now(UTC), key_block(CVK, octets_of(6))
    marks = [ImportMark(run, key) for run in ("run-a", "run-b") for key in ("cvk", "cvk 2")]
    held = [house.side.import_tr31(block, key=CVK, kek=established.held, mark=mark) for mark in marks]
    assert [house.side.find_import(mark, kcv=block.kcv, since=begun) for mark in marks] == held
    nobody = ImportMark("run-c", "cvk")
    assert house.side.find_import(nobody, kcv=block.kcv, since=begun) is None
    other = Kcv("000000", block.kcv.method)
    assert house.side.find_import(marks[0], kcv=other, since=begun) is None
    assert house.side.find_import(marks[0], kcv=block.kcv, since=datetime.now(UTC) + timedelta(hours=1)) is None


def test_a_key_on_its_way_out_is_not_found(house: House, established: Established) -> None:
    mark, block = ImportMark("run-d", "cvk"), key_block(CVK, octets_of(7))
    held = house.side.import_tr31(block, key=CVK, kek=established.held, mark=mark)
    house.plain.delete_key(KeyIdentifier=held.reference)
    assert house.side.find_import(mark, kcv=block.kcv, since=LONG_AGO) is None


def test_a_key_that_is_there_twice_stops_the_run(house: House, established: Established) -> None:
    mark, block = ImportMark("run-e", "cvk"), key_block(CVK, octets_of(8))
    for _ in range(2):
        house.side.import_tr31(block, key=CVK, kek=established.held, mark=mark)
    with pytest.raises(JournalError, match="2 keys of run run-e"):
        house.side.find_import(mark, kcv=block.kcv, since=LONG_AGO)


def test_an_alias_is_set_once_and_never_moved(house: House, established: Established) -> None:
    other = house.side.import_tr31(
        key_block(CVK, octets_of(9)), key=CVK, kek=established.held, mark=ImportMark("run-f", "cvk")
    )
    house.lines.clear()
    house.side.set_alias("alias/rehearsal/kek", established.held)
    house.side.set_alias("alias/rehearsal/kek", established.held)
    assert house.sent() == ["GetAlias", "CreateAlias", "GetAlias"]
    with pytest.raises(RuleError, match=established.held.reference) as caught:
        house.side.set_alias("alias/rehearsal/kek", other)
    assert caught.value.rule == "alias-taken"
    assert house.plain.get_alias(AliasName="alias/rehearsal/kek")["Alias"]["KeyArn"] == established.held.reference


def test_an_alias_that_points_nowhere_is_somebodys_too(house: House, established: Established) -> None:
    house.plain.create_alias(AliasName="alias/reserved")
    with pytest.raises(RuleError, match="no key"):
        house.side.set_alias("alias/reserved", established.held)


def test_a_held_key_is_known_by_arn_and_alias(house: House, established: Established) -> None:
    house.side.set_alias("alias/held", established.held)
    for reference in (established.held.reference, "alias/held"):
        assert house.side.held_key(reference) == established.held


@pytest.mark.parametrize(
    "reference", ["alias/nobody", f"arn:aws:payment-cryptography:{REGION}:111122223333:key/" + "z" * 16]
)
def test_a_key_that_is_not_there_is_a_refusal_that_names_it(house: House, reference: str) -> None:
    with pytest.raises(DeviceRefusedError, match=r"ResourceNotFoundException") as caught:
        house.side.held_key(reference)
    assert "alias" in caught.value.hint


def test_a_stopped_key_cannot_be_held(house: House, established: Established) -> None:
    held = house.side.import_tr31(
        key_block(CVK, octets_of(10)), key=CVK, kek=established.held, mark=ImportMark("run-g", "cvk")
    )
    house.plain.stop_key_usage(KeyIdentifier=held.reference)
    with pytest.raises(RuleError, match="not enabled") as caught:
        house.side.held_key(held.reference)
    assert caught.value.rule == "key-usable"


def test_wrong_credentials_are_a_refusal_with_advice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value, code in (
        ("AWS_SECRET_ACCESS_KEY", "not the secret", "InvalidSignatureException"),
        ("AWS_ACCESS_KEY_ID", "AKIANOBODYNOBODYNOBO", "UnrecognizedClientException"),
    ):
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            side = ADAPTER.open(settings(house.url))
            with pytest.raises(DeviceRefusedError) as caught:
                side.identify()
            side.close()
        assert caught.value.code == code
        assert "access key" in caught.value.hint
        assert value not in str(caught.value)


def test_an_hsm_that_is_down_is_unreachable(tmp_path: Path) -> None:
    with running_apc(tmp_path) as url:
        side = ADAPTER.open(settings(url))
        side.identify()
    with pytest.raises(UnreachableError):
        side.offer_krd_credential()
    side.close()


@dataclass
class Patience:
    """Waits, and remembers how often."""

    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        threading.Event().wait(seconds)


def quota_client(url: str, trace: Callable[[str], None], patience: Patience, rate: float | None) -> AwsClient:
    access = Access("payment-cryptography", "apc", REGION, endpoint_url=url)
    return AwsClient(access, requests_per_second=rate, trace=trace, sleep=patience.sleep, jitter=lambda: 0.1)


def test_below_the_quota_nothing_is_throttled_and_above_it_everything_arrives_all_the_same(tmp_path: Path) -> None:
    quota, lines = 40.0, []
    with running_apc(tmp_path, quotas=quota) as url:
        paced = quota_client(url, lines.append, Patience(), 36.0)
        begun = time.monotonic()
        for _ in range(20):
            paced.call("ListKeys")
        assert time.monotonic() - begun >= 19 / 36
        assert "ThrottlingException" not in "".join(lines)
        hasty, patience = quota_client(url, lines.append, Patience(), None), Patience()
        hasty = quota_client(url, lines.append, patience, None)
        for _ in range(60):
            hasty.call("ListKeys")
        assert patience.waits
        assert "ThrottlingException" in "".join(lines)
        paced.close()
        hasty.close()


ABILITIES = (
    "identify",
    "trust",
    "offer_krd_credential",
    "import_tr34",
    "import_tr31",
    "find_import",
    "held_key",
    "set_alias",
)


@pytest.mark.parametrize("ability", ABILITIES)
def test_the_plan_names_operations_that_the_service_has(shared: House, ability: str) -> None:
    marked = {command.split()[0] for command in commands_of(shared.side, ability)}
    assert marked
    assert marked <= set(shared.plain.meta.service_model.operation_names)


def test_abilities_send_what_the_plan_says(house: House, kdh: Kdh, established: Established) -> None:
    side, mark, block = house.side, ImportMark("run-h", "cvk"), key_block(CVK, octets_of(11))
    credential, anchor = established.credential, established.anchor
    calls: dict[str, Callable[[], object]] = {
        "identify": side.identify,
        "trust": lambda: side.trust(make_kdh().chain, mark),
        "offer_krd_credential": side.offer_krd_credential,
        "import_tr34": lambda: import_token(side, kdh, established.token, credential, anchor, mark),
        "import_tr31": lambda: side.import_tr31(block, key=CVK, kek=established.held, mark=mark),
        "find_import": lambda: side.find_import(mark, kcv=block.kcv, since=LONG_AGO),
        "held_key": lambda: side.held_key(established.held.reference),
        "set_alias": lambda: side.set_alias("alias/plan", established.held),
    }
    assert tuple(calls) == ABILITIES
    for ability, act in calls.items():
        house.lines.clear()
        act()
        assert set(house.sent()) == {command.split()[0] for command in commands_of(side, ability)}, ability


def test_no_clear_key_token_or_block_is_in_any_trace(house: House, kdh: Kdh, established: Established) -> None:
    block = key_block(CVK, octets_of(12))
    house.side.import_tr31(block, key=CVK, kek=established.held, mark=ImportMark("run-i", "cvk"))
    import_token(
        house.side, kdh, established.token, established.credential, established.anchor, ImportMark("run-i", "kek")
    )
    text = "\n".join(house.lines).upper()
    assert text.count("IMPORTKEY") == 4
    for hidden in (KEK_OCTETS.hex(), octets_of(12).hex(), block.text[16:], established.token.der.hex(), NONCE.hex()):
        assert hidden.upper() not in text


def test_a_reference_that_cannot_be_sent_is_a_configuration_error(house: House) -> None:
    with pytest.raises(ConfigError, match="KeyIdentifier"):
        house.side.held_key("")
    assert house.sent() == ["GetKey"]
