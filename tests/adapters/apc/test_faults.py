"""Faults between the adapter and the service: each a clear error, and the next operation is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore import model as botocore_model
from botocore.session import Session

from adapters.apc.client import AwsClient
from adapters.apc.errors import THROTTLING
from adapters.payshield.face import FACE
from keyexchange.errors import DeviceRefusedError, KeyExchangeError, ProtocolError, UnreachableError
from keyexchange.wire import TlsSettings, server_context
from tests.faces import running_face
from tests.tls_files import make_tls_files

from .conftest import make_client
from .stub import HANG_UP, KEEP, RESET, SILENCE, Octets, Stub, fault

MODEL = Session().get_service_model("payment-cryptography")
OPERATIONS = (
    "CreateAlias",
    "CreateKey",
    "ExportKey",
    "GetAlias",
    "GetKey",
    "GetParametersForExport",
    "GetParametersForImport",
    "GetPublicKeyCertificate",
    "ImportKey",
    "ListAliases",
    "ListKeys",
    "ListTagsForResource",
)
"""Those that the adapter uses."""


def http(body: bytes, connection: bytes = b"close") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nConnection: %s\r\nContent-Type: application/x-amz-json-1.0\r\n" % connection
    return head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def created(alias: str, connection: bytes = b"close") -> bytes:
    return http(b'{"Alias": {"AliasName": "alias/%s"}}' % alias.encode(), connection)


class Fault(NamedTuple):
    """What the service does instead of answering.

    Args:
        answer: for the stub.
        error: that the operator gets.
        said: in its message.
    """

    answer: Any
    error: type[KeyExchangeError]
    said: str


CREATED = created("a")
FAULTS = {
    "nothing comes": Fault(SILENCE, UnreachableError, "in time"),
    "cut in the middle, then silence": Fault(Octets(CREATED[:-1], SILENCE), UnreachableError, "in time"),
    "cut in the middle, then closed": Fault(Octets(CREATED[:-1]), ProtocolError, "cut short"),
    "cut in the headers, then closed": Fault(Octets(CREATED[:40]), ProtocolError, "cut short"),
    "cut in the middle, then reset": Fault(Octets(CREATED[:-1], RESET), UnreachableError, "cannot be reached"),
    "hung up without a word": Fault(HANG_UP, UnreachableError, "cannot be reached"),
    "the answer to another operation": Fault(Octets(http(b'{"Keys": []}')), ProtocolError, "unreadable"),
    "no HTTP": Fault(Octets(b"\x00\x0e0001ND0012345"), UnreachableError, "cannot be reached"),
}


def create(client: AwsClient) -> str:
    name: str = client.call("CreateAlias", AliasName="alias/a")["Alias"]["AliasName"]
    return name


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_clear_error_and_the_next_operation_is_answered(
    client: AwsClient, stub: Stub, name: str
) -> None:
    fault = FAULTS[name]
    stub.answers = [fault.answer, Octets(CREATED)]
    with pytest.raises(fault.error, match=fault.said) as caught:
        create(client)
    assert stub.operations() == ["CreateAlias"], "it was sent once"
    assert create(client) == "alias/a"
    assert "apc" in caught.value.message
    assert "CreateAlias" in caught.value.message
    assert caught.value.hint


def test_a_second_answer_in_one_segment_never_answers_the_next_operation(client: AwsClient, stub: Stub) -> None:
    both = created("a", b"keep-alive") + created("b", b"keep-alive")
    stub.answers = [Octets(both, KEEP), Octets(created("c"))]
    assert [create(client), create(client)] == ["alias/a", "alias/c"]


def test_an_answer_octet_by_octet_is_an_answer(client: AwsClient, stub: Stub) -> None:
    stub.answers = [Octets(CREATED, drips=True)]
    assert create(client) == "alias/a"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_error_of_every_operation_keeps_its_code_and_meaning(
    client: AwsClient, stub: Stub, operation: str
) -> None:
    described = MODEL.operation_model(operation)
    assert described.error_shapes
    for shape in described.error_shapes:
        stub.answers = [fault(shape.name, "It says why.", status=400)]
        with pytest.raises(DeviceRefusedError, match=f"apc refused {operation}: {shape.name}") as caught:
            client.call(operation, **smallest(described.input_shape))
        assert (caught.value.side, caught.value.code, caught.value.meaning) == ("apc", shape.name, "It says why.")
        assert caught.value.hint != DeviceRefusedError.general_hint
        if shape.name in THROTTLING:
            assert "quota" in caught.value.hint


def smallest(shape: Any) -> Any:
    """The least that the library sends as a value of this shape."""
    if isinstance(shape, botocore_model.StructureShape):
        union = [next(iter(shape.members))] if shape.is_tagged_union else []
        return {name: smallest(shape.members[name]) for name in (*shape.required_members, *union)}
    if isinstance(shape, botocore_model.StringShape):
        return shape.enum[0] if shape.enum else "a" * max(shape.metadata.get("min", 1), 1)
    return {"list": [], "boolean": True, "integer": 1}[shape.type_name]


@pytest.mark.parametrize(("certificate", "authority"), [("expired", "ca"), ("server", "other_ca")])
def test_a_tls_peer_that_is_not_to_be_trusted_gets_no_operation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate: str, authority: str
) -> None:
    files = make_tls_files(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(getattr(files, authority)))
    context = server_context(TlsSettings(None, getattr(files, certificate), getattr(files, f"{certificate}_key")))
    with running_face(FACE, tls=context) as port:
        client = make_client(f"https://localhost:{port}", sleep=lambda _: None)
        with pytest.raises(UnreachableError, match="no TLS connection for CreateAlias") as caught:
            create(client)
        client.close()
    assert "AWS_CA_BUNDLE" in caught.value.hint
