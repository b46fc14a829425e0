"""Key tokens against known answers, and what no token may do."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange import pki
from keyexchange.crypto.rsa import sign_pkcs1_sha256
from keyexchange.errors import FormatError, KeyExchangeError, RuleError, TrustError
from keyexchange.pki import issuer_and_serial, load, to_der, verify_chain
from keyexchange.secret import Secret
from keyexchange.tr34 import (
    AES128_CBC,
    AES256_CBC,
    DES_EDE3_CBC,
    ContentCipher,
    Layout,
    Oaep,
    OneTime,
    TokenParts,
    assemble,
    build_parts,
    describe,
    open_token,
    read,
    require_two_certificates,
    verify,
)
from tests.keyexchange.tr34.lab import (
    SeededKey,
    certificate,
    crl,
    expected_nonce,
    private_key,
    receive,
    token_of,
)
from tests.vectors import vectors

KEY_TOKENS = vectors("tr34_computed", "key_token")
REFUSED = vectors("tr34_computed", "refuse_token")
CIPHERS = {cipher.name: cipher for cipher in (DES_EDE3_CBC, AES128_CBC, AES256_CBC)}
NOW = datetime(2030, 5, 17, tzinfo=UTC)
SAMPLE = KEY_TOKENS[0].values[0]
SAMPLE_TOKEN = token_of(SAMPLE)


def is_buildable(vector: Any) -> bool:
    """With nothing that only readers put up with."""
    return not ("content_padding" in vector["inputs"] or vector["inputs"]["oaep_params_tagged"])


BUILDABLE = [parameter for parameter in KEY_TOKENS if is_buildable(parameter.values[0])]


def build(vector: Any) -> tuple[TokenParts, bytes]:
    inputs = vector["inputs"]
    kdh_id = issuer_and_serial(certificate(inputs["kdh"]))
    receiver = SeededKey(private_key(inputs["krd"]).public_key(), bytes.fromhex(inputs["oaep_seed"]))
    layout = Layout(inputs["layout"])
    parts = build_parts(
        Secret(bytes.fromhex(inputs["key"])),
        inputs["header"],
        kdh_id=kdh_id,
        krd_id=issuer_and_serial(certificate(inputs["krd"])),
        krd_public_key=cast(RSAPublicKey, receiver),
        nonce=bytes.fromhex(inputs["nonce"]) if "nonce" in inputs else None,
        signing_time=moment(inputs["signing_time"]) if "signing_time" in inputs else None,
        sign=lambda octets: sign_pkcs1_sha256(private_key(inputs["kdh"]), octets),
        cipher=CIPHERS[inputs["cek_cipher"]],
        one_time=OneTime(Secret(bytes.fromhex(inputs["cek"])), bytes.fromhex(inputs["iv"])),
        layout=layout,
        der_order=inputs["attributes_der_sorted"],
        weaker_cipher=True,  # some known tokens have one
        weaker_receiver=True,  # and AES under RSA-2048
    )
    certificates = tuple(certificate(name) for name in inputs.get("certificates", ()))
    crls = (crl(),) if "crl" in inputs else ()
    return parts, assemble(parts, kdh_id, layout=layout, certificates=certificates, crls=crls)


def moment(utc_time: str) -> datetime:
    return datetime.strptime(utc_time, "%y%m%d%H%M%SZ").replace(tzinfo=UTC)


@pytest.mark.parametrize("vector", KEY_TOKENS)
def test_known_tokens_open(vector: Any) -> None:
    token, opened = receive(token_of(vector), vector)
    inputs = vector["inputs"]
    assert opened.key.reveal().hex().upper() == inputs["key"]
    assert opened.header == token.header == inputs["header"]
    assert token.layout == inputs["layout"]
    assert token.nonce == (bytes.fromhex(inputs["nonce"]) if "nonce" in inputs else None)
    assert (token.signing_time is None) is ("signing_time" not in inputs)
    assert len(token.certificates) == len(inputs.get("certificates", ()))
    assert token.crls == ((crl(),) if "crl" in inputs else ())


@pytest.mark.parametrize("vector", KEY_TOKENS)
def test_known_tokens_come_apart_into_their_known_parts(vector: Any) -> None:
    token, expected = read(token_of(vector)), vector["expected"]
    assert token.signed.attributes.octets.hex().upper() == expected["signed_attributes_hex"]
    assert token.signed.attributes.message_digest.hex().upper() == expected["message_digest_hex"]
    assert token.signed.signature.hex().upper() == expected["signature_hex"]
    assert token.envelope.wrapped_cek.hex().upper() == expected["encrypted_cek_hex"]
    assert token.envelope.ciphertext.hex().upper() == expected["content_ciphertext_hex"]
    assert token.envelope.cipher.name == vector["inputs"]["cek_cipher"]
    assert token.signer_id == issuer_and_serial(certificate(vector["inputs"]["kdh"]))
    assert token.recipient_id == issuer_and_serial(certificate(vector["inputs"]["krd"]))


def test_both_layouts_are_among_what_is_built_again() -> None:
    assert {parameter.values[0]["inputs"]["layout"] for parameter in BUILDABLE} == {"x9_tr34_2012", "cms"}
    assert len(BUILDABLE) == len(KEY_TOKENS) - 3  # two with tagged OAEP parameters, one without padding


@pytest.mark.parametrize("vector", BUILDABLE)
def test_known_tokens_are_built_again_octet_for_octet(vector: Any) -> None:
    parts, token = build(vector)
    assert parts.signed_attributes.hex().upper() == vector["expected"]["signed_attributes_hex"]
    assert parts.signature.hex().upper() == vector["expected"]["signature_hex"]
    assert token == token_of(vector)


def receive_with_chain(vector: Any) -> None:
    token, _ = receive(token_of(vector), vector)
    kdh = certificate(vector["inputs"]["kdh"])
    verify_chain(kdh, (certificate("ca_kdh"),), (certificate("root"),), at=NOW, crls=token.crls)


@pytest.mark.parametrize("vector", KEY_TOKENS)
def test_known_tokens_are_signed_under_their_root(vector: Any) -> None:
    receive_with_chain(vector)


@pytest.mark.parametrize("vector", REFUSED)
def test_faulty_tokens_are_refused_for_their_fault(vector: Any) -> None:
    with pytest.raises((TrustError, FormatError)) as caught:
        receive_with_chain(vector)
    assert isinstance(caught.value, TrustError | FormatError)
    category = {"expired": "chain_untrusted"}.get(caught.value.category, caught.value.category)
    assert category in (vector["expected"]["error"], *vector["expected"]["also_acceptable"])


def test_a_token_is_of_one_pass_or_of_two() -> None:
    for fresh in ({}, {"nonce": bytes(8), "signing_time": NOW}):
        with pytest.raises(FormatError) as caught:
            sample_parts(**fresh)
        assert caught.value.category == "structure"


def sample_parts(key: bytes = bytes(range(24)), header: str = "D0000K0TB00E0000", **options: Any) -> TokenParts:
    return build_parts(
        Secret(key),
        header,
        kdh_id=issuer_and_serial(certificate("kdh_2048")),
        krd_id=issuer_and_serial(certificate("krd_2048")),
        sign=lambda octets: sign_pkcs1_sha256(private_key("kdh_2048"), octets),
        **({"krd_public_key": private_key("krd_2048").public_key()} | options),
    )


@pytest.mark.parametrize("layout", Layout)
def test_a_one_pass_token_states_when_it_was_signed(layout: Layout) -> None:
    late = datetime(2051, 3, 4, 5, 6, 7, 999, tzinfo=timezone(timedelta(hours=2)))  # no UTCTime after 2049
    for signing_time in (NOW, late):
        parts = sample_parts(signing_time=signing_time, layout=layout)
        token = read(assemble(parts, issuer_and_serial(certificate("kdh_2048")), layout=layout))
        verify(token, kdh_certificate=certificate("kdh_2048"), nonce=None)
        assert token.signing_time == signing_time.replace(microsecond=0)
        assert token.nonce is None


def test_a_signing_time_that_is_none_is_refused() -> None:
    for signing_time in (datetime(2030, 1, 1), datetime(1949, 12, 31, tzinfo=UTC)):  # what is refused
        with pytest.raises(FormatError):
            sample_parts(signing_time=signing_time)


def test_in_der_order_nothing_is_put_up_with() -> None:
    parts = sample_parts(nonce=bytes(16), layout=Layout.CMS, der_order=True)
    kdh_id = issuer_and_serial(certificate("kdh_2048"))
    assert read(assemble(parts, kdh_id, layout=Layout.CMS)).tolerances == ()


@pytest.mark.parametrize(
    "carried",
    [{"crls": (b"\x30\x00",)}, {"certificates": (b"",)}, {"certificates": (certificate("root") + b"\x00",)}],
    ids=str,
)
def test_only_certificates_and_lists_are_carried_along(carried: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        assemble(sample_parts(nonce=bytes(8)), issuer_and_serial(certificate("kdh_2048")), **carried)


ORDINARY = st.tuples(
    st.sampled_from([("A", 16), ("A", 24), ("A", 32), ("T", 16), ("T", 24)]).flatmap(
        lambda size: st.tuples(st.just(size[0]), st.binary(min_size=size[1], max_size=size[1]))
    ),
    st.binary(min_size=8, max_size=16),
)


@given(ORDINARY, st.sampled_from(Layout))
@settings(max_examples=25, deadline=None)
def test_a_new_token_opens_to_what_went_in(ordinary: tuple[tuple[str, bytes], bytes], layout: Layout) -> None:
    (letter, key), nonce = ordinary
    header = f"D0000K0{letter}B00E0000"
    kdh_id = issuer_and_serial(certificate("kdh_2048"))
    parts = build_parts(
        Secret(key),
        header,
        kdh_id=kdh_id,
        krd_id=issuer_and_serial(certificate("krd_2048")),
        krd_public_key=private_key("krd_2048").public_key(),
        nonce=nonce,
        sign=lambda octets: sign_pkcs1_sha256(private_key("kdh_2048"), octets),
        layout=layout,
        weaker_receiver=True,
    )
    ends = {"inputs": {"kdh": "kdh_2048", "krd": "krd_2048", "nonce": nonce.hex()}}
    token, opened = receive(assemble(parts, kdh_id, layout=layout), ends)
    assert (opened.key, opened.header, token.layout) == (Secret(key), header, layout)
    weakest = {"T": DES_EDE3_CBC, "A": AES128_CBC if len(key) <= 16 else AES256_CBC}[letter]
    assert token.envelope.cipher is opened.cipher is weakest


@pytest.mark.parametrize(
    ("letter", "octets", "weaker"),
    [
        ("A", 16, [DES_EDE3_CBC]),
        ("A", 24, [DES_EDE3_CBC, AES128_CBC]),
        ("A", 32, [DES_EDE3_CBC, AES128_CBC]),
        ("H", 32, [DES_EDE3_CBC]),
        ("H", 64, [DES_EDE3_CBC, AES128_CBC]),
        ("T", 24, []),
    ],
)
def test_a_content_cipher_weaker_than_the_key_is_refused(letter: str, octets: int, weaker: list[ContentCipher]) -> None:
    for cipher in CIPHERS.values():
        with pytest.raises(RuleError, match="kek-strength") if cipher in weaker else contextlib.nullcontext():
            build_parts(
                Secret(bytes(range(octets))),
                f"D0000K0{letter}B00E0000",
                kdh_id=issuer_and_serial(certificate("kdh_2048")),
                krd_id=issuer_and_serial(certificate("krd_2048")),
                krd_public_key=private_key("krd_2048").public_key(),
                nonce=bytes(8),
                sign=lambda octets: sign_pkcs1_sha256(private_key("kdh_2048"), octets),
                cipher=cipher,
                weaker_receiver=True,
            )


@pytest.mark.parametrize(
    ("letter", "octets", "krd"),
    [("A", 16, "krd_2048"), ("A", 24, "krd_4096"), ("A", 32, "krd_3072"), ("H", 32, "krd_2048"), ("H", 64, "krd_4096")],
)
def test_a_receiver_weaker_than_the_key_is_refused(letter: str, octets: int, krd: str) -> None:
    carried = {"key": bytes(range(octets)), "header": f"D0000K0{letter}B00E0000", "nonce": bytes(8)}
    public_key = private_key(krd).public_key()
    with pytest.raises(RuleError, match="kek-strength") as caught:
        sample_parts(**carried, krd_public_key=public_key)
    assert f"RSA_{krd[-4:]}" in caught.value.message
    assert sample_parts(**carried, krd_public_key=public_key, weaker_receiver=True).signature


@pytest.mark.parametrize(("letter", "octets", "krd"), [("T", 24, "krd_2048"), ("A", 16, "krd_3072")])
def test_a_receiver_as_strong_as_the_key_is_taken(letter: str, octets: int, krd: str) -> None:
    carried = {"key": bytes(range(octets)), "header": f"D0000K0{letter}B00E0000", "nonce": bytes(8)}
    assert sample_parts(**carried, krd_public_key=private_key(krd).public_key()).signature


@pytest.mark.parametrize("bits", [1024, 2056])
def test_keys_of_sizes_that_tr34_has_no_use_for_are_refused_on_all_sides(bits: int) -> None:
    odd = generate_private_key(65537, bits)
    with pytest.raises(FormatError, match=f"RSA key of {bits} bits"):
        sample_parts(nonce=bytes(8), krd_public_key=odd.public_key(), weaker_receiver=True)
    with pytest.raises(FormatError, match=f"RSA key of {bits} bits"):
        opened_by(odd, certificate("kdh_2048"))
    kdh = pki.issue_leaf(
        "Odd", odd.public_key(), load(certificate("root")), private_key("root"), purpose="sign", days=9, now=NOW
    )
    token = read(assemble(sample_parts(nonce=bytes(8)), issuer_and_serial(to_der(kdh))))
    with pytest.raises(FormatError, match=f"RSA key of {bits} bits"):
        verify(token, kdh_certificate=to_der(kdh), nonce=bytes(8))


def opened_by(krd: RSAPrivateKey, kdh: bytes) -> None:
    open_token(read(SAMPLE_TOKEN), krd_private_key=krd, krd_certificate=None, kdh_certificate=kdh)


def test_one_key_pair_does_not_serve_both_sides() -> None:
    with pytest.raises(TrustError) as caught:
        opened_by(private_key("kdh_2048"), certificate("kdh_2048"))
    assert caught.value.category == "purpose_mismatch"
    with pytest.raises(TrustError) as caught:
        require_two_certificates(certificate("kdh_2048"), certificate("kdh_2048"))
    assert caught.value.category == "purpose_mismatch"
    require_two_certificates(certificate("kdh_2048"), certificate("krd_2048"))


UNFIT = {
    "no octets": (b"", "D0000K0TB00E0000"),
    "AES-256 as TDES": (bytes(32), "D0000K0TB00E0000"),
    "single DES": (bytes(8), "D0000D0TB00E0000"),
    "15 octets of AES": (bytes(15), "D0000K0AB00E0000"),
    "no octets of HMAC": (b"", "D0000M7HG00E0000"),
    "no private key": (bytes(64), "D0000S0RS00E0000"),
}


@pytest.mark.parametrize(("key", "header"), UNFIT.values(), ids=UNFIT)
def test_a_key_that_does_not_fit_its_header_is_neither_sent_nor_taken(
    key: bytes, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = {"key": key, "header": header, "nonce": bytes(8), "weaker_receiver": True}
    with pytest.raises(FormatError, match="does not fit its header") as caught:
        sample_parts(**carried)
    assert caught.value.category == "structure"
    with monkeypatch.context() as careless:
        careless.setattr("keyexchange.tr34.tokens.require_content", lambda header, _key: header[7])
        parts = sample_parts(**carried)
    ends = {"inputs": {"kdh": "kdh_2048", "krd": "krd_2048", "nonce": "00" * 8}}
    with pytest.raises(FormatError, match="does not fit its header") as caught:
        receive(assemble(parts, issuer_and_serial(certificate("kdh_2048"))), ends)
    assert caught.value.category == "structure"


@pytest.mark.parametrize("header", ["X" * 16, "D0000K0TB00E000000", "D0000K0TB00E0100", "D0000K0TB00E00"])
def test_a_token_has_a_whole_header_and_nothing_behind_it(header: str) -> None:
    with pytest.raises(FormatError, match="not a TR-31 header") as caught:
        sample_parts(header=header, nonce=bytes(8))
    assert caught.value.category == "structure"


def test_two_tokens_of_one_key_share_no_secret() -> None:
    fresh = [OneTime.fresh(DES_EDE3_CBC) for _ in range(2)]
    assert fresh[0].cek != fresh[1].cek
    assert fresh[0].iv != fresh[1].iv


@pytest.mark.parametrize("vector", [SAMPLE, KEY_TOKENS[18].values[0]], ids=lambda vector: str(vector["name"]))
def test_one_flipped_bit_never_opens(vector: Any) -> None:
    octets = token_of(vector)
    for position in range(0, len(octets) * 8, 11):
        flipped = bytearray(octets)
        flipped[position // 8] ^= 1 << position % 8
        try:
            receive(bytes(flipped), vector)
        except KeyExchangeError:
            continue
        pytest.fail(f"bit {position} of the token may change")


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    assert_read_or_refused(octets)


@given(st.sampled_from(KEY_TOKENS), st.binary(max_size=24), st.integers(0, 1200))
@settings(max_examples=150, deadline=None)
def test_damaged_tokens_are_read_or_refused(parameter: Any, noise: bytes, at: int) -> None:
    octets = token_of(parameter.values[0])
    assert_read_or_refused(octets[:at] + noise + octets[at + len(noise) :])


def assert_read_or_refused(octets: bytes) -> None:
    category = "structure"
    try:
        assert describe(read(octets))
    except FormatError as error:
        category = error.category
    assert category in ("der_malformed", "structure")


def test_a_token_without_a_nonce_answers_no_nonce() -> None:
    one_pass = next(p.values[0] for p in KEY_TOKENS if p.id == "tr34-v-2012-one-pass")
    token = read(token_of(one_pass))
    assert token.signing_time == datetime(2024, 12, 1, 20, 30, tzinfo=UTC)
    verify(token, kdh_certificate=certificate("kdh_2048"), nonce=None)
    for nonce in (bytes(8), b""):
        with pytest.raises(TrustError) as caught:
            verify(token, kdh_certificate=certificate("kdh_2048"), nonce=nonce)
        assert caught.value.category == "nonce_mismatch"


@pytest.mark.parametrize(
    "oaep",
    [
        Oaep("sha1", "sha1", b"", tagged=True),
        Oaep("sha256", "sha1", b"", tagged=False),
        Oaep("sha256", "sha256", b"label", tagged=False),
        Oaep("1.2.3", "sha256", b"", tagged=False),
    ],
    ids=str,
)
def test_only_oaep_with_sha256_is_opened(oaep: Oaep) -> None:
    token = read(SAMPLE_TOKEN)
    other = dataclasses.replace(token, envelope=dataclasses.replace(token.envelope, oaep=oaep))
    with pytest.raises(FormatError) as caught:
        open_token(
            other,
            krd_private_key=private_key("krd_2048"),
            krd_certificate=None,
            kdh_certificate=certificate("kdh_2048"),
        )
    assert caught.value.category == "structure"


def test_whatever_fails_in_opening_fails_in_the_same_words() -> None:
    token = read(SAMPLE_TOKEN)
    envelope = token.envelope
    damaged = [
        dataclasses.replace(envelope, wrapped_cek=bytes(256)),
        dataclasses.replace(envelope, wrapped_cek=b""),
        dataclasses.replace(envelope, ciphertext=b""),
        dataclasses.replace(envelope, ciphertext=envelope.ciphertext[:-1]),
        dataclasses.replace(envelope, ciphertext=envelope.ciphertext[:-16]),
        dataclasses.replace(envelope, cipher=DES_EDE3_CBC, iv=bytes(8)),
    ]
    errors = set()
    for other in damaged:
        with pytest.raises(FormatError) as caught:
            open_token(
                dataclasses.replace(token, envelope=other),
                krd_private_key=private_key("krd_2048"),
                krd_certificate=None,
                kdh_certificate=certificate("kdh_2048"),
            )
        assert caught.value.__suppress_context__
        errors.add((caught.value.category, caught.value.message, caught.value.hint))
    assert len(errors) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"signed_attributes": b""},
        {"signed_attributes": b"\xa0\x00"},
        {"enveloped": b"\x02\x01\x00"},
        {"enveloped": b"\x30\x80\x00\x00"},
    ],
    ids=str,
)
def test_pieces_that_are_none_are_not_assembled(broken: dict[str, bytes]) -> None:
    parts, _ = build(SAMPLE)
    with pytest.raises(FormatError):
        assemble(dataclasses.replace(parts, **broken), issuer_and_serial(certificate("kdh_2048")))


def test_identifiers_that_are_none_are_refused() -> None:
    parts, _ = build(SAMPLE)
    for identifier in (b"", b"\x30\x00", certificate("kdh_2048")):
        with pytest.raises(FormatError):
            assemble(parts, identifier)


def test_no_representation_shows_the_key() -> None:
    token, opened = receive(SAMPLE_TOKEN, SAMPLE)
    key = bytes.fromhex(SAMPLE["inputs"]["key"])
    text = repr(opened) + repr(token) + str(describe(token))
    assert key.hex() not in text.lower()
    assert repr(key)[2:-1] not in text
    assert base64.b64encode(key).decode() not in text


def test_expected_nonces_are_compared_whole() -> None:
    token, nonce = read(SAMPLE_TOKEN), expected_nonce(SAMPLE)
    assert nonce is not None
    for other in (nonce[:-1], nonce + b"\x00", b""):
        with pytest.raises(TrustError) as caught:
            verify(token, kdh_certificate=certificate("kdh_2048"), nonce=other)
        assert caught.value.category == "nonce_mismatch"
