"""ImportKey of roots and trusted certificates, through boto3."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keyexchange import pki
from keyexchange.crypto import ec as ec_keys
from keyexchange.keys import KeyAlgorithm
from tests.keyexchange.hsm.kdh import Established, Party, as_apc, now, root_material

S0 = {
    "KeyAlgorithm": "RSA_2048",
    "KeyClass": "PUBLIC_KEY",
    "KeyModesOfUse": {"Verify": True},
    "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
}


def trusted(certificate: x509.Certificate, authority: str, **changes: Any) -> dict[str, Any]:
    return {
        "TrustedCertificatePublicKey": {
            "KeyAttributes": S0 | changes,
            "PublicKeyCertificate": as_apc(certificate),
            "CertificateAuthorityPublicKeyIdentifier": authority,
        }
    }


def test_a_root_becomes_a_public_key(client: Any, party: Party) -> None:
    # AWS's own samples ask for a TDES check value here
    answer = client.import_key(KeyMaterial=root_material(party.root), KeyCheckValueAlgorithm="ANSI_X9_24", Tags=[])
    key = answer["Key"]
    assert key["KeyAttributes"]["KeyClass"] == "PUBLIC_KEY"
    assert key["KeyCheckValueAlgorithm"] == "SHA_1"
    assert key["KeyOrigin"] == "EXTERNAL"


@pytest.mark.parametrize("algorithm", list(ec_keys.CURVES))
def test_roots_on_elliptic_curves_are_taken(client: Any, algorithm: KeyAlgorithm) -> None:
    root = pki.issue_root("EC root", ec_keys.generate(algorithm), days=10, now=now())
    answer = client.import_key(KeyMaterial=root_material(root, algorithm.value))
    assert answer["Key"]["KeyAttributes"]["KeyAlgorithm"] == algorithm.value


def test_an_intermediate_is_trusted_under_its_root_and_vouches_for_leaves(
    client: Any, party: Party, established: Established
) -> None:
    below = pki.issue_intermediate("Issuing CA", party.key.public_key(), party.root, party.root_key, days=9, now=now())
    arn = client.import_key(KeyMaterial=trusted(below, established.root_arn))["Key"]["KeyArn"]
    leaf = pki.issue_leaf("Wrapping", party.root_key.public_key(), below, party.key, purpose="wrap", days=9, now=now())
    wraps = {"KeyUsage": "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION", "KeyModesOfUse": {"Encrypt": True, "Wrap": True}}
    key = client.import_key(KeyMaterial=trusted(leaf, arn, **wraps))["Key"]
    assert key["KeyAttributes"]["KeyUsage"] == "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION"
    with pytest.raises(client.exceptions.ValidationException, match="nobody trusted here"):
        client.import_key(KeyMaterial=trusted(leaf, established.root_arn, **wraps))


@pytest.mark.parametrize(
    "extensions", [(), (x509.BasicConstraints(ca=False, path_length=None),)], ids=["none", "no CA"]
)
def test_an_end_entity_vouches_for_nobody(
    client: Any, party: Party, established: Established, extensions: tuple[x509.BasicConstraints, ...]
) -> None:
    end = _certificate("End", party.key, party.root.subject, party.root_key, *extensions)
    arn = client.import_key(KeyMaterial=trusted(end, established.root_arn))["Key"]["KeyArn"]
    forged = _certificate("Forged", party.root_key, end.subject, party.key)
    with pytest.raises(client.exceptions.ValidationException, match="certificate authority"):
        client.import_key(KeyMaterial=trusted(forged, arn))


def test_a_root_bounds_the_path_below_it(client: Any, party: Party) -> None:
    anything = x509.BasicConstraints(ca=True, path_length=None)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root")])
    root = _certificate("Root", party.root_key, name, party.root_key, x509.BasicConstraints(ca=True, path_length=0))
    below = _certificate("Below", party.key, name, party.root_key, anything)
    root_arn = client.import_key(KeyMaterial=root_material(root))["Key"]["KeyArn"]
    below_arn = client.import_key(KeyMaterial=trusted(below, root_arn))["Key"]["KeyArn"]
    leaf = _certificate("Leaf", party.root_key, below.subject, party.key)
    with pytest.raises(client.exceptions.ValidationException, match="fewer authorities below it"):
        client.import_key(KeyMaterial=trusted(leaf, below_arn))


def test_an_authority_that_is_not_the_issuer_does_not_vouch_for_its_roots_leaves(
    client: Any, party: Party, established: Established
) -> None:
    below = pki.issue_intermediate("Issuing CA", party.key.public_key(), party.root, party.root_key, days=9, now=now())
    arn = client.import_key(KeyMaterial=trusted(below, established.root_arn))["Key"]["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="nobody trusted here"):
        client.import_key(KeyMaterial=trusted(party.certificate, arn))


def _certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: x509.Name, issuer_key: rsa.RSAPrivateKey, *extensions: x509.ExtensionType
) -> x509.Certificate:
    """With these extensions and no others."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now() - timedelta(hours=1)).not_valid_after(now() + timedelta(days=9))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def test_a_disabled_root_vouches_for_nobody(client: Any, party: Party) -> None:
    root = client.import_key(KeyMaterial=root_material(party.root))["Key"]["KeyArn"]
    below = pki.issue_intermediate("Issuing CA", party.key.public_key(), party.root, party.root_key, days=9, now=now())
    arn = client.import_key(KeyMaterial=trusted(below, root))["Key"]["KeyArn"]
    leaf = pki.issue_leaf("Leaf", party.root_key.public_key(), below, party.key, purpose="sign", days=9, now=now())
    client.stop_key_usage(KeyIdentifier=root)
    with pytest.raises(client.exceptions.ConflictException, match="not enabled"):
        client.import_key(KeyMaterial=trusted(below, root))
    with pytest.raises(client.exceptions.ValidationException, match=r"authority above .* is not enabled"):
        client.import_key(KeyMaterial=trusted(leaf, arn))


def _issued(party: Party, **changes: Any) -> x509.Certificate:
    values = {"days": 30, "now": now()} | changes
    return pki.issue_root("Some root", party.root_key, **values)


@pytest.mark.parametrize(
    ("ago", "text"), [(timedelta(days=60), "expired on"), (timedelta(days=-2), "is not valid before")]
)
def test_a_root_out_of_its_dates_is_refused(client: Any, party: Party, ago: timedelta, text: str) -> None:
    with pytest.raises(client.exceptions.ValidationException, match=text):
        client.import_key(KeyMaterial=root_material(_issued(party, now=now() - ago)))


def test_a_leaf_is_no_root(client: Any, party: Party) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="not self-signed"):
        client.import_key(KeyMaterial=root_material(party.certificate))


def test_a_root_that_another_key_signed_is_refused(client: Any, party: Party) -> None:
    impostor = pki.issue_leaf(
        "Test KDH root", party.key.public_key(), party.root, party.root_key, purpose="sign", days=9, now=now()
    )
    assert impostor.issuer == impostor.subject
    with pytest.raises(client.exceptions.ValidationException, match="did not sign itself"):
        client.import_key(KeyMaterial=root_material(impostor))


ATTRIBUTES = [
    ({"KeyAlgorithm": "RSA_4096"}, "RSA_4096 is not the algorithm of PublicKeyCertificate"),
    ({"KeyAlgorithm": "ECC_NIST_P256"}, "ECC_NIST_P256 is not the algorithm"),
    ({"KeyAlgorithm": "AES_128"}, "KeyAlgorithm AES_128 is not valid"),
    ({"KeyClass": "SYMMETRIC_KEY"}, "KeyClass SYMMETRIC_KEY is not valid"),
    ({"KeyModesOfUse": {"Sign": True}}, "KeyModesOfUse is not valid"),
    (
        {
            "KeyUsage": "TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION",
            "KeyModesOfUse": {"Encrypt": True, "Wrap": True},
        },
        "A root certificate has KeyUsage",
    ),
    ({"KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY"}, "not valid for KeyClass PUBLIC_KEY"),
]


@pytest.mark.parametrize(("changes", "text"), ATTRIBUTES)
def test_attributes_must_fit_the_certificate(client: Any, party: Party, changes: dict[str, Any], text: str) -> None:
    material = root_material(party.root, **changes)
    with pytest.raises(client.exceptions.ValidationException, match=text):
        client.import_key(KeyMaterial=material)


def test_a_key_of_a_size_the_service_does_not_know_is_refused(client: Any) -> None:
    root = pki.issue_root("Small", rsa.generate_private_key(65537, 1024), days=10, now=now())
    with pytest.raises(client.exceptions.ValidationException, match="algorithm that is not supported"):
        client.import_key(KeyMaterial=root_material(root))


@pytest.mark.parametrize(
    "encode",
    [
        lambda certificate: base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
        lambda certificate: certificate.public_bytes(Encoding.PEM).decode(),
        lambda _: base64.b64encode(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").decode(),
        lambda _: "nothing of the kind",
    ],
    ids=["base64 of DER", "PEM", "damaged", "no certificate"],
)
def test_a_certificate_is_base64_of_pem(client: Any, party: Party, encode: Any) -> None:
    material = root_material(party.root)
    material["RootCertificatePublicKey"]["PublicKeyCertificate"] = encode(party.root)
    with pytest.raises(client.exceptions.ValidationException, match="PublicKeyCertificate"):
        client.import_key(KeyMaterial=material)


def test_only_an_authority_vouches(client: Any, party: Party, established: Established) -> None:
    symmetric = established.send(bytes(range(16)), "D9999K1TB00E0000")["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="not a public key for digital signatures"):
        client.import_key(KeyMaterial=trusted(party.certificate, symmetric))
