from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from keyexchange import pki
from keyexchange.authority import LocalAuthority, LocalSettings
from keyexchange.authority.local import AUTHORITY
from keyexchange.errors import FormatError
from keyexchange.protocols.messages import CertificationRequest, SigningKey

from .conftest import NOW, clock

QUICK = LocalSettings(key_algorithm="RSA_2048", organisation="Acme", validity_days=10)


def test_the_chain_holds_and_is_for_the_kdhs_key(request_for_kdh: CertificationRequest) -> None:
    chain = LocalAuthority(QUICK, now=clock).certify(request_for_kdh)
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=NOW)
    leaf = pki.load(chain.certificate)
    assert leaf.subject.rfc4514_string() == "O=Acme,CN=KDH"
    assert leaf.not_valid_after_utc == NOW + timedelta(days=10)
    assert request_for_kdh.key_pair.public_key in chain.certificate


def test_the_root_names_the_run_and_outlives_the_leaf(request_for_kdh: CertificationRequest) -> None:
    root = pki.load(LocalAuthority(QUICK, now=clock).certify(replace(request_for_kdh, run="r" * 200)).issuers[0])
    assert "CN=keyexchange root of run rrr" in root.subject.rfc4514_string()
    assert root.not_valid_after_utc == NOW + timedelta(days=90)


def test_each_run_has_a_root_of_its_own(request_for_kdh: CertificationRequest) -> None:
    authority = LocalAuthority(QUICK, now=clock)
    assert authority.certify(request_for_kdh).issuers != authority.certify(request_for_kdh).issuers


@pytest.mark.parametrize("public_key", [b"", b"\x30\x00", b"not a key at all"])
def test_a_key_that_is_none_is_refused(request_for_kdh: CertificationRequest, public_key: bytes) -> None:
    with pytest.raises(FormatError):
        LocalAuthority(QUICK, now=clock).certify(replace(request_for_kdh, key_pair=SigningKey(public_key, b"")))


def test_settings_refuse_what_they_do_not_know() -> None:
    assert AUTHORITY.Settings.model_validate({"kind": "local"}).key_algorithm == "RSA_3072"
    for wrong in ({"kind": "files"}, {"key_algorithm": "RSA_1024"}, {"validity_days": 0}, {"surprise": 1}):
        with pytest.raises(ValidationError):
            AUTHORITY.Settings.model_validate(wrong)
