"""AWS's own examples of its CLI, and the commands that have none yet, against the APC face."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_types

from keyexchange import pki, tr34
from keyexchange.crypto import rsa
from keyexchange.secret import Secret
from tests.keyexchange.hsm.kdh import Party, as_apc, now, root_material
from tests.main_job.cli_examples import EXCHANGE, LIFE, CliError, example, names, run
from tests.main_job.site import Site

CONTROL = "payment-cryptography"
REGION = "us-west-2"
"""Of the examples."""
HEADER = "D0112C0TC00E0000"
NOT_SHOWN = {
    "delete-key": {"Key.UsageStartTimestamp"},  # the user guide: a key that waits for its deletion is not in use
    "stop-key-usage": {"Key.UsageStartTimestamp"},  # the example shows the answer of start-key-usage
    "get-key": {"Key.DeletePendingTimestamp"},  # the example's key waits for its deletion
    "list-keys": {  # older than the model, whose KeySummary has none of them
        "Keys.CreateTimestamp",
        "Keys.KeyCheckValueAlgorithm",
        "Keys.KeyOrigin",
        "Keys.UsageStopTimestamp",
        "Keys.UsageStartTimestamp",
    },
}
"""Members in an example's output that are rightly not in ours."""


@pytest.fixture(autouse=True)
def environment(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", site.apc_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def aws(*words: str) -> Any:
    return run(CONTROL, *words)


def refusal(*words: str) -> str:
    with pytest.raises(CliError) as caught:
        aws(*words)
    return str(caught.value)


def run_example(name: str, known: Mapping[str, str]) -> Any:
    """Run it; every member that AWS shows is in our answer."""
    shown = example(CONTROL, name)
    answer = run(*shown.words(known))
    if shown.answer is not None:
        assert members(shown.answer) - members(answer) <= NOT_SHOWN.get(name, set())
    return answer


def members(value: Any, path: str = "") -> set[str]:
    """Paths of all members."""
    if isinstance(value, list):
        return set().union(*(members(each, path) for each in value))
    if not isinstance(value, dict):
        return {path}
    return set().union(*(members(each, f"{path}.{name}".lstrip(".")) for name, each in value.items()))


def test_every_example_is_run_here() -> None:
    assert set(LIFE) | set(EXCHANGE) == names(CONTROL)


def test_the_examples_about_a_key() -> None:
    made = run_example("create-key", {})["Key"]
    assert made["KeyAttributes"]["KeyUsage"] == "TR31_C0_CARD_VERIFICATION_KEY"
    other = run_example("create-key", {})["Key"]["KeyArn"]
    known = {"kwapwa6qaifllw2h": made["KeyArn"], "tqv5yij6wtxx64pi": other}
    answers = {"create-key": made}
    for name in LIFE[1:]:
        if name == "list-tags-for-resource":  # the output of this example has tags that others made
            assert aws("tag-resource", "--resource-arn", made["KeyArn"], "--tags", "Key=BIN,Value=20151120") == {}
        answers[name] = run_example(name, known)
    assert answers["get-alias"]["Alias"] == {"AliasName": "alias/sampleAlias1", "KeyArn": made["KeyArn"]}
    assert answers["get-key"]["Key"] == made
    assert {"Key": "sampleTag", "Value": "sampleValue"} in answers["list-tags-for-resource"]["Tags"]
    assert [answers[name]["Key"]["Enabled"] for name in ("stop-key-usage", "start-key-usage")] == [False, True]
    assert answers["update-alias"]["Alias"]["KeyArn"] == other
    assert answers["delete-key"]["Key"]["KeyState"] == "DELETE_PENDING"
    assert answers["restore-key"]["Key"]["KeyState"] == "CREATE_COMPLETE"
    assert "ResourceNotFoundException" in refusal("get-alias", "--alias-name", "alias/sampleAlias1")


def test_the_examples_of_import_and_export() -> None:
    party, root = _party()
    importing = run_example("get-parameters-for-import", {})
    krd = pki.load(base64.b64decode(importing["WrappingKeyCertificate"]))
    known = {
        "rmm5wn2q564njnjm": root,
        "import-token-5ott6ho5nts7bbcg": importing["ImportToken"],
        "signing-key-certificate.pem": as_apc(party.certificate),
        "wrapped-key-block.pem": one_pass_token(party, krd),
    }
    imported = run_example("import-key", known)["Key"]
    assert imported["KeyOrigin"] == "EXTERNAL"
    exporting = run_example("get-parameters-for-export", {})
    known = {
        "lco3w6agsk7zgu2l": imported["KeyArn"],
        "ftobshq7pvioc5fx": root,
        "export-token-cu4lg26ofcziixny": exporting["ExportToken"],
        "wrapping-key-certificate.pem": as_apc(party.certificate),
    }
    wrapped = run_example("export-key", known)["WrappedKey"]
    assert wrapped["KeyCheckValue"] == imported["KeyCheckValue"]
    pair = _agreement_pair()
    shown = run_example("get-public-key-certificate", {"kwapwa6qaifllw2h": pair})
    assert x509.load_pem_x509_certificate(base64.b64decode(shown["KeyCertificate"]))


def test_regions_of_a_key_and_of_the_account() -> None:
    regions = ("--replication-regions", "us-east-1", "us-east-2")
    try:
        enabled = aws("enable-default-key-replication-regions", *regions)["EnabledReplicationRegions"]
        assert enabled == aws("get-default-key-replication-regions")["EnabledReplicationRegions"]
        key = run_example("create-key", {})["Key"]
        assert set(key["ReplicationStatus"]) == {"us-east-1", "us-east-2"}
    finally:
        assert aws("disable-default-key-replication-regions", *regions)["EnabledReplicationRegions"] == []
    words = ("--key-identifier", key["KeyArn"], "--replication-regions", "eu-west-1")
    assert "eu-west-1" in aws("add-key-replication-regions", *words)["Key"]["ReplicationStatus"]
    replica = key["KeyArn"].replace(REGION, "eu-west-1")
    assert (
        aws("get-key", "--key-identifier", replica, "--region", "eu-west-1")["Key"]["MultiRegionKeyType"] == "REPLICA"
    )
    aws("remove-key-replication-regions", *words)
    assert "ResourceNotFoundException" in refusal("get-key", "--key-identifier", replica, "--region", "eu-west-1")


def test_the_policy_of_a_key() -> None:
    arn = run_example("create-key", {})["Key"]["KeyArn"]
    resource = ("--resource-arn", arn)
    put = aws("put-resource-policy", *resource, "--policy", policy("arn:aws:iam::444455556666:root"))
    assert put == aws("get-resource-policy", *resource)
    assert "PublicPolicyException" in refusal("put-resource-policy", *resource, "--policy", policy("*"))
    aws("delete-resource-policy", *resource)
    assert "ResourceNotFoundException" in refusal("get-resource-policy", *resource)


def test_a_signing_request_by_the_guides_command() -> None:
    subject = "CommonName=MyCertificate,Organization=Example,City=Seattle,StateOrProvince=Washington,Country=US"
    words = ("--signing-algorithm", "SHA512", "--certificate-subject", subject)
    answer = aws("get-certificate-signing-request", "--key-identifier", _agreement_pair(), *words)
    request = x509.load_pem_x509_csr(base64.b64decode(answer["CertificateSigningRequest"]))
    assert request.is_signature_valid
    assert "CN=MyCertificate" in request.subject.rfc4514_string()


def test_the_team_that_protects_root_certificates() -> None:
    action = ("--action", "IMPORT_ROOT_PUBLIC_KEY_CERTIFICATE", "--region", "ap-south-2")
    team = "arn:aws:mpa:ap-south-2:111122223333:approval-team/cli"
    made = aws("associate-mpa-team", *action, "--mpa-team-arn", team)["MpaTeamAssociation"]
    assert made == aws("get-mpa-team-association", *action)["MpaTeamAssociation"]
    ended = aws("disassociate-mpa-team", *action, "--requester-comment", "rehearsal")["MpaTeamAssociation"]
    assert ended["AssociationState"] == "DELETE_PENDING"


def policy(principal: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": ["payment-cryptography:EncryptData", "payment-cryptography:DecryptData"],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _agreement_pair() -> str:
    attributes = (
        "KeyAlgorithm=ECC_NIST_P256,KeyUsage=TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT,"
        "KeyClass=ASYMMETRIC_KEY_PAIR,KeyModesOfUse={DeriveKey=true}"
    )
    derive = ("--derive-key-usage", "TR31_K1_KEY_BLOCK_PROTECTION_KEY")
    return str(aws("create-key", "--exportable", "--key-attributes", attributes, *derive)["Key"]["KeyArn"])


def _party() -> tuple[Party, str]:
    """Somebody to exchange keys with, and the ARN of his root."""
    root_key, key = rsa.generate(2048), rsa.generate(2048)
    assert isinstance(key, rsa_types.RSAPrivateKey)
    root = pki.issue_root("CLI root", root_key, days=10, now=now())
    leaf = pki.issue_leaf("CLI party", key.public_key(), root, root_key, purpose="sign", days=10, now=now())
    arn = aws("import-key", "--key-material", json.dumps(root_material(root)))["Key"]["KeyArn"]
    return Party(root_key, root, key, leaf), str(arn)


def one_pass_token(party: Party, krd: x509.Certificate) -> str:
    """The example names no nonce, so the token is one that says when it was signed."""
    parts = tr34.build_parts(
        Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")),
        HEADER,
        kdh_id=party.certificate_id,
        krd_id=pki.issuer_and_serial(pki.to_der(krd)),
        krd_public_key=pki.rsa_public_key(krd),
        nonce=None,
        signing_time=now(),
        sign=lambda octets: rsa.sign_pkcs1_sha256(party.key, octets),
    )
    return tr34.assemble(parts, party.certificate_id).hex().upper()
