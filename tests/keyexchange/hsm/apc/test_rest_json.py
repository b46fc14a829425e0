"""rest-json: paths to operations and labels to members, as botocore writes them; errors as botocore reads them."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest

from keyexchange.errors import MismatchError
from keyexchange.hsm.apc.errors import ApiError, not_found, throttled, validation, verification_failed
from keyexchange.hsm.apc.model import DATA_PLANE, load
from keyexchange.hsm.apc.protocol import Request
from keyexchange.hsm.apc.rest_json import RestJsonProtocol

SERVICE = load(DATA_PLANE)
PROTOCOL = RestJsonProtocol(SERVICE)
WRONG_MAC = verification_failed(MismatchError("the MAC does not verify", reason="mac"))
ARN = "arn:aws:payment-cryptography:us-east-1:111122223333:key/kwapwa6qaifllw2h"
LABELLED = {"EncryptData": "KeyIdentifier", "DecryptData": "KeyIdentifier", "ReEncryptData": "IncomingKeyIdentifier"}


def request(path: str, body: bytes = b"{}", method: str = "POST") -> Request:
    return Request(method, path, "", (), body)


@pytest.fixture(scope="module")
def sent() -> Any:
    """What a boto3 client would send: operation and parameters to path and body."""
    client = boto3.client(DATA_PLANE, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    caught: list[AWSPreparedRequest] = []

    def catch(request: AWSPreparedRequest, **_: object) -> None:
        caught.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", catch)

    def send(operation: str, **parameters: Any) -> tuple[str, bytes]:
        method = next(name for name, each in client.meta.method_to_api_mapping.items() if each == operation)
        with pytest.raises(InterruptedError):
            getattr(client, method)(**parameters)
        prepared = caught.pop()
        body = prepared.body
        return prepared.url.partition(".amazonaws.com")[2], body if isinstance(body, bytes) else str(body).encode()

    return send


@pytest.mark.parametrize("identifier", [ARN, "alias/a", "alias/team/keys/encrypt", "alias/a_b-c"])
def test_labels_are_what_boto3_put_there(identifier: str, sent: Any) -> None:
    path, body = sent(
        "EncryptData",
        KeyIdentifier=identifier,
        PlainText="31323334",
        EncryptionAttributes={"Symmetric": {"Mode": "ECB"}},
    )
    received = request(path, body)
    assert PROTOCOL.operation(received) == "EncryptData"
    assert PROTOCOL.read("EncryptData", received) == {
        "KeyIdentifier": identifier,
        "PlainText": "31323334",
        "EncryptionAttributes": {"Symmetric": {"Mode": "ECB"}},
    }


@pytest.mark.parametrize("name", SERVICE.operations)
def test_every_operation_has_its_path(name: str) -> None:
    path = SERVICE.operations[name].uri.replace(f"{{{LABELLED.get(name)}}}", "alias%2Fa")
    assert PROTOCOL.operation(request(path)) == name
    assert PROTOCOL.operation(request(path, method="GET")) is None
    assert PROTOCOL.operation(request(path + "/x")) is None
    assert PROTOCOL.read(name, request(path)) == ({LABELLED[name]: "alias/a"} if name in LABELLED else {})


@pytest.mark.parametrize(
    "path", ["/", "", "//", "/keys", "/keys/", "/keys//encrypt", "/keys/x/destroy", "/keys/x/y/encrypt"]
)
def test_other_paths_are_no_operation(path: str) -> None:
    assert PROTOCOL.operation(request(path)) is None


def test_the_label_has_the_last_word() -> None:
    values = PROTOCOL.read("EncryptData", request("/keys/alias%2Fa/encrypt", b'{"KeyIdentifier": "alias/b"}'))
    assert values == {"KeyIdentifier": "alias/a"}


@pytest.mark.parametrize(
    ("path", "body"), [("/keys/%ff/encrypt", b"{}"), ("/keys/a/encrypt", b"["), ("/mac/generate", b"1")]
)
def test_what_cannot_be_read_is_a_serialization_error(path: str, body: bytes) -> None:
    received = request(path, body)
    name = PROTOCOL.operation(received)
    assert name is not None
    with pytest.raises(ApiError) as refusal:
        PROTOCOL.read(name, received)
    assert refusal.value.code == "SerializationException"


@pytest.mark.parametrize(
    ("error", "status", "members"),
    [
        (validation("wrong"), 400, {"message": "wrong"}),
        (not_found("alias/a"), 404, {"ResourceId": "alias/a"}),
        (throttled(), 429, {"Message": "Rate exceeded"}),
        (ApiError("AccessDeniedException", "no"), 403, {"Message": "no"}),
        (ApiError("InternalServerException", "oh"), 500, {"Message": "oh"}),
        (ApiError("SerializationException", "bad"), 400, {"message": "bad"}),
        (
            WRONG_MAC,
            400,
            {"Reason": "INVALID_MAC", "Message": WRONG_MAC.message},
        ),
    ],
)
def test_errors_have_their_name_in_the_header_and_their_shape_in_the_body(
    error: ApiError, status: int, members: dict[str, str]
) -> None:
    response = PROTOCOL.write_error(error, "id")
    assert response.status == status
    assert ("x-amzn-errortype", error.code) in response.headers
    assert ("x-amzn-requestid", "id") in response.headers
    assert json.loads(response.body) == members
