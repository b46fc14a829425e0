"""What the EMV vectors ask for, by the names that they have for methods."""

from __future__ import annotations

from typing import Any

from keyexchange.crypto import TdesKey
from keyexchange.payment.emv import session_keys
from keyexchange.payment.emv.master_keys import MasterKeyOption
from keyexchange.secret import Secret


def tdes(text: str) -> TdesKey:
    """A key from hex digits."""
    return TdesKey(Secret(bytes.fromhex(text)))


def shown(key: TdesKey) -> str:
    """Hex digits of a key."""
    return key.secret.reveal().hex().upper()


def master_key(inputs: dict[str, Any], issuer_key: str = "imk") -> TdesKey:
    """The card's master key of a vector."""
    return MasterKeyOption(inputs["mk_option"]).derive(tdes(inputs[issuer_key]), inputs["pan"], inputs["psn"])


def session_key(inputs: dict[str, Any], master: TdesKey) -> TdesKey:
    """The session key of a vector."""
    method, counter = inputs["sk_method"], bytes.fromhex(inputs.get("atc", ""))
    if method == "none":
        return master
    if method == "mastercard":
        return session_keys.mastercard(master, counter, bytes.fromhex(inputs["un"]))
    if method == "visa_sm":
        return session_keys.counter_xor(master, counter)
    if method == "union_pay":
        return session_keys.union_pay(master, counter)
    assert method == "common"
    if "r" in inputs:
        return session_keys.common(master, bytes.fromhex(inputs["r"]))
    return session_keys.common_of_counter(master, counter)
