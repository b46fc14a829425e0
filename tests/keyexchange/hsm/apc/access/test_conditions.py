"""The condition keys of a request: those that the reference lists for the action, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.hsm.apc.access.conditions import request_conditions
from keyexchange.hsm.iam import ACTIONS

PREFIX = "payment-cryptography:"
TR34 = {
    "CertificateAuthorityPublicKeyIdentifier": "alias/ca",
    "SigningKeyIdentifier": "alias/signer",
    "WrappingKeyIdentifier": "alias/k2",
}
ECDH = {"PrivateKeyIdentifier": "alias/k3", "CertificateAuthorityPublicKeyIdentifier": "alias/ca"}
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "CreateKey",
        {
            "KeyAttributes": {"KeyAlgorithm": "AES_128", "KeyClass": "SYMMETRIC_KEY", "KeyUsage": "TR31_K0"},
            "DeriveKeyUsage": "TR31_D0",
            "Tags": [{"Key": "team", "Value": "cards"}],
        },
        {
            f"{PREFIX}KeyAlgorithm": "AES_128",
            f"{PREFIX}KeyClass": "SYMMETRIC_KEY",
            f"{PREFIX}KeyUsage": "TR31_K0",
            f"{PREFIX}DeriveKeyUsage": "TR31_D0",
            "aws:RequestTag/team": "cards",
            "aws:TagKeys": ("team",),
        },
    ),
    (
        "ExportKey",
        {"KeyMaterial": {"Tr34KeyBlock": TR34}, "ExportAttributes": {"ExportDukptInitialKey": {"x": "y"}}},
        {
            f"{PREFIX}ExportKeyMaterial": "Tr34KeyBlock",
            f"{PREFIX}ExportDukptInitialKey": "true",
            f"{PREFIX}CertificateAuthorityPublicKeyIdentifier": "alias/ca",
            f"{PREFIX}SigningKeyIdentifier": "alias/signer",
            f"{PREFIX}WrappingKeyIdentifier": "alias/k2",
        },
    ),
    (
        "ImportKey",  # the reference lists no SigningKeyIdentifier for it
        {"KeyMaterial": {"Tr34KeyBlock": TR34}},
        {
            f"{PREFIX}ImportKeyMaterial": "Tr34KeyBlock",
            f"{PREFIX}CertificateAuthorityPublicKeyIdentifier": "alias/ca",
            f"{PREFIX}WrappingKeyIdentifier": "alias/k2",
        },
    ),
    (
        "ImportKey",
        {"KeyMaterial": {"DiffieHellmanTr31KeyBlock": ECDH}},
        {
            f"{PREFIX}ImportKeyMaterial": "DiffieHellmanTr31KeyBlock",
            f"{PREFIX}CertificateAuthorityPublicKeyIdentifier": "alias/ca",
            f"{PREFIX}PrivateKeyIdentifier": "alias/k3",
        },
    ),
    ("UntagResource", {"ResourceArn": "arn", "TagKeys": ["a", "b"]}, {"aws:TagKeys": ("a", "b")}),
    ("GetKey", {"KeyIdentifier": "alias/a"}, {}),
]


@pytest.mark.parametrize(("operation", "values", "expected"), CASES)
def test_what_a_request_says_of_itself(operation: str, values: dict[str, Any], expected: dict[str, Any]) -> None:
    assert request_conditions(ACTIONS[operation], values) == expected


def test_an_export_without_an_initial_key_says_so() -> None:
    found = request_conditions(ACTIONS["ExportKey"], {"KeyMaterial": {"Tr31KeyBlock": {}}})
    assert found[f"{PREFIX}ExportDukptInitialKey"] == "false"
