"""Finding what an earlier import left, against scripted lists; test_adapter does it against the software HSM."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.apc.client import AwsClient
from adapters.apc.keys import find_certificate, find_marked, imported_key, require_usable
from keyexchange.errors import JournalError, ProtocolError, RuleError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import ImportMark

from .stub import Stub, answer

SINCE = datetime(2030, 1, 1, 12, tzinfo=UTC)
MARK = ImportMark("run-1", "bdk")
ATTRIBUTES = KeyAttributes("C0", KeyAlgorithm.TDES_2KEY, "C")
"""Others than the described keys have: only their check value makes them candidates."""
KCV = Kcv("A1B2C3", KcvMethod.ANSI_X9_24)
OURS = {"keyexchange:run": "run-1", "keyexchange:key": "bdk", "team": "cards"}
FINGERPRINT = "ab" * 32


def arn(number: int) -> str:
    return f"arn:aws:payment-cryptography:us-east-2:111122223333:key/{number:016d}"


def described(number: int = 1, *, age: timedelta = timedelta(0), **changes: Any) -> dict[str, Any]:
    key = {
        "KeyArn": arn(number),
        "KeyAttributes": {
            "KeyUsage": "TR31_B0_BASE_DERIVATION_KEY",
            "KeyClass": "SYMMETRIC_KEY",
            "KeyAlgorithm": "TDES_3KEY",
            "KeyModesOfUse": {"DeriveKey": True, "Encrypt": False},
        },
        "KeyCheckValue": "A1B2C3",
        "KeyCheckValueAlgorithm": "ANSI_X9_24",
        "Enabled": True,
        "Exportable": True,
        "KeyState": "CREATE_COMPLETE",
        "KeyOrigin": "EXTERNAL",
        "CreateTimestamp": (SINCE - age).timestamp(),
    }
    return key | changes


def certificate(number: int = 1, **changes: Any) -> dict[str, Any]:
    attributes = {
        "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
        "KeyClass": "PUBLIC_KEY",
        "KeyAlgorithm": "RSA_3072",
        "KeyModesOfUse": {"Verify": True},
    }
    return described(number, KeyAttributes=attributes, KeyCheckValueAlgorithm="SHA_1") | changes


def tags(**named: str) -> tuple[int, bytes]:
    return answer({"Tags": [{"Key": name, "Value": value} for name, value in named.items()]})


Script = Callable[..., None]


@pytest.fixture
def script(stub: Stub) -> Script:
    def load(*answers: Any) -> None:
        stub.answers = [a if isinstance(a, tuple) else answer(a) for a in answers]

    return load


def find(client: AwsClient) -> str | None:
    held = find_marked(client, MARK, attributes=ATTRIBUTES, kcv=KCV, since=SINCE)
    return held.reference if held else None


def test_the_key_with_the_mark_is_found_on_a_later_page(client: AwsClient, script: Script, stub: Stub) -> None:
    script(
        {"Keys": [described(1, KeyCheckValue="FFFFFF")], "NextToken": "more"},
        {"Keys": [described(2)]},
        {"Key": described(2)},
        tags(**OURS),
    )
    assert find(client) == arn(2)
    assert stub.operations() == ["ListKeys", "ListKeys", "GetKey", "ListTagsForResource"]
    assert stub.requests[0][1] == {"KeyState": "CREATE_COMPLETE", "MaxResults": 100}


def test_a_key_is_described_as_the_sender_would(client: AwsClient, script: Script) -> None:
    script({"Keys": [described()]}, {"Key": described()}, tags(**OURS))
    held = find_marked(client, MARK, attributes=ATTRIBUTES, kcv=Kcv("A1B2", KcvMethod.ANSI_X9_24), since=SINCE)
    assert held is not None
    assert held.kcv == KCV
    assert held.attributes == KeyAttributes("B0", KeyAlgorithm.TDES_3KEY, "X")


@pytest.mark.parametrize(
    "others",
    [
        {"keyexchange:run": "run-2", "keyexchange:key": "bdk"},
        {"keyexchange:run": "run-1", "keyexchange:key": "cvk"},
        {"keyexchange:run": "run-1"},
        {},
    ],
)
def test_the_same_key_of_another_import_is_not_ours(client: AwsClient, script: Script, others: dict[str, str]) -> None:
    script({"Keys": [described()]}, {"Key": described()}, tags(**others))
    assert find(client) is None


@pytest.mark.parametrize(("minutes", "found"), [(14, arn(1)), (16, None)])
def test_older_keys_are_not_candidates_but_clocks_may_differ(
    client: AwsClient, script: Script, minutes: int, found: str | None
) -> None:
    old = described(age=timedelta(minutes=minutes))
    script({"Keys": [old]}, {"Key": old}, tags(**OURS))
    assert find(client) == found


def test_certificates_are_not_even_looked_at(client: AwsClient, script: Script, stub: Stub) -> None:
    script({"Keys": [certificate()]})
    assert find(client) is None
    assert stub.operations() == ["ListKeys"]


def test_two_keys_with_the_mark_stop_the_run_and_are_named(client: AwsClient, script: Script) -> None:
    script(
        {"Keys": [described(1), described(2)]}, {"Key": described(1)}, tags(**OURS), {"Key": described(2)}, tags(**OURS)
    )
    with pytest.raises(JournalError) as caught:
        find(client)
    assert arn(1) in caught.value.message
    assert arn(2) in caught.value.message


def test_at_the_last_look_a_key_with_another_check_value_counts_too(client: AwsClient, script: Script) -> None:
    other, sent = described(2, KeyCheckValue="FFFFFF"), KeyAttributes("B0", KeyAlgorithm.TDES_3KEY, "X")
    script({"Keys": [described(1), other]}, {"Key": described(1)}, tags(**OURS), {"Key": other}, tags(**OURS))
    with pytest.raises(JournalError, match="2 keys"):
        find_marked(client, MARK, attributes=sent, kcv=KCV, since=SINCE, any_kcv=True)


def test_an_imported_certificate_is_found_by_its_fingerprint(client: AwsClient, script: Script, stub: Stub) -> None:
    others = [
        certificate(1, Enabled=False),
        certificate(2, KeyAttributes=certificate()["KeyAttributes"] | {"KeyAlgorithm": "RSA_2048"}),
        described(3),
        certificate(4),
    ]
    script({"Keys": [*others, certificate(5)]}, tags(), tags(**{"keyexchange:certificate": FINGERPRINT}))
    assert find_certificate(client, FINGERPRINT, "RSA_3072") == arn(5)
    assert [body.get("ResourceArn") for _, body in stub.requests] == [None, arn(4), arn(5)]


def test_another_certificate_is_not_it(client: AwsClient, script: Script) -> None:
    script({"Keys": [certificate()]}, tags(**{"keyexchange:certificate": "cd" * 32}))
    assert find_certificate(client, FINGERPRINT, "RSA_3072") is None


@pytest.mark.parametrize(
    "missing", ["KeyArn", "KeyCheckValue", "KeyCheckValueAlgorithm", "KeyAttributes", "Exportable"]
)
def test_a_key_described_in_part_is_a_protocol_error(missing: str) -> None:
    key = described()
    del key[missing]
    with pytest.raises(ProtocolError):
        imported_key({"Key": key})


@pytest.mark.parametrize("field", ["KeyArn", "KeyAttributes", "KeyCheckValue", "Enabled"])
def test_a_list_that_leaves_something_out_is_a_protocol_error(client: AwsClient, script: Script, field: str) -> None:
    key = described()
    del key[field]
    script({"Keys": [key]})
    with pytest.raises(ProtocolError):
        find(client)


def test_a_check_value_that_is_none_is_a_protocol_error() -> None:
    changes: list[dict[str, Any]] = [{"KeyCheckValue": "no"}, {"KeyCheckValueAlgorithm": "MD5"}]
    for change in changes:
        with pytest.raises(ProtocolError):
            imported_key({"Key": described(**change)})
    with pytest.raises(ProtocolError):
        imported_key({})


@pytest.mark.parametrize(
    ("change", "why"), [({"Enabled": False}, "not enabled"), ({"KeyState": "DELETE_PENDING"}, "DELETE_PENDING")]
)
def test_a_key_that_is_stopped_or_going_is_refused(change: dict[str, Any], why: str) -> None:
    require_usable({"Key": described()})
    with pytest.raises(RuleError, match=why) as caught:
        require_usable({"Key": described(**change)})
    assert caught.value.rule == "key-usable"
