"""A trace shows which commands went by, and nothing that could be used: no key, no cryptogram, no signature."""

import logging

from keyexchange.errors import DeviceRefusedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove

from .conftest import open_adapter


def run_all(side, signers, receiver, kind):
    signing_key, kdh_certificate = signers[kind]
    side.identify()
    kek = side.make_key(KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"))
    held = side.make_key(KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B"))
    kek_to_move = KeyToMove("kek", kek.reference, kek.attributes)
    key = KeyToMove("pin", held.reference, held.attributes)
    side.key_check_value(key)
    block = side.export_tr31(key, kek=kek_to_move)
    token = side.export_tr34(
        kek_to_move,
        signing_key=signing_key,
        kdh_certificate=kdh_certificate,
        krd_certificate=receiver[0],
        nonce=b"12345678",
    )
    pair = side.make_signing_key(1024)
    side.close()
    return [kek.reference, held.reference, block.text, token.der.hex(), signing_key.reference.hex(),
            pair.reference.hex(), pair.reference.decode("latin-1")]  # fmt: skip


def test_commands_are_shown_and_keys_are_not(face_port, signers, receiver):
    for kind in ("key-block", "variant"):
        lines = []
        side = open_adapter(face_port, trace=lines.append, variant_lmk=kind == "variant")
        hidden = run_all(side, signers, receiver, kind)
        text = "\n".join(lines)
        assert [line[:4] for line in lines] == [
            "> NC", "< ND", "> A0", "< A1", "> A0", "< A1", "> BU", "< BV", "> A8", "< A9", "> B8", "< B9", "> EI",
            "< EJ",
        ]  # fmt: skip
        for secret in hidden:
            assert secret.upper() not in text.upper()
            for start in range(0, len(secret) - 12, 12):
                piece = secret[start + 1 : start + 13]
                if start >= 17:  # a block's header may be told, as attributes
                    assert piece.upper() not in text.upper()
        assert "lmk=" in text
        assert "octets>" in text


def test_a_refusal_is_traced_with_its_code(face_port):
    lines = []
    side = open_adapter(face_port, trace=lines.append, key_block_lmk_identifier="17")
    try:
        side.identify()
    except DeviceRefusedError:
        side.close()
    assert lines == ["> NC lmk=17", "< ND error=13"]


def test_nothing_is_traced_unless_asked_for(face_port, caplog):
    caplog.set_level(logging.DEBUG)
    side = open_adapter(face_port)
    side.identify()
    side.close()
    assert not caplog.records
    side = open_adapter(face_port, debug=True)
    side.identify()
    side.close()
    assert [record.getMessage() for record in caplog.records] == [
        "> NC lmk=00",
        "< ND check_value=9D04A00000000000 firmware=0000-0000",
    ]
