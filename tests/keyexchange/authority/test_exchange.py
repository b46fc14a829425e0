from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from keyexchange import pki
from keyexchange.authority import ExchangeAuthority, ExchangeSettings
from keyexchange.errors import ConfigError, RunPausedError, TrustError, UnsupportedError
from keyexchange.protocols.messages import CertificationRequest

from .conftest import NOW, House, clock, make_csr, pem


@pytest.fixture
def authority() -> ExchangeAuthority:
    return ExchangeAuthority(ExchangeSettings(), now=clock)


def test_the_run_pauses_with_the_request_in_a_file(
    authority: ExchangeAuthority, request_with_csr: CertificationRequest
) -> None:
    with pytest.raises(RunPausedError) as caught:
        authority.certify(request_with_csr)
    file = request_with_csr.exchange_dir / "kdh.csr"
    assert request_with_csr.csr is not None
    assert pki.load_csr(file.read_bytes()) == pki.load_csr(request_with_csr.csr.der)
    assert str(file) in caught.value.message
    assert str(request_with_csr.exchange_dir / "kdh.pem") in caught.value.message
    assert "--resume run-1" in caught.value.hint


def test_resuming_too_early_pauses_again_and_leaves_the_request_alone(
    authority: ExchangeAuthority, request_with_csr: CertificationRequest
) -> None:
    for _ in range(2):
        with pytest.raises(RunPausedError):
            authority.certify(request_with_csr)
    assert [path.name for path in request_with_csr.exchange_dir.iterdir()] == ["kdh.csr"]


def test_another_request_in_its_place_is_not_overwritten(
    authority: ExchangeAuthority, request_with_csr: CertificationRequest
) -> None:
    file = request_with_csr.exchange_dir / "kdh.csr"
    file.parent.mkdir()
    file.write_bytes(b"somebody else's")
    with pytest.raises(ConfigError, match="not overwritten"):
        authority.certify(request_with_csr)
    assert file.read_bytes() == b"somebody else's"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_bundle_in_any_order_becomes_the_chain(
    authority: ExchangeAuthority,
    request_with_csr: CertificationRequest,
    house: House,
    kdh_key: RSAPrivateKey,
    order: tuple[int, ...],
) -> None:
    bundle = (house.certify(kdh_key), house.middle, house.root)
    request_with_csr.exchange_dir.mkdir()
    (request_with_csr.exchange_dir / "kdh.pem").write_bytes(pem(*(bundle[i] for i in order)))
    chain = authority.certify(request_with_csr)
    assert (chain.certificate, *chain.issuers) == tuple(pki.to_der(certificate) for certificate in bundle)


def test_certificate_and_issuers_may_lie_in_two_named_files(
    request_with_csr: CertificationRequest, house: House, kdh_key: RSAPrivateKey, tmp_path: Path
) -> None:
    settings = ExchangeSettings(certificate=str(tmp_path / "leaf.der"), issuers=str(tmp_path / "above.pem"))
    authority = ExchangeAuthority(settings, now=clock)
    (tmp_path / "leaf.der").write_bytes(pki.to_der(house.certify(kdh_key)))
    with pytest.raises(RunPausedError, match=r"above\.pem"):
        authority.certify(request_with_csr)
    (tmp_path / "above.pem").write_bytes(pem(house.root, house.middle))
    assert len(authority.certify(request_with_csr).issuers) == 2


def test_a_certificate_for_another_key_is_refused(
    authority: ExchangeAuthority, request_with_csr: CertificationRequest, house: House
) -> None:
    request_with_csr.exchange_dir.mkdir()
    (request_with_csr.exchange_dir / "kdh.pem").write_bytes(pem(house.middle, house.root))
    with pytest.raises(TrustError) as caught:
        authority.certify(request_with_csr)
    assert caught.value.category == "key_mismatch"


def test_an_expired_certificate_is_refused(
    authority: ExchangeAuthority, request_with_csr: CertificationRequest, house: House, kdh_key: RSAPrivateKey
) -> None:
    leaf = house.certify(kdh_key, days=5, now=NOW - timedelta(days=10))
    request_with_csr.exchange_dir.mkdir()
    (request_with_csr.exchange_dir / "kdh.pem").write_bytes(pem(leaf, house.middle, house.root))
    with pytest.raises(TrustError) as caught:
        authority.certify(request_with_csr)
    assert caught.value.category == "expired"


def test_a_certificate_that_is_its_own_issuer_is_refused(
    authority: ExchangeAuthority, request_with_csr: CertificationRequest, kdh_key: RSAPrivateKey
) -> None:
    request_with_csr.exchange_dir.mkdir()
    own = pki.issue_root("KDH", kdh_key, days=10, now=NOW)
    (request_with_csr.exchange_dir / "kdh.pem").write_bytes(pem(own))
    with pytest.raises(TrustError, match="its own issuer"):
        authority.certify(request_with_csr)


def test_a_request_for_another_key_never_reaches_a_file(
    authority: ExchangeAuthority, request_with_csr: CertificationRequest, other_key: RSAPrivateKey
) -> None:
    with pytest.raises(TrustError) as caught:
        authority.certify(replace(request_with_csr, csr=make_csr(other_key)))
    assert caught.value.category == "key_mismatch"
    assert not request_with_csr.exchange_dir.exists()


def test_without_a_request_this_authority_cannot_be_used(
    authority: ExchangeAuthority, request_for_kdh: CertificationRequest
) -> None:
    with pytest.raises(UnsupportedError, match="certification request"):
        authority.certify(request_for_kdh)


def test_a_folder_that_cannot_be_written_is_a_configuration_error(
    authority: ExchangeAuthority, request_with_csr: CertificationRequest, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError, match="cannot write"):
        authority.certify(replace(request_with_csr, exchange_dir=tmp_path / "file" / "exchange"))
