from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from keyexchange import pki
from keyexchange.authority import FilesAuthority, FilesSettings
from keyexchange.errors import ConfigError, FormatError, KeyExchangeError, TrustError
from keyexchange.protocols.messages import CertificationRequest

from .conftest import NOW, House, clock, pem

PASSPHRASE = b"a passphrase nobody may see"


def private_pem(key: RSAPrivateKey, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.fixture
def settings(tmp_path: Path, house: House) -> Callable[..., FilesSettings]:
    """Settings that work, with the authority's files; fields can be changed."""
    (tmp_path / "ca.pem").write_bytes(pem(house.middle))
    (tmp_path / "issuers.pem").write_bytes(pem(house.root))
    (tmp_path / "ca.key").write_bytes(private_pem(house.middle_key))
    (tmp_path / "locked.key").write_bytes(private_pem(house.middle_key, BestAvailableEncryption(PASSPHRASE)))
    (tmp_path / "passphrase").write_bytes(PASSPHRASE + b"\n")

    def make(**changes: str | None) -> FilesSettings:
        fields = {
            "ca_certificate": str(tmp_path / "ca.pem"),
            "ca_private_key": f"file:{tmp_path}/ca.key",
            "issuers": str(tmp_path / "issuers.pem"),
        }
        return FilesSettings.model_validate(fields | changes)

    return make


def test_the_chain_goes_through_the_intermediate_up_to_the_root(
    settings: Callable[..., FilesSettings], request_for_kdh: CertificationRequest, house: House
) -> None:
    chain = FilesAuthority(settings(), now=clock).certify(request_for_kdh)
    assert chain.issuers == (pki.to_der(house.middle), pki.to_der(house.root))
    pki.verify_chain(chain.certificate, chain.issuers, [pki.to_der(house.root)], at=NOW)
    assert request_for_kdh.key_pair.public_key in chain.certificate


def test_an_encrypted_key_opens_with_its_passphrase(
    settings: Callable[..., FilesSettings], request_for_kdh: CertificationRequest, tmp_path: Path
) -> None:
    locked = settings(
        ca_private_key=f"file:{tmp_path}/locked.key", ca_private_key_passphrase=f"file:{tmp_path}/passphrase"
    )
    assert FilesAuthority(locked, now=clock).certify(request_for_kdh).certificate


@pytest.mark.parametrize("passphrase", [None, "env:WRONG_PASSPHRASE"])
def test_an_encrypted_key_stays_closed_without_it_and_nothing_is_shown(
    settings: Callable[..., FilesSettings],
    request_for_kdh: CertificationRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    passphrase: str | None,
) -> None:
    monkeypatch.setenv("WRONG_PASSPHRASE", "this-is-the-wrong-one")
    locked = settings(ca_private_key=f"file:{tmp_path}/locked.key", ca_private_key_passphrase=passphrase)
    with pytest.raises(ConfigError, match="passphrase") as caught:
        FilesAuthority(locked, now=clock).certify(request_for_kdh)
    assert "this-is-the-wrong-one" not in "".join(traceback.format_exception(caught.value))


def test_a_key_of_another_authority_is_refused(
    settings: Callable[..., FilesSettings],
    request_for_kdh: CertificationRequest,
    tmp_path: Path,
    kdh_key: RSAPrivateKey,
) -> None:
    (tmp_path / "ca.key").write_bytes(private_pem(kdh_key))
    with pytest.raises(ConfigError, match="not the key of ca_certificate"):
        FilesAuthority(settings(), now=clock).certify(request_for_kdh)


def test_a_certificate_that_is_no_authoritys_is_refused(
    settings: Callable[..., FilesSettings],
    request_for_kdh: CertificationRequest,
    tmp_path: Path,
    house: House,
    kdh_key: RSAPrivateKey,
) -> None:
    (tmp_path / "ca.pem").write_bytes(pem(house.certify(kdh_key)))
    (tmp_path / "ca.key").write_bytes(private_pem(kdh_key))
    with pytest.raises(TrustError, match="not a certificate authority") as caught:
        FilesAuthority(settings(), now=clock).certify(request_for_kdh)
    assert caught.value.category == "chain_untrusted"


@pytest.mark.parametrize("days", [-200, 500])
def test_an_authority_out_of_date_is_refused(
    settings: Callable[..., FilesSettings], request_for_kdh: CertificationRequest, days: int
) -> None:
    with pytest.raises(TrustError) as caught:
        FilesAuthority(settings(), now=lambda: NOW + timedelta(days=days)).certify(request_for_kdh)
    assert caught.value.category == "expired"


def test_a_chain_without_its_root_is_refused(
    settings: Callable[..., FilesSettings], request_for_kdh: CertificationRequest
) -> None:
    with pytest.raises(TrustError, match="issuer of CN=Middle is missing"):
        FilesAuthority(settings(issuers=None), now=clock).certify(request_for_kdh)


@pytest.mark.parametrize(
    ("file", "content", "error"),
    [
        ("ca.pem", b"nothing", FormatError),
        ("issuers.pem", b"", FormatError),
        ("ca.key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ConfigError),
        ("ca.key", b"\x30\x00", ConfigError),
        ("ca.pem", None, ConfigError),
        ("ca.key", None, ConfigError),
    ],
)
def test_broken_and_missing_files_are_errors_of_ours(
    settings: Callable[..., FilesSettings],
    request_for_kdh: CertificationRequest,
    tmp_path: Path,
    file: str,
    content: bytes | None,
    error: type[KeyExchangeError],
) -> None:
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(error):
        FilesAuthority(settings(), now=clock).certify(request_for_kdh)
