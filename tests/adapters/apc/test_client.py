"""What leaves for the service, how often, and what comes back as an error."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from adapters.apc.client import Access, AwsClient
from keyexchange.errors import ConfigError, DeviceRefusedError, KeyExchangeError, ProtocolError, UnreachableError
from keyexchange.hsm.apc import REHEARSAL_SECRET_KEY

from .conftest import make_client
from .stub import HANG_UP, SILENCE, Stub, answer, fault

BLOCK = "B0096K1TB00E0000" + "0123456789ABCDEF" * 5
IMPORT: dict[str, Any] = {
    "KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": "alias/kek", "WrappedKeyBlock": BLOCK}},
    "Enabled": True,
}
NO_KEYS = answer({"Keys": []})
THROTTLED = fault("ThrottlingException", "Rate exceeded")


@pytest.mark.parametrize("trouble", [SILENCE, HANG_UP])
def test_an_import_that_got_no_answer_is_sent_exactly_once(client: AwsClient, stub: Stub, trouble: str) -> None:
    stub.answers = [trouble]
    with pytest.raises(UnreachableError) as caught:
        client.call("ImportKey", **IMPORT)
    assert stub.operations() == ["ImportKey"]
    assert caught.value.hint


@pytest.mark.parametrize("code", ["InternalServerException", "ServiceUnavailableException"])
def test_an_import_that_failed_at_the_service_is_sent_exactly_once(client: AwsClient, stub: Stub, code: str) -> None:
    stub.answers = [fault(code, status=500)]
    with pytest.raises(DeviceRefusedError, match=code):
        client.call("ImportKey", **IMPORT)
    assert stub.operations() == ["ImportKey"]


@pytest.mark.parametrize("operation", ["CreateAlias", "GetParametersForImport"])
def test_what_changes_something_is_sent_exactly_once(client: AwsClient, stub: Stub, operation: str) -> None:
    parameters = {
        "CreateAlias": {"AliasName": "alias/a"},
        "GetParametersForImport": {"KeyMaterialType": "TR34_KEY_BLOCK", "WrappingKeyAlgorithm": "RSA_2048"},
    }
    stub.answers = [HANG_UP]
    with pytest.raises(UnreachableError):
        client.call(operation, **parameters[operation])
    assert stub.operations() == [operation]


@pytest.mark.parametrize("trouble", [HANG_UP, fault("InternalServerException", status=500), (503, b"<html>")])
def test_what_changes_nothing_is_sent_again_after_trouble(
    client: AwsClient, stub: Stub, waits: list[float], trouble: Any
) -> None:
    stub.answers = [trouble, trouble, NO_KEYS]
    assert client.call("ListKeys") == {"Keys": []}
    assert stub.operations() == ["ListKeys"] * 3
    assert waits == [0.5, 1.0]


def test_reading_gives_up_after_four_attempts(client: AwsClient, stub: Stub) -> None:
    stub.answers = [HANG_UP]
    with pytest.raises(UnreachableError):
        client.call("ListKeys")
    assert len(stub.requests) == 4


def test_a_throttled_import_is_sent_again_because_it_was_not_carried_out(
    client: AwsClient, stub: Stub, waits: list[float]
) -> None:
    stub.answers = [THROTTLED, THROTTLED, THROTTLED, answer({"Key": {"KeyArn": "arn"}})]
    assert client.call("ImportKey", **IMPORT)["Key"] == {"KeyArn": "arn"}
    assert waits == [0.5, 1.0, 2.0]


def test_throttling_without_end_is_reported_after_bounded_waiting(
    client: AwsClient, stub: Stub, waits: list[float]
) -> None:
    stub.answers = [THROTTLED]
    with pytest.raises(DeviceRefusedError, match="ThrottlingException") as caught:
        client.call("ImportKey", **IMPORT)
    assert len(stub.requests) == 10
    assert max(waits) == 20.0
    assert "requests_per_second" in caught.value.hint


def test_pages_are_followed_to_the_end(client: AwsClient, stub: Stub) -> None:
    stub.answers = [answer({"Keys": [{"Enabled": True}], "NextToken": "more"}), answer({"Keys": [{"Enabled": False}]})]
    assert [key["Enabled"] for key in client.pages("ListKeys", "Keys", MaxResults=1)] == [True, False]
    assert [body for _, body in stub.requests] == [{"MaxResults": 1}, {"MaxResults": 1, "NextToken": "more"}]


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("AccessDeniedException", "IAM"),
        ("UnrecognizedClientException", "access key"),
        ("ExpiredTokenException", "sign in"),
        ("InvalidSignatureException", "clock"),
        ("ServiceQuotaExceededException", "quota"),
        ("SomethingNewException", "manual"),
    ],
)
def test_a_refusal_says_code_meaning_and_what_to_try(client: AwsClient, stub: Stub, code: str, hint: str) -> None:
    stub.answers = [fault(code, "No.")]
    with pytest.raises(DeviceRefusedError) as caught:
        client.call("ListKeys")
    error = caught.value
    assert (error.side, error.operation, error.code, error.meaning) == ("apc", "ListKeys", code, "No.")
    assert hint in error.hint


def test_a_missing_resource_is_named(client: AwsClient, stub: Stub) -> None:
    stub.answers = [fault("ResourceNotFoundException", ResourceId="alias/kek")]
    with pytest.raises(DeviceRefusedError, match="alias/kek"):
        client.call("GetAlias", AliasName="alias/kek")


@pytest.mark.parametrize(
    "answers",
    [
        [fault("ValidationException", f"1 validation error: Value '{BLOCK}' at 'wrappedKeyBlock' is wrong; {BLOCK}")],
        [HANG_UP],
        [(200, b'{"Key": {"CreateTimestamp": "' + BLOCK.encode() + b'"}}')],
    ],
)
def test_no_error_holds_the_block_not_even_as_its_cause(client: AwsClient, stub: Stub, answers: list[Any]) -> None:
    stub.answers = answers
    with pytest.raises(KeyExchangeError) as caught:
        client.call("ImportKey", **IMPORT)
    assert "0123456789ABCDEF" not in "".join(traceback.format_exception(caught.value)) + str(caught.value.hint)
    assert caught.value.__suppress_context__


def test_parameters_outside_the_model_are_named_but_not_shown(client: AwsClient, stub: Stub) -> None:
    with pytest.raises(ConfigError, match=r"AliasName") as caught:
        client.call("CreateAlias", AliasName="a", KeyArn=BLOCK.encode())
    assert BLOCK not in str(caught.value)
    assert stub.requests == []


def test_an_answer_that_is_not_of_the_api_is_a_protocol_error(client: AwsClient, stub: Stub) -> None:
    stub.answers = [(200, b'{"Key": {"CreateTimestamp": "yesterday"}}')]
    with pytest.raises(ProtocolError):
        client.call("GetKey", KeyIdentifier="alias/a")


def test_nobody_listening_is_unreachable() -> None:
    waits: list[float] = []
    client = make_client("http://127.0.0.1:9", sleep=waits.append)
    with pytest.raises(UnreachableError, match="cannot be reached"):
        client.call("ListKeys")
    assert len(waits) == 3
    client.close()


def test_no_credentials_is_a_configuration_error(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    client = make_client(stub.url, sleep=lambda _: None)
    with pytest.raises(ConfigError) as caught:
        client.call("ListKeys")
    assert "AWS_PROFILE" in caught.value.hint
    assert stub.requests == []
    client.close()


def test_an_unknown_profile_is_a_configuration_error() -> None:
    client = AwsClient(Access("payment-cryptography", "apc", "us-east-1", profile="nobody"))
    with pytest.raises(ConfigError) as caught:
        client.call("ListKeys")
    assert "profiles" in caught.value.hint


def test_an_endpoint_that_is_no_url_is_a_configuration_error() -> None:
    client = AwsClient(Access("payment-cryptography", "apc", "us-east-1", endpoint_url="here"))
    with pytest.raises(ConfigError, match="endpoint_url"):
        client.call("ListKeys")


def test_the_trace_shows_operations_and_lengths_but_no_material(stub: Stub) -> None:
    lines: list[str] = []
    client = make_client(stub.url, sleep=lambda _: None, trace=lines.append)
    certificate = "TUlJQ0VSVA" * 20
    stub.answers = [
        answer({"Key": {"KeyArn": "arn:key", "KeyCheckValue": "ABCDEF"}}),
        fault("ValidationException", BLOCK),
        answer(
            {
                "ImportToken": "import-token-1234567890123456",
                "WrappingKeyCertificate": certificate,
                "WrappingKeyCertificateChain": certificate,
                "WrappingKeyAlgorithm": "RSA_2048",
                "ParametersValidUntilTimestamp": 0,
            }
        ),
    ]
    client.call("ImportKey", **IMPORT)
    tr34 = {
        "CertificateAuthorityPublicKeyIdentifier": "alias/ca",
        "SigningKeyCertificate": certificate,
        "WrappedKeyBlock": "ABCD",
        "KeyBlockFormat": "X9_TR34_2012",
        "RandomNonce": "1122334455667788",
    }
    with pytest.raises(DeviceRefusedError):
        client.call("ImportKey", KeyMaterial={"Tr34KeyBlock": tr34})
    client.call("GetParametersForImport", KeyMaterialType="TR34_KEY_BLOCK", WrappingKeyAlgorithm="RSA_2048")
    client.close()
    text = "\n".join(lines)
    assert [line.split()[:2] for line in lines[:4]] == [["<>"[i % 2 == 0], "ImportKey"] for i in range(4)]
    assert '"WrappedKeyBlock": "<96 characters>"' in text
    assert '"WrappedKeyBlock": "<4 characters>"' in text
    assert '"KeyCheckValue": "ABCDEF"' in text
    for hidden in (BLOCK, certificate, "1122334455667788", REHEARSAL_SECRET_KEY):
        assert hidden not in text


def test_a_client_that_was_never_used_closes_without_being_made() -> None:
    AwsClient(Access("payment-cryptography", "apc", "us-east-1", profile="nobody")).close()
