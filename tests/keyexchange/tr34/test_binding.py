"""Unbind and rebind tokens: known by their content, believed only from the right side."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from asn1crypto import cms, core
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.errors import FormatError, KeyExchangeError, TrustError
from keyexchange.pki import issuer_and_serial
from keyexchange.pki.der import encode
from keyexchange.tr34 import (
    BindingForm,
    Signer,
    Tolerance,
    build_ca_rebind,
    build_ca_unbind,
    build_kdh_rebind,
    build_kdh_unbind,
    read_binding,
    verify_binding,
)
from keyexchange.tr34.algorithms import DATA, SIGNED_DATA
from keyexchange.tr34.attributes import attribute_set, encode_attributes
from keyexchange.tr34.binding_writer import _body, _sign
from tests.keyexchange.tr34.lab import certificate, crl, private_key, token_of
from tests.vectors import vectors

NOW = datetime(2030, 5, 17, tzinfo=UTC)
NONCE = bytes(range(8))
KRD_ID, KDH_ID = issuer_and_serial(certificate("krd_2048")), issuer_and_serial(certificate("kdh_2048"))
OTHER_ID = issuer_and_serial(certificate("kdh_3072"))
NEW = certificate("kdh_3072")


def signer(name: str) -> Signer:
    return Signer(issuer_and_serial(certificate(name)), lambda octets: sign_pkcs1_sha256(private_key(name), octets))


KDH, AUTHORITY = signer("kdh_2048"), signer("ca_krd")
TOKENS = {
    BindingForm.CA_UNBIND: build_ca_unbind(krd_id=KRD_ID, kdh_id=KDH_ID, authority=AUTHORITY),
    BindingForm.KDH_UNBIND: build_kdh_unbind(krd_id=KRD_ID, nonce=NONCE, kdh=KDH),
    BindingForm.CA_REBIND: build_ca_rebind(
        krd_id=KRD_ID, kdh_id=KDH_ID, new_kdh=NEW, crls=(crl(),), signing_time=NOW, authority=AUTHORITY
    ),
    BindingForm.KDH_REBIND: build_kdh_rebind(krd_id=KRD_ID, new_kdh=NEW, crls=(crl(),), nonce=NONCE, kdh=KDH),
}
SIGNERS = {form: "ca_krd" if form.startswith("ca") else "kdh_2048" for form in BindingForm}


def receive(octets: bytes, form: BindingForm, **other: Any) -> None:
    known: dict[str, Any] = {
        "signer_certificate": certificate(SIGNERS[form]),
        "krd_id": KRD_ID,
        "kdh_id": KDH_ID,
        "nonce": NONCE,
    }
    verify_binding(read_binding(octets), **{**known, **other})


def refused(octets: bytes, form: BindingForm, **other: Any) -> str:
    with pytest.raises(TrustError) as caught:
        receive(octets, form, **other)
    return caught.value.category


@pytest.mark.parametrize("form", BindingForm)
def test_what_was_built_is_read_and_believed(form: BindingForm) -> None:
    token = read_binding(TOKENS[form])
    receive(TOKENS[form], form)
    by_authority, rebind = form.startswith("ca"), form.endswith("rebind")
    assert (token.form, token.krd_id, token.signer_id) == (form, KRD_ID, issuer_and_serial(certificate(SIGNERS[form])))
    assert token.kdh_id == (KDH_ID if by_authority else None)
    assert token.nonce == (None if by_authority else NONCE)
    assert token.signing_time == (NOW if form is BindingForm.CA_REBIND else None)
    assert (token.new_kdh.certificate if token.new_kdh else None) == (NEW if rebind else None)
    assert token.crls == ((crl(),) if rebind else ())
    assert token.tolerances == ()


def test_an_unbind_token_holds_the_identifiers_and_nothing_else() -> None:
    ca, kdh = (read_binding(TOKENS[form]) for form in (BindingForm.CA_UNBIND, BindingForm.KDH_UNBIND))
    assert (ca.signed.content, ca.attributes) == (KRD_ID + KDH_ID, None)
    assert kdh.signed.content == KRD_ID


def test_a_rebind_token_holds_the_body_of_a_signed_data() -> None:
    content = read_binding(TOKENS[BindingForm.KDH_REBIND]).signed.content
    inner = cms.SignedData.load(encode(core.Sequence, content), strict=True)
    assert content[:3] == b"\x02\x01\x01"
    assert [choice.chosen.dump() for choice in inner["certificates"]] == [NEW]
    assert inner["encap_content_info"]["content"].native == KRD_ID


@pytest.mark.parametrize("form", BindingForm)
def test_a_token_for_another_pair_is_refused(form: BindingForm) -> None:
    assert refused(TOKENS[form], form, krd_id=OTHER_ID) == "recipient_mismatch"
    assert refused(TOKENS[form], form, kdh_id=OTHER_ID) == "signer_mismatch"


@pytest.mark.parametrize("form", BindingForm)
def test_a_token_by_another_signer_is_refused(form: BindingForm) -> None:
    assert refused(TOKENS[form], form, signer_certificate=certificate("kdh_3072")) == "signer_mismatch"


@pytest.mark.parametrize("form", [BindingForm.KDH_UNBIND, BindingForm.KDH_REBIND])
@pytest.mark.parametrize("nonce", [None, b"", bytes(8), NONCE + b"\x00"])
def test_a_kdh_must_answer_the_random_number(form: BindingForm, nonce: bytes | None) -> None:
    assert refused(TOKENS[form], form, nonce=nonce) == "nonce_mismatch"


@pytest.mark.parametrize("form", BindingForm)
def test_one_flipped_bit_is_noticed(form: BindingForm) -> None:
    octets = TOKENS[form]
    for position in range(0, len(octets) * 8, 13):
        flipped = bytearray(octets)
        flipped[position // 8] ^= 1 << position % 8
        try:
            receive(bytes(flipped), form)
        except KeyExchangeError:
            continue
        pytest.fail(f"bit {position} of the token may change")


def test_an_inner_signed_data_with_its_sequence_is_read_and_reported() -> None:
    whole = encode(core.Sequence, _body(KRD_ID, NEW, ()))
    token = read_binding(_sign(SIGNED_DATA, whole, NONCE, KDH))
    assert (token.form, token.tolerances) == (BindingForm.KDH_REBIND, (Tolerance.INNER_SEQUENCE,))
    verify_binding(token, signer_certificate=certificate("kdh_2048"), krd_id=KRD_ID, kdh_id=KDH_ID, nonce=NONCE)


@pytest.mark.parametrize(
    ("content_type", "content", "fresh"),
    [
        (DATA, KRD_ID, None),
        (DATA, KRD_ID, NOW),
        (DATA, KRD_ID + KDH_ID, NONCE),
        (DATA, b"", NONCE),
        (DATA, KRD_ID * 3, None),
        (DATA, KRD_ID + b"\x05\x00", None),
        (SIGNED_DATA, _body(KRD_ID, NEW, ()), NOW),
        (SIGNED_DATA, _body(KRD_ID + KDH_ID, NEW, ()), NONCE),
        (SIGNED_DATA, _body(b"", NEW, ()), NONCE),
        (SIGNED_DATA, KRD_ID, NONCE),
        (SIGNED_DATA, b"\x02\x01\x01", NONCE),
    ],
)
def test_forms_that_are_none_are_refused(content_type: str, content: bytes, fresh: bytes | datetime | None) -> None:
    with pytest.raises(FormatError) as caught:
        read_binding(_sign(content_type, content, fresh, KDH))
    assert caught.value.category in ("structure", "der_malformed")


def test_a_key_token_binds_nobody() -> None:
    with pytest.raises(FormatError):
        read_binding(token_of(vectors("tr34_computed", "key_token")[0].values[0]))


def test_the_signature_binds_attributes_to_content_and_type() -> None:
    token = read_binding(TOKENS[BindingForm.KDH_UNBIND])
    assert token.attributes is not None
    for faulty, category in (
        ({"message_digest": bytes(32)}, "digest_mismatch"),
        ({"content_type": "1.2.3"}, "structure"),
    ):
        other = replace(token, attributes=replace(token.attributes, **faulty))
        with pytest.raises((TrustError, FormatError)) as caught:
            verify_binding(other, signer_certificate=certificate("kdh_2048"), krd_id=KRD_ID, kdh_id=KDH_ID, nonce=NONCE)
        assert isinstance(caught.value, TrustError | FormatError)
        assert caught.value.category == category


def test_the_attributes_are_sorted_even_for_long_random_numbers() -> None:
    token = read_binding(build_kdh_unbind(krd_id=KRD_ID, nonce=bytes(40), kdh=KDH))
    ordered = encode_attributes(fresh=bytes(40), header=None, message_digest=bytes(32))
    assert attribute_set(ordered, der_order=True) != attribute_set(ordered, der_order=False)
    assert token.tolerances == ()


def test_only_a_certificate_that_may_sign_is_bound() -> None:
    with pytest.raises(TrustError) as caught:
        build_kdh_rebind(krd_id=KRD_ID, new_kdh=certificate("root"), nonce=NONCE, kdh=KDH)
    assert caught.value.category == "purpose_mismatch"


def test_identifiers_that_are_none_are_refused() -> None:
    with pytest.raises(FormatError):
        build_ca_unbind(krd_id=b"\x30\x00", kdh_id=KDH_ID, authority=AUTHORITY)
    with pytest.raises(FormatError):
        build_kdh_unbind(krd_id=KRD_ID, nonce=NONCE, kdh=replace(KDH, identifier=b""))


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # damage may make such
@given(st.sampled_from(BindingForm), st.binary(max_size=16), st.integers(0, 1800))
@settings(max_examples=100, deadline=None)
def test_damaged_tokens_are_read_or_refused(form: BindingForm, noise: bytes, at: int) -> None:
    octets, category = TOKENS[form], "structure"
    try:
        read_binding(octets[:at] + noise + octets[at + len(noise) :])
    except FormatError as error:
        category = error.category
    assert category in ("der_malformed", "structure")
