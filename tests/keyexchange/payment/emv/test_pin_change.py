"""New PINs on their way into cards: public figures, whole flows of cryptogram versions, pyemv."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyemv import sm

from keyexchange.crypto import TdesKey
from keyexchange.payment.emv import scripts, session_keys
from keyexchange.payment.emv.cryptograms import application_cryptogram, arpc_method_1, arpc_method_2
from keyexchange.payment.emv.master_keys import MasterKeyOption
from keyexchange.payment.emv.pin_change import change_pin, iso_2_pin_block, visa_pin_block
from keyexchange.payment.emv.scripts import Encipherment, script_mac
from keyexchange.payment.padding import Padding
from keyexchange.payment.pin import Pin
from keyexchange.secret import Secret
from tests.keyexchange.payment.emv.session import master_key, session_key, shown, tdes
from tests.vectors import vectors

PINS = st.text("0123456789", min_size=4, max_size=12)
FORMS = {"mastercard": scripts.MASTERCARD, "vis": scripts.VISA, "ccd": scripts.EMV}


@pytest.mark.parametrize("vector", vectors("emv", "pin_change"))
def test_block_encipherment_and_mac_are_those_of_the_source(vector: dict[str, Any]) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    keys = [session_key(inputs, master_key(inputs, name)) for name in ("imk_smc", "imk_smi")]
    current = Pin(inputs["current_pin"]) if "current_pin" in inputs else None
    block = iso_2_pin_block(Pin(inputs["pin"]))
    if inputs["profile"] == "vis":
        block = visa_pin_block(master_key(inputs, "imk_ac"), Pin(inputs["pin"]), current)
    change = change_pin(*keys, bytes.fromhex(inputs["command_header"]), block, FORMS[inputs["profile"]])
    found = {
        "pin_block": block.reveal().hex().upper(),
        "session_key_smc": shown(keys[0]),
        "session_key_smi": shown(keys[1]),
        "enciphered_pin_data": change.enciphered.hex().upper(),
        "mac": change.mac.hex().upper(),
    }
    assert found == expected


class Flow:
    """One card through one transaction, as its cryptogram version has it."""

    def __init__(self, inputs: dict[str, Any]) -> None:
        self.inputs, profile = inputs, inputs["profile"]
        option = MasterKeyOption.B if profile in ("VisaCVN18", "VisaCVN22") else MasterKeyOption.A
        self.masters = {
            name: option.derive(tdes(inputs[name]), inputs["pan"], inputs["psn"])
            for name in ("imk_ac", "imk_smi", "imk_smc")
        }
        self.visa = profile.startswith("Visa")
        self.counter = bytes.fromhex(inputs["tags"]["9f36"])
        session_inputs = {**inputs, "atc": inputs["tags"]["9f36"], "un": inputs["tags"].get("9f37", "")}
        self.session = session_key(session_inputs, self.masters["imk_ac"])
        padding = Padding(inputs["padding"])
        self.cryptogram = application_cryptogram(self.session, bytes.fromhex(inputs["data"]), padding=padding)
        self.between = b"" if profile == "InteracCVN133" else self.counter + self.cryptogram

    def script_key(self, name: str) -> TdesKey:
        master = self.masters[name]
        if self.inputs["profile"] in ("VisaCVN10", "VisaCVN18"):
            return session_keys.counter_xor(master, self.counter)
        return session_keys.common(master, self.cryptogram)

    def answer(self) -> bytes:
        key = self.masters["imk_ac"] if self.inputs["arpc_key"] == "icc_mk" else self.session
        given = {name: bytes.fromhex(text) for name, text in self.inputs["arpc_input"].items()}
        if self.inputs["arpc_method"] == 1:
            return arpc_method_1(key, self.cryptogram, given["arpc_rc"])
        return arpc_method_2(key, self.cryptogram, given["csu"])

    def command_mac(self) -> bytes:
        header = bytes.fromhex(self.inputs["command_header"])
        return script_mac(self.script_key("imk_smi"), header + self.between)

    def pin_change(self, current: str | None) -> bytes:
        header = bytes.fromhex(f"842400{'02' if current is None else '01'}{'18' if self.visa else '10'}")
        pin = Pin(self.inputs["new_pin"])
        block = iso_2_pin_block(pin)
        if self.visa and (current or self.inputs["profile"] != "VisaCVN22"):
            block = visa_pin_block(self.masters["imk_ac"], pin, Pin(current) if current else None)
        form = scripts.VISA if self.visa else scripts.MASTERCARD
        keys = (self.script_key("imk_smc"), self.script_key("imk_smi"))
        change = change_pin(*keys, header + self.between, block, form)
        return header + change.enciphered + change.mac


@pytest.mark.parametrize("vector", vectors("emv", "cvn_flow"))
def test_whole_flows_are_those_of_the_source(vector: dict[str, Any]) -> None:
    flow = Flow(vector["inputs"])
    steps: dict[str, Callable[[], bytes]] = {
        "icc_mk": flow.masters["imk_ac"].secret.reveal,
        "session_key": flow.session.secret.reveal,
        "arqc": lambda: flow.cryptogram,
        "arpc": flow.answer,
        "command_mac": flow.command_mac,
        "pin_change_command": lambda: flow.pin_change(None),
        "pin_change_command_with_current_pin": lambda: flow.pin_change(vector["inputs"]["current_pin"]),
    }
    expected = vector["expected"]
    assert {name: steps[name]().hex().upper() for name in expected} == expected


@settings(max_examples=60)
@given(key=st.binary(min_size=16, max_size=16), new=PINS, current=st.none() | PINS)
def test_pyemv_agrees_on_clear_blocks(key: bytes, new: str, current: str | None) -> None:
    block = visa_pin_block(TdesKey(Secret(key)), Pin(new), Pin(current) if current else None)
    assert block == Secret(sm.format_vis_pin_block(key, new, current))
    assert iso_2_pin_block(Pin(new)) == Secret(sm.format_iso9564_2_pin_block(new))


def test_a_card_gets_its_block_back() -> None:
    key = tdes("0123456789ABCDEFFEDCBA9876543210")
    block = iso_2_pin_block(Pin("123456"))
    form: Encipherment
    for form in FORMS.values():
        change = change_pin(key, key, b"\x84\x24\x00\x02", block, form)
        assert Secret(form.decipher(key, change.enciphered)) == block
