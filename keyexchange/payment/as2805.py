"""The session PIN key of AS 2805: a PIN encryption key that is good for one transaction.

Source: AS 2805.6.4, 6.6, as aws-samples/samples-for-payment-cryptography-service writes it down (AS2805 samples, "PIN
translation with session key derivation"); a single public source.
"""

from __future__ import annotations

from keyexchange.crypto import TdesKey, xor
from keyexchange.errors import FormatError
from keyexchange.payment.digits import Field
from keyexchange.secret import Secret

_TRACE_NUMBER = Field(
    "the system trace audit number", "trace_number", range(6, 7), "field 11 of the message, with its leading zeros"
)
_AMOUNT = Field("the transaction amount", "amount", range(12, 13), "field 4 of the message, with its leading zeros")


def one_way(key: TdesKey, data: bytes) -> bytes:
    """The one-way function of AS 2805 for more than one block.

    CBC with the CBC-MAC of the data as the IV, then XOR with the data.

    Args:
        data: whole blocks of eight octets, at least two.

    Raises:
        FormatError: category data_length.
    """
    if len(data) < 16 or len(data) % 8:
        raise FormatError(
            f"the one-way function takes 16 octets or more in blocks of 8, not {len(data)}",
            category="data_length",
            hint="fill the fields up as AS 2805.6.4 says",
        )
    return xor(key.encrypt_cbc(key.cbc_mac(data), data), data)


def session_pin_key(pin_key: TdesKey, trace_number: str, amount: str) -> TdesKey:
    """KPE: the PIN encryption key of one transaction, out of the PIN protection key KPP.

    Args:
        pin_key: KPP, 16 or 24 octets.
        trace_number: the system trace audit number, 6 digits; stands left in eight octets, zeros behind it.
        amount: the transaction amount, 12 digits; stands right in eight octets, zeros before it.

    Returns:
        A key of 16 octets; its parity is not adjusted.

    Raises:
        FormatError: categories trace_number, amount.
    """
    data = _TRACE_NUMBER.check(trace_number).ljust(16, "0") + _AMOUNT.check(amount).rjust(16, "0")
    return TdesKey(Secret(one_way(pin_key, bytes.fromhex(data))))
