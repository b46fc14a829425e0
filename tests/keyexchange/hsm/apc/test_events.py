"""The audit trail's events: CloudTrail's shape, for every outcome, with nothing secret, before the answer."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.hsm.apc import REHEARSAL, one_pair
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.entry import Admission
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.events import Call, Recorder
from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.apc.protocol import Origin, Request
from keyexchange.hsm.audit import read
from keyexchange.hsm.clock import utc_now
from keyexchange.hsm.iam import ACTIONS
from keyexchange.hsm.records import Home
from tests.keyexchange.hsm.apc.access.conftest import OWNER, User, allow, only, serve
from tests.keyexchange.hsm.apc.access.conftest import SECRET as SECRET_OF
from tests.keyexchange.hsm.apc.access.conftest import Site as Face
from tests.keyexchange.hsm.apc.marked import CERTIFICATE, SECRET, values_of
from tests.tls_files import make_tls_files

USERS = {
    "admin": User("user/ops/Admin"),
    "root": User("root"),
    "night": User("role/ops/Operator", (allow(only("ListKeys", "CreateKey")),), token="a session token"),
}
OPERATIONS = load(CONTROL_PLANE).operations
ALWAYS = {
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
    "userAgent", "requestParameters", "responseElements", "requestID", "eventID", "readOnly", "eventType",
    "managementEvent", "recipientAccountId", "eventCategory",
}  # fmt: skip
KEK = {
    "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyAlgorithm": "AES_128",
    "KeyModesOfUse": {"Encrypt": True, "Decrypt": True, "Wrap": True, "Unwrap": True},
}


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    state_dir = tmp_path_factory.mktemp("audited")
    with serve(state_dir, USERS) as addresses:
        yield Face(addresses.apc_url, USERS, state_dir)


def last(face: Face) -> dict[str, Any]:
    """The event of the last answer."""
    return dict(list(read(face.state_dir))[-1])


def failed(call: Any, **members: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        call(**members)
    return dict(caught.value.response)


def test_a_key_that_is_made_leaves_the_event_of_the_guides_example(face: Face) -> None:
    answer = face.client("admin").create_key(KeyAttributes=KEK, Exportable=True, Tags=[{"Key": "a", "Value": "b"}])
    event = last(face)
    assert set(event) == ALWAYS | {"resources"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["eventTime"])
    assert event["eventSource"] == "payment-cryptography.amazonaws.com"
    assert (event["eventName"], event["awsRegion"], event["readOnly"]) == ("CreateKey", "us-east-1", False)
    assert event["sourceIPAddress"] == "127.0.0.1"
    assert event["userAgent"].startswith("Boto3/")
    assert event["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert event["requestParameters"]["keyAttributes"]["keyModesOfUse"]["wrap"] is True
    assert event["requestParameters"]["tags"] == [{"key": "a", "value": "b"}]
    key = event["responseElements"]["key"]
    assert key["keyArn"] == answer["Key"]["KeyArn"]
    assert key["keyCheckValue"] == answer["Key"]["KeyCheckValue"]
    assert re.fullmatch(r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M", key["createTimestamp"])
    assert event["resources"] == [
        {"accountId": OWNER, "type": "AWS::PaymentCryptography::Key", "ARN": answer["Key"]["KeyArn"]}
    ]


def test_an_answer_that_only_reads_is_not_in_its_event(face: Face) -> None:
    face.client("admin").list_keys(MaxResults=7)
    event = last(face)
    assert (event["readOnly"], event["responseElements"]) == (True, None)
    assert event["requestParameters"] == {"maxResults": 7}


def test_who_reads_the_same_again_leaves_another_event_of_what_he_is_shown_now(face: Face) -> None:
    client = face.client("admin")
    arns = [client.create_key(KeyAttributes=KEK, Exportable=True)["Key"]["KeyArn"] for _ in range(2)]
    client.create_alias(AliasName="alias/read-again", KeyArn=arns[0])
    events = []
    for arn in (arns[0], arns[0], arns[1]):
        client.update_alias(AliasName="alias/read-again", KeyArn=arn)
        answer = client.get_key(KeyIdentifier="alias/read-again")
        events.append(last(face))
        assert events[-1]["requestID"] == answer["ResponseMetadata"]["RequestId"]
        assert events[-1]["requestParameters"] == {"keyIdentifier": "alias/read-again"}
        assert arn in [each["ARN"] for each in events[-1]["resources"]]
    assert len({event["eventID"] for event in events}) == 3
    assert events[0]["resources"] == events[1]["resources"] != events[2]["resources"]


def test_nobody_chooses_the_address_he_comes_from(face: Face) -> None:
    client = Face(face.url, USERS, face.state_dir).client("admin")

    def forward(request: Any, **_: Any) -> None:
        request.headers["X-Forwarded-For"] = "192.0.2.9"

    client.meta.events.register("before-sign", forward)
    client.list_keys()
    assert last(face)["sourceIPAddress"] == "127.0.0.1"


def test_who_it_was(face: Face) -> None:
    identities = {}
    for name in USERS:
        face.client(name).list_keys()
        identities[name] = last(face)["userIdentity"]
    common = {"accountId": OWNER}
    assert identities["admin"] == common | {
        "type": "IAMUser",
        "principalId": identities["admin"]["principalId"],
        "arn": f"arn:aws:iam::{OWNER}:user/ops/Admin",
        "accessKeyId": "AKIDADMIN",
        "userName": "Admin",
    }
    assert identities["root"] == common | {
        "type": "Root",
        "principalId": OWNER,
        "arn": f"arn:aws:iam::{OWNER}:root",
        "accessKeyId": "AKIDROOT",
    }
    role_id, _, session = identities["night"].pop("principalId").partition(":")
    assert session == "night"
    assert identities["night"] == common | {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{OWNER}:assumed-role/Operator/night",
        "accessKeyId": "AKIDNIGHT",
        "sessionContext": {
            "sessionIssuer": common
            | {
                "type": "Role",
                "principalId": role_id,
                "arn": f"arn:aws:iam::{OWNER}:role/ops/Operator",
                "userName": "Operator",
            },
            "attributes": {"mfaAuthenticated": "false"},
        },
    }


def test_what_was_refused_is_there_with_its_reason(face: Face) -> None:
    response = failed(face.client("night").get_key, KeyIdentifier="alias/a")
    event = last(face)
    assert event["errorCode"] == "AccessDenied"
    assert event["errorMessage"] == response["Error"]["Message"]
    assert event["requestParameters"] == {"keyIdentifier": "alias/a"}
    assert event["resources"][0] == {
        "accountId": OWNER,
        "type": "AWS::PaymentCryptography::Alias",
        "ARN": f"arn:aws:payment-cryptography:us-east-1:{OWNER}:alias/a",
    }
    failed(face.client("admin").get_key, KeyIdentifier="alias/nobody")
    assert last(face)["errorCode"] == "ResourceNotFoundException"


def test_what_is_not_valid_is_not_quoted(face: Face) -> None:
    failed(face.client("admin").create_alias, AliasName="alias/1F2E3D4C5B6A79880F1E2D3C4B5A6978!")
    event = last(face)
    assert event["errorCode"] == "ValidationException"
    assert event["requestParameters"] is None
    assert "1F2E" not in json.dumps(event)


def test_key_blocks_are_in_no_event(face: Face) -> None:
    admin = face.client("admin")
    kek, key = (admin.create_key(KeyAttributes=KEK, Exportable=True)["Key"]["KeyArn"] for _ in range(2))
    material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
    block = admin.export_key(ExportKeyIdentifier=key, KeyMaterial=material)["WrappedKey"]["KeyMaterial"]
    exported = last(face)
    admin.import_key(KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": block}})
    imported = last(face)
    assert exported["responseElements"]["wrappedKey"]["keyMaterial"] == "*** Sensitive Data Redacted ***"
    assert imported["requestParameters"]["keyMaterial"]["tr31KeyBlock"]["wrappedKeyBlock"].startswith("***")
    assert block[16:] not in json.dumps([exported, imported])
    assert [each["ARN"] for each in exported["resources"]] == [key, kek]
    assert imported["resources"][0]["ARN"] == kek


def test_who_cannot_show_who_he_is_leaves_no_event(face: Face) -> None:
    before = len(list(read(face.state_dir)))
    stranger = Face(face.url, {"stranger": User("user/S")}, face.state_dir)
    assert failed(stranger.client("stranger").list_keys)["Error"]["Code"] == "UnrecognizedClientException"
    assert len(list(read(face.state_dir))) == before


def test_the_trail_is_its_owners_alone(face: Face) -> None:
    face.client("admin").list_keys()
    folder = face.state_dir / "audit"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert (stat.S_IMODE(folder.stat().st_mode), modes) == (0o700, {0o600})


def test_what_cannot_be_recorded_is_not_answered_as_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(tmp_path, {"admin": USERS["admin"]}) as addresses:
        client = Face(addresses.apc_url, USERS, tmp_path).client("admin")
        client.list_keys()
        monkeypatch.setattr("os.write", full_disk)
        assert failed(client.list_keys)["Error"]["Code"] == "InternalServerException"
        monkeypatch.undo()
        client.list_keys()
    assert "no event in the audit trail: No space left on device" in caplog.text


def full_disk(*_: object) -> int:
    raise OSError(28, "No space left on device")


def recorded(operation: str, **outcome: Any) -> dict[str, Any]:
    """The event of a call that no server has seen."""
    events: list[Any] = []
    log: Any = SimpleNamespace(write=lambda text: events.append(json.loads(text)))
    identity = next(iter(one_pair(REHEARSAL, OWNER)().values()))
    admission = Admission(Context(Home(OWNER, "us-east-1"), identity.principal), identity)
    headers = (("host", "controlplane.example"), ("user-agent", "x" * 5000))
    origin = Origin("192.0.2.1", True, "TLSv1.3", "TLS_AES_128_GCM_SHA256")
    values = outcome.pop("values", None)
    call = Call(Request("POST", "/", "", headers, b"", origin), "an id", admission, operation, values)
    Recorder(log, utc_now, OPERATIONS).record(call, **outcome)
    return dict(events[0])


def test_a_connection_over_tls_is_described() -> None:
    event = recorded("ListKeys", values={}, result={"Keys": []})
    assert event["tlsDetails"] == {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": "controlplane.example",
    }
    assert event["sourceIPAddress"] == "192.0.2.1"
    assert len(event["userAgent"]) == 1024


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_reads_only_is_what_the_reference_calls_read_or_list(operation: str) -> None:
    levels = {level.value for level in ACTIONS[operation].levels}
    assert recorded(operation, values={}, result={})["readOnly"] is (levels <= {"Read", "List"})


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_no_event_of_any_operation_holds_a_sensitive_value(operation: str, data: st.DataObject) -> None:
    shapes = OPERATIONS[operation]
    values = data.draw(values_of(shapes.input))
    result = data.draw(values_of(shapes.output)) if shapes.output else {}
    for outcome in ({"result": result}, {"error": validation("wrong")}):
        text = json.dumps(recorded(operation, values=values, **outcome))
        assert SECRET not in text
        assert CERTIFICATE not in text


def test_a_connection_over_tls_shows_in_policies_and_events(tmp_path: Path) -> None:
    files = make_tls_files(tmp_path)
    state_dir = tmp_path / "state"
    state_dir.mkdir()
    only_tls = allow("*", Bool={"aws:SecureTransport": "true"})
    users = {"careful": User("user/Careful", (only_tls,))}
    with serve(state_dir, users, tls_certificate=files.server, tls_key=files.server_key) as addresses:
        session = boto3.Session("AKIDCAREFUL", f"{SECRET_OF}careful", region_name="us-east-1")
        client = session.client(CONTROL_PLANE, endpoint_url=addresses.apc_url, verify=str(files.ca))
        assert client.list_keys()["Keys"] == []
    (event,) = read(state_dir)
    assert event["tlsDetails"]["tlsVersion"] == "TLSv1.3"
    assert event["tlsDetails"]["cipherSuite"].startswith("TLS_")
    assert event["tlsDetails"]["clientProvidedHostHeader"].startswith("127.0.0.1:")
