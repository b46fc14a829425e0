"""Whom the service trusts and what it offers, against the software HSM over a real socket."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.apc.adapter import ADAPTER
from keyexchange import pki
from keyexchange.errors import TrustError, UnsupportedError
from keyexchange.protocols.messages import CertificateChain, ImportMark, TrustAnchor

from .house import (
    Established,
    House,
    Kdh,
    make_kdh,
    settings,
)


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


def certified_by(curve: ec.EllipticCurve, kdh: Kdh) -> CertificateChain:
    """The KDH's key, certified by an authority on a curve."""
    now, key = datetime.now(UTC), ec.generate_private_key(curve)
    root = pki.issue_root("EC root", key, days=90, now=now)
    leaf = pki.issue_leaf("KDH", kdh.key.public_key(), root, key, purpose="sign", days=30, now=now)
    return CertificateChain(pki.to_der(leaf), (pki.to_der(root),))


def test_an_authority_on_a_curve_is_trusted_under_its_name(house: House, kdh: Kdh) -> None:
    (arn,) = house.side.trust(certified_by(ec.SECP384R1(), kdh), ImportMark("run-1", "kek")).imported
    attributes = house.plain.get_key(KeyIdentifier=arn)["Key"]["KeyAttributes"]
    assert attributes["KeyAlgorithm"] == "ECC_NIST_P384"


def test_an_authority_that_the_service_cannot_hold_is_refused_before_anything_is_sent(house: House, kdh: Kdh) -> None:
    with pytest.raises(UnsupportedError, match="CN=EC root"):
        house.side.trust(certified_by(ec.SECP256K1(), kdh), ImportMark("run-1", "kek"))
    assert house.sent() == []
