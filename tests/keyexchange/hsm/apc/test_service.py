"""The edge: signatures, unknown operations, bad bodies, failures; and that boto3 sees modelled errors."""

from __future__ import annotations

import http.client
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY
from keyexchange.hsm.apc.context import CONTROL, Declared, operation
from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.server.connection import LARGEST_BODY
from tests.apc_server import apc_client, running_apc
from tests.keyexchange.hsm.kdh import create_kek
from tests.postgres import Server

TARGET = "PaymentCryptographyControlPlane.ListKeys"


def post(url: str, body: bytes, *, target: str = TARGET, path: str = "/", method: str = "POST") -> Any:
    """A signed request that boto3 would not send: status, headers, body."""
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0", "Host": urlsplit(url).netloc}
    request = AWSRequest(method, url + path, headers=headers, data=body)
    SigV4Auth(Credentials(REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY), CONTROL_PLANE, "us-east-1").add_auth(request)
    return send(url, method, path, body, dict(request.headers.items()))


def send(url: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, response.headers, json.loads(text) if text else None


def test_an_answer_has_the_form_of_aws_json(apc_url: str) -> None:
    status, headers, body = post(apc_url, b'{"MaxResults": 1}')
    assert status == 200
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert len(headers["x-amzn-requestid"]) == 36
    assert "server" not in headers
    assert set(body) <= {"Keys", "NextToken"}


def test_an_empty_body_is_an_empty_input(apc_url: str) -> None:
    assert post(apc_url, b"")[0] == 200


@pytest.mark.parametrize(
    ("target", "path", "method"),
    [
        ("PaymentCryptographyControlPlane.MakeCoffee", "/", "POST"),
        ("PaymentCryptographyControlPlane.", "/", "POST"),
        ("TrentService.ListKeys", "/", "POST"),
        (TARGET, "/keys", "POST"),
        (TARGET, "/", "PUT"),
    ],
)
def test_an_unknown_operation_is_refused(apc_url: str, target: str, path: str, method: str) -> None:
    status, _, body = post(apc_url, b"{}", target=target, path=path, method=method)
    assert (status, body["__type"]) == (400, "UnknownOperationException")


def test_an_operation_that_is_not_served_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CONTROL._declared, "PutResourcePolicy")  # type: ignore[arg-type]
    with running_apc(tmp_path) as url:
        _, _, body = post(url, b"{}", target="PaymentCryptographyControlPlane.PutResourcePolicy")
    assert body["__type"] == "UnknownOperationException"
    assert "PutResourcePolicy is not served" in body["Message"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"a"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"MaxResults": "1"}',
        b'{"MaxResults": NaN}',
        b'{"MaxResults": 1' + b"0" * 400 + b"}",
        pytest.param(b'{"a":' * 1010 + b"1" + b"}" * 1010, id="nested 1010 times"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_serialization_error(apc_url: str, body: bytes) -> None:
    status, _, answer = post(apc_url, body)
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_a_null_member_is_an_absent_one(apc_url: str, client: Any) -> None:
    arn = create_kek(client)
    block = {"WrappingKeyIdentifier": arn, "KeyBlockHeaders": None}
    body = {"ExportKeyIdentifier": arn, "KeyMaterial": {"Tr31KeyBlock": block, "Tr34KeyBlock": None}}
    body["ExportAttributes"] = None
    assert post(apc_url, json.dumps(body).encode(), target="PaymentCryptographyControlPlane.ExportKey")[0] == 200


def test_half_a_surrogate_pair_is_a_serialization_error(apc_url: str, client: Any) -> None:
    body = {"ResourceArn": create_kek(client), "Tags": [{"Key": "\ud800", "Value": "x"}]}
    answer = post(apc_url, json.dumps(body).encode(), target="PaymentCryptographyControlPlane.TagResource")
    assert answer[2]["__type"] == "SerializationException"


def test_a_modelled_error_has_its_namespace_and_members(apc_url: str) -> None:
    target = "PaymentCryptographyControlPlane.GetKey"
    status, _, body = post(apc_url, b'{"KeyIdentifier": "alias/nobody"}', target=target)
    assert (status, body) == (
        400,
        {"__type": "com.amazonaws.paymentcryptography#ResourceNotFoundException", "ResourceId": "alias/nobody"},
    )


def test_a_body_that_is_too_large_is_refused_before_it_is_read(apc_url: str) -> None:
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    assert send(apc_url, "POST", "/", b" " * (LARGEST_BODY + 1), headers)[0] == 413


def test_a_request_without_a_signature_is_refused(apc_url: str) -> None:
    status, _, body = send(apc_url, "POST", "/", b"{}", {"X-Amz-Target": TARGET})
    assert (status, body["__type"]) == (400, "MissingAuthenticationTokenException")


def test_a_presigned_request_is_answered(apc_url: str) -> None:
    headers = {"X-Amz-Target": TARGET, "Host": urlsplit(apc_url).netloc}
    request = AWSRequest("POST", f"{apc_url}/", headers=headers)
    pair = Credentials(REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY)
    SigV4QueryAuth(pair, CONTROL_PLANE, "us-east-1", expires=60).add_auth(request)
    path = request.url.removeprefix(apc_url)
    assert send(apc_url, "POST", path, b"", dict(request.headers.items()))[0] == 200
    status, _, body = send(apc_url, "POST", path.replace("=60", "=61"), b"", dict(request.headers.items()))
    assert (status, body["__type"]) == (400, "InvalidSignatureException")


def test_what_was_refused_keeps_no_other_process_waiting(postgres: Server, tmp_path: Path) -> None:
    """The refused one was to write, so its process had become the one writer."""
    url = postgres.new_database()
    with running_apc(tmp_path, database_url=url) as one, running_apc(tmp_path, database_url=url) as other:
        client = apc_client(one)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.delete_key(KeyIdentifier="alias/nobody")
        assert create_kek(apc_client(other, read_timeout=10)).startswith("arn:")


@pytest.mark.parametrize(
    ("access_key", "secret_key", "code"),
    [
        ("AKIDSOMEBODYELSE", REHEARSAL_SECRET_KEY, "UnrecognizedClientException"),
        (REHEARSAL_ACCESS_KEY, "a wrong secret", "InvalidSignatureException"),
    ],
)
def test_wrong_credentials_are_refused(apc_url: str, access_key: str, secret_key: str, code: str) -> None:
    session = boto3.Session(access_key, secret_key, region_name="us-east-1")
    client = session.client(CONTROL_PLANE, endpoint_url=apc_url)
    with pytest.raises(ClientError) as caught:
        client.list_keys()
    assert caught.value.response["Error"]["Code"] == code


def test_a_failure_inside_is_an_answer_and_a_log_line_without_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_hsm: object, _context: object, request: dict[str, str]) -> None:
        raise RuntimeError(request["AliasName"])

    monkeypatch.setitem(CONTROL._declared, "GetAlias", Declared(fail, writes=False))  # type: ignore[arg-type]
    with running_apc(tmp_path) as url:
        client = apc_client(url)
        with pytest.raises(client.exceptions.InternalServerException) as caught:
            client.get_alias(AliasName="alias/received")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "RuntimeError" in caplog.text
    assert "alias/received" not in caplog.text


def test_the_log_shows_no_key_material(apc_url: str, client: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="keyexchange.hsm")
    kek = create_kek(client)
    block = client.export_key(
        ExportKeyIdentifier=create_kek(client), KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
    )["WrappedKey"]["KeyMaterial"]
    client.import_key(KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": block}})
    assert f"<{len(block)} characters>" in caplog.text
    assert block not in caplog.text
    assert block[16:40] not in caplog.text


def test_only_operations_of_the_model_are_declared() -> None:
    assert set(CONTROL.declared) <= set(load(CONTROL_PLANE).operations)
    for name in ("MakeCoffee", "GetKey"):
        with pytest.raises(ValueError, match=name):
            operation(name, writes=False)
