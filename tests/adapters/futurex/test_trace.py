"""A trace shows which commands went by, and nothing that could be used: no key, no cryptogram, no certificate."""

import logging

from keyexchange import pki
from keyexchange.errors import DeviceRefusedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove

from .conftest import BDK, open_adapter


def run_all(side, signer, receiver, authority):
    signing_key, kdh_certificate = signer
    kek = side.make_key(KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"))
    held = side.make_key(KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B"))
    kek_to_move = KeyToMove("kek", kek.reference, kek.attributes, kek.kcv)
    key = KeyToMove("pin", held.reference, held.attributes)
    side.key_check_value(key)
    block = side.export_tr31(key, kek=kek_to_move)
    token = side.export_tr34(
        kek_to_move,
        signing_key=signing_key,
        kdh_certificate=kdh_certificate,
        krd_certificate=receiver[0],
        nonce=b"12345678",
        krd_issuers=(pki.to_der(authority[0]),),
    )
    side.make_csr(signing_key, "KDH")
    side.close()
    return [kek.reference, held.reference, block.text, token.der.hex(), signing_key.reference.decode(),
            kdh_certificate.hex()]  # fmt: skip


def test_commands_are_shown_and_keys_are_not(face_port, signer, receiver, authority):
    lines = []
    side = open_adapter(face_port, trace=lines.append)
    hidden = run_all(side, signer, receiver, authority)
    text = "\n".join(lines).upper()
    commands = ["GPGS", "GPGS", "GPGS", "TWKA", "TWKA", "AVPC", "TRTP", "ASYR"]
    assert [line[:6] for line in lines] == [f"{way} {code}" for code in commands for way in "><"]
    for secret in hidden:
        for start in range(16, len(secret) - 12, 12):  # a block's header may be told, as attributes
            assert secret[start : start + 12].upper() not in text
    assert "KEY_TYPE=3" in text
    assert "OCTETS>" in text


def test_a_refusal_is_traced_with_its_number(face_port):
    lines = []
    side = open_adapter(face_port, trace=lines.append)
    key = KeyToMove("bdk", BDK, KeyAttributes("B0", KeyAlgorithm.TDES_3KEY, "X"))
    try:
        side.export_tr31(key, kek=key)
    except DeviceRefusedError:
        side.close()
    assert lines[1:] == ["< ERRO error=63"]


def test_nothing_is_traced_unless_asked_for(face_port, caplog):
    caplog.set_level(logging.DEBUG)
    side = open_adapter(face_port, probe_commands=False)
    side.identify()
    side.close()
    assert not caplog.records
    side = open_adapter(face_port, debug=True, probe_commands=False)
    side.identify()
    side.close()
    assert [record.getMessage()[:12] for record in caplog.records] == ["> ECHO detai", "< ECHO versi"]
