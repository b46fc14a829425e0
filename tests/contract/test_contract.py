"""The contract: whatever an adapter says that it can do, it does, and what it says of a key is true of the key.

Where an adapter lacks an ability, or says why it refuses it here, the test of that ability has nothing to prove: it
checks that the refusal is a sentence that a person can act on.
"""

from __future__ import annotations

import base64
import contextlib

import pytest

from keyexchange import pki, tr31, tr34
from keyexchange.crypto import key_kcv, rsa
from keyexchange.crypto.rsa import WrappingSpec
from keyexchange.errors import DeviceRefusedError, KeyExchangeError, UnreachableError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.abilities import commands_of
from keyexchange.protocols.messages import AgreementCredential, HeldKey, KeyCryptogram
from keyexchange.secret import Secret
from tests.contract.other_side import (
    AUTHORITY,
    EC_KEY,
    MARK,
    RSA_KEY,
    TERMS,
    block_of,
    kbpk_of,
    key_to_move,
    spki,
)
from tests.contract.subjects import SUBJECTS

PEK = KeyAttributes("P0", KeyAlgorithm.TDES_3KEY, "B", "E")
KEK = KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B", "E")
SENT = Secret(bytes.fromhex("0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123"))
SPEC = WrappingSpec.RSA_OAEP_SHA_256
NONCE = bytes.fromhex("65E2636EB5ED7C56")
ASKED_WHEN_PLANNED = {"warnings", "use_warnings", "line_warnings", "receiving_algorithm", "agreement_refusal"}
SILENT = {"refusal", "key_refusal", "close"} | ASKED_WHEN_PLANNED
KEPT_NOWHERE = {"find_trust", "trust"}
"""What a side that hands everything back may do without asking the device."""
MADE_BY = ("make_key", "make_kept_key")


def able(side, *abilities):
    """Whether the side has the abilities; a refusal must be in words."""
    for ability in abilities:
        if not hasattr(side, ability):
            return False
        refusal = side.refusal(ability)
        if refusal is not None:
            assert len(refusal.split()) > 5, refusal
            return False
    return True


def require(side, *abilities):
    if not able(side, *abilities):
        pytest.skip(f"{side.name} does not do this, and says so")


def made(side, attributes):
    """A new key at this side."""
    if able(side, "make_kept_key"):
        held = side.make_kept_key(key_to_move(attributes), MARK)
    else:
        held = side.make_key(attributes)
    return key_to_move(attributes, held.reference, held.kcv)


def refuse(side, attributes, ability):
    refusal = side.key_refusal(key_to_move(attributes, "", None), ability)
    if refusal is not None:
        pytest.skip(refusal)


def test_it_says_who_it_is_and_the_same_again(side):
    identity = side.identify()
    assert identity.name == side.name
    assert identity.details
    assert identity.storage
    assert identity.may_be(side.identify())
    assert identity.lacking == ()


def test_every_ability_that_sends_names_its_commands(side):
    public = {name for name in dir(side) if not name.startswith("_") and callable(getattr(side, name))}
    kept = getattr(side, "keeps_imports", True)
    silent = SILENT if kept else SILENT | KEPT_NOWHERE
    assert {name for name in public - silent if not commands_of(side, name)} == set()


def test_a_side_either_finds_what_it_has_imported_or_says_that_it_keeps_nothing(side):
    assert hasattr(side, "find_import") is getattr(side, "keeps_imports", True)


@pytest.mark.parametrize("algorithm", list(KeyAlgorithm)[:9])
def test_the_check_value_of_a_new_key_is_that_of_the_key(side, name, algorithm):
    usage, mode = ("M7", "C") if algorithm.letter == "H" else ("P0", "B")
    if algorithm.value not in SUBJECTS[name].makes or not any(able(side, each) for each in MADE_BY):
        pytest.skip(f"{name} makes no {algorithm} keys by itself")
    key = made(side, KeyAttributes(usage, algorithm, mode, "E"))
    assert side.key_check_value(key).matches(key.kcv)


def test_a_key_by_tr31_goes_out_and_comes_back(side):
    require(side, "export_tr31", "import_tr31", "held_key")
    key, kek = made(side, PEK), made(side, KEK)
    block = side.export_tr31(key, kek=kek)
    header = tr31.parse(block.text).header
    assert (header.version_id, header.key_usage, header.algorithm, header.mode_of_use) == ("B", "P0", "T", "B")
    assert block.kcv.matches(key.kcv)
    back = side.import_tr31(block, key=key, kek=side.held_key(kek.reference), mark=MARK)
    assert back.kcv.matches(key.kcv)
    assert back.attributes is None or back.attributes.key_usage == "P0"


def test_a_block_that_was_changed_is_refused_and_the_next_one_taken(side):
    require(side, "export_tr31", "import_tr31", "held_key")
    key, kek = made(side, PEK), made(side, KEK)
    block = side.export_tr31(key, kek=kek)
    held = side.held_key(kek.reference)
    last = "0" if block.text[-1] != "0" else "1"
    with pytest.raises(DeviceRefusedError) as caught:
        side.import_tr31(type(block)(block.text[:-1] + last, block.kcv), key=key, kek=held, mark=MARK)
    assert caught.value.code
    assert caught.value.hint
    assert side.import_tr31(block, key=key, kek=held, mark=MARK).kcv.matches(key.kcv)


def _signer(side):
    """The side's signing key and certificate chain."""
    if able(side, "offer_kdh_credential"):
        offered = side.offer_kdh_credential()
        return offered.signing_key, offered.chain
    key = side.make_signing_key(2048)
    return key, AUTHORITY.certify(key.public_key, "sign")


def test_a_key_by_tr34_opens_with_the_receivers_key_only(side, tmp_path):
    require(side, "export_tr34")
    if not able(side, "make_key") and not able(side, "make_kept_key"):
        pytest.skip(f"{side.name} makes keys in the act of sealing only")
    signing_key, chain = _signer(side)
    receiver = AUTHORITY.certify(RSA_KEY.public_key(), "wrap")
    more = {}
    if able(side, "trust_receiver"):
        more["receiver_anchor"] = side.trust_receiver(receiver, MARK)
    attributes = KEK
    if able(side, "accept_receiver"):
        more["receiver"] = side.accept_receiver(receiver.certificate, tmp_path)
    if able(side, "seal_new_key"):
        sealed = side.seal_new_key(attributes, kdh_certificate=chain.certificate, receiver=more["receiver"])
        key = key_to_move(attributes, sealed.key.reference, sealed.key.kcv)
        more["sealed"] = sealed
    else:
        key = made(side, attributes)
    token = side.export_tr34(
        key,
        signing_key=signing_key,
        kdh_certificate=chain.certificate,
        krd_certificate=receiver.certificate,
        nonce=NONCE,
        krd_issuers=receiver.issuers,
        **more,
    )
    read = tr34.read(token.der)
    tr34.verify(read, kdh_certificate=chain.certificate, nonce=NONCE)
    opened = tr34.open_token(
        read, krd_private_key=RSA_KEY, krd_certificate=receiver.certificate, kdh_certificate=chain.certificate
    )
    assert key_kcv(attributes.algorithm, opened.key).matches(token.kcv)
    assert token.kcv.matches(key.kcv)
    with pytest.raises(KeyExchangeError):
        tr34.open_token(
            read,
            krd_private_key=rsa.generate(2048),
            krd_certificate=receiver.certificate,
            kdh_certificate=chain.certificate,
        )


def test_a_key_by_rsa_wrap_is_the_key(side):
    require(side, "export_rsa")
    refuse(side, PEK, "export_rsa")
    receiver = AUTHORITY.certify(RSA_KEY.public_key(), "wrap")
    anchor = side.trust_receiver(receiver, MARK) if able(side, "trust_receiver") else None
    key = made(side, PEK)
    cryptogram = side.export_rsa(key, receiver=receiver, spec=SPEC.value, anchor=anchor)
    clear = rsa.unwrap_key(RSA_KEY, cryptogram.octets, SPEC)
    assert key_kcv(PEK.algorithm, clear).matches(cryptogram.kcv)
    assert cryptogram.kcv.matches(key.kcv)


def test_a_key_of_ours_arrives_by_rsa_wrap(side):
    require(side, "offer_rsa_credential", "import_rsa")
    refuse(side, PEK, "import_rsa")
    credential = side.offer_rsa_credential()
    public_key = pki.rsa_public_key(pki.load(credential.chain.certificate))
    kcv = key_kcv(PEK.algorithm, SENT)
    cryptogram = KeyCryptogram(rsa.wrap_key(public_key, SENT, SPEC), SPEC.value, kcv)
    held = side.import_rsa(cryptogram, key=key_to_move(PEK), credential=credential, mark=MARK)
    assert held.kcv.matches(kcv)
    assert side.key_check_value(key_to_move(PEK, held.reference)).matches(kcv)


def test_a_damaged_cryptogram_is_refused(side):
    require(side, "offer_rsa_credential", "import_rsa")
    refuse(side, PEK, "import_rsa")
    credential = side.offer_rsa_credential()
    damaged = KeyCryptogram(b"\1" + bytes(255), SPEC.value, key_kcv(PEK.algorithm, SENT))
    with pytest.raises(DeviceRefusedError):
        side.import_rsa(damaged, key=key_to_move(PEK), credential=credential, mark=MARK)


def _half(side):
    """The side's half of a key agreement, and the test's with what the side needs to believe it."""
    if able(side, "offer_agreement_credential"):
        own = side.offer_agreement_credential(TERMS, MARK)
    else:
        pair = side.make_agreement_key(TERMS.curve)
        own = AgreementCredential(AUTHORITY.certify(pair.public_key, "agree"), pair.reference)
    peer = AUTHORITY.certify(spki(EC_KEY.public_key()), "agree")
    anchor = side.trust_peer(peer, MARK) if able(side, "trust_peer") else None
    return own, peer, anchor


def test_a_key_by_ecdh_opens_with_what_the_other_half_derives(side):
    require(side, "export_ecdh")
    refuse(side, PEK, "export_ecdh")
    own, peer, anchor = _half(side)
    key = made(side, PEK)
    block = side.export_ecdh(key, own=own, peer=peer, terms=TERMS, anchor=anchor)
    content = tr31.unwrap(kbpk_of(own.chain.certificate), block.text)
    assert content.header.version_id == "D"
    assert key_kcv(PEK.algorithm, content.key).matches(block.kcv)
    assert block.kcv.matches(key.kcv)


def test_a_key_of_ours_arrives_by_ecdh(side):
    require(side, "import_ecdh")
    refuse(side, PEK, "import_ecdh")
    own, peer, anchor = _half(side)
    block = block_of(kbpk_of(own.chain.certificate), PEK, SENT)
    held: HeldKey = side.import_ecdh(
        block, key=key_to_move(PEK), own=own, peer=peer, terms=TERMS, anchor=anchor, mark=MARK
    )
    assert held.kcv.matches(block.kcv)
    assert side.key_check_value(key_to_move(PEK, held.reference)).matches(block.kcv)


def test_a_key_that_is_none_is_refused_in_words(side):
    key = key_to_move(PEK, "nothing that any device would call a key")
    assert able(side, "key_check_value")
    refusal = side.key_refusal(key, "key_check_value")
    if refusal is None:
        with pytest.raises(KeyExchangeError) as caught:
            side.key_check_value(key)
        refusal = caught.value.message
    assert len(refusal.split()) > 3


def test_the_trace_holds_no_key_material(side, trace):
    """Neither the octets of a key in any spelling, nor, where a side hands keys back under its main key, those."""
    key = made(side, PEK)
    references = [key.reference]
    if able(side, "offer_rsa_credential", "import_rsa") and side.key_refusal(key_to_move(PEK), "import_rsa") is None:
        credential = side.offer_rsa_credential()
        public_key = pki.rsa_public_key(pki.load(credential.chain.certificate))
        cryptogram = KeyCryptogram(rsa.wrap_key(public_key, SENT, SPEC), SPEC.value, key_kcv(PEK.algorithm, SENT))
        references.append(side.import_rsa(cryptogram, key=key_to_move(PEK), credential=credential, mark=MARK).reference)
        references += [*spellings(credential.token), cryptogram.octets.hex().upper()]
    text = "\n".join(trace)
    assert trace
    assert SENT.reveal().hex() not in text.lower()
    assert base64.b64encode(SENT.reveal()).decode() not in text
    names = [reference for reference in references if not reference.startswith(("arn:", "import-token-"))]
    assert [name for name in names if name in text] == []


def spellings(token):
    """A handle of a private key as it stands, and, where it is Base64 of octets, as hexadecimal."""
    with contextlib.suppress(ValueError):
        return [token, base64.b64decode(token, validate=True).hex().upper()]
    return [token]


def test_nobody_there_is_said_and_does_not_hang(name, faces, devices):
    from keyexchange import registry  # noqa: PLC0415

    if name in devices:
        pytest.skip("the device is there")
    entry = registry.load(registry.ADAPTERS, name)
    nowhere = (
        {"host": "127.0.0.1", "port": 9}
        if name in faces.ports
        else {"region": "us-east-1", "endpoint_url": "http://127.0.0.1:9", "requests_per_second": None}
    )
    side = entry.open(entry.Settings.model_validate(nowhere), trace=None)
    with pytest.raises(UnreachableError) as caught:
        side.identify()
    assert "127.0.0.1" in caught.value.message or caught.value.hint
