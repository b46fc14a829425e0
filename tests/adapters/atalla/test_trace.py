"""A trace shows which commands went by, and nothing that could be used: no key, no cryptogram, no signature."""

import logging

from keyexchange.errors import DeviceRefusedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import HeldKey, ImportMark, KeyToMove

from .conftest import BLOCKS, open_adapter

KEK = KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B")


def run_all(side, signer, receiver, folder):
    key, certificate = signer
    side.identify()
    accepted = side.accept_receiver(receiver[0], folder)
    sealed = side.seal_new_key(KEK, kdh_certificate=certificate, receiver=accepted)
    kek = KeyToMove("kek", sealed.key.reference, KEK)
    token = side.export_tr34(
        kek,
        signing_key=key,
        kdh_certificate=certificate,
        krd_certificate=receiver[0],
        nonce=b"12345678",
        receiver=accepted,
        sealed=sealed,
    )
    held = side.make_key(KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B"))
    pin = KeyToMove("pin", held.reference, held.attributes)
    side.key_check_value(pin)
    block = side.export_tr31(pin, kek=kek)
    side.import_tr31(block, key=pin, kek=HeldKey(kek.reference, sealed.key.kcv), mark=ImportMark("r", "k"))
    side.close()
    return [kek.reference, held.reference, block.text[16:], token.der.hex(), key.reference.decode("ascii")]


def test_commands_are_shown_and_keys_are_not(face_port, signer, receiver, tmp_path):
    lines = []
    hidden = run_all(open_adapter(face_port, trace=lines.append), signer, receiver, tmp_path)
    text = "\n".join(lines).upper()
    assert [line.split()[1] for line in lines if line[0] == ">"] == [
        "1101", "9A", "9A", "12A", "12A", "136", "139", "10", "7E", "11A", "119",
    ]  # fmt: skip
    for secret in hidden:
        for start in range(9, len(secret) - 16, 16):
            assert secret[start : start + 16].upper() not in text
    assert "header=1PUNE000" in "\n".join(lines)
    assert "octets>" in "\n".join(lines)


def test_a_refusal_is_traced_with_its_code(face_port):
    lines = []
    side = open_adapter(face_port, trace=lines.append)
    try:
        side.key_check_value(KeyToMove("k", BLOCKS["e6-cvk"][:-1] + "0", KEK))
    except DeviceRefusedError:
        side.close()
    assert lines == ["> 7E method=V more= key=<74 octets>", "< 8E error=05"]


def test_nothing_is_traced_unless_asked_for(face_port, caplog):
    caplog.set_level(logging.DEBUG)
    for debug, expected in (
        (False, []),
        (True, ["> 7E method=V more= key=<74 octets>", "< 8E method=V digits=08D7B4"]),
    ):
        side = open_adapter(face_port, debug=debug)
        side.held_key(BLOCKS["e6-cvk"])
        side.close()
        assert [record.getMessage() for record in caplog.records] == expected
