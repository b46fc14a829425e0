"""GenerateAuthRequestCryptogram and VerifyAuthRequestCryptogram: a card's cryptogram (ARQC), the answer to it (ARPC).

Source: APC Data Plane API reference, VerifyAuthRequestCryptogram, GenerateAuthRequestCryptogram, SessionKeyDerivation,
CryptogramAuthResponse; User Guide, "Verify auth request (ARQC) cryptogram": transaction data come padded, by whichever
method the scheme has. Its two examples, of Visa's versions 10 and 18, are reproduced here. Its one example of an ARPC
(method 2, "Verify an EMV ARQC and generate an ARPC") is not: EMV Book 2 gives another value for those inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from keyexchange.crypto import TdesKey
from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data import keys
from keyexchange.hsm.apc.data.emv import OPTIONS, card_master_key
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen, even_octets, hexadecimal, octets
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.payment import Padding
from keyexchange.payment.emv import (
    application_cryptogram,
    arpc_method_1,
    arpc_method_2,
    session_keys,
    verify_application_cryptogram,
)


class _CardKeys(NamedTuple):
    """A card's keys for one transaction.

    Args:
        named: the issuer master key that the request names.
        session: what the cryptogram is under.
        response: what an ARPC of method 1 is under.
    """

    named: DataKey
    session: TdesKey
    response: TdesKey


class _Scheme(NamedTuple):
    """A member of SessionKeyDerivation.

    Args:
        session_key: from the card's master key and the member.
        answers_under_master_key: whether an ARPC of method 1 is under the card's master key instead.
    """

    session_key: Callable[[TdesKey, Values], TdesKey]
    answers_under_master_key: bool = False


def _of_counter(derive: Callable[[TdesKey, bytes], TdesKey]) -> Callable[[TdesKey, Values], TdesKey]:
    return lambda master_key, member: derive(master_key, octets(member["ApplicationTransactionCounter"]))


def _mastercard(master_key: TdesKey, member: Values) -> TdesKey:
    counter, number = member["ApplicationTransactionCounter"], member["UnpredictableNumber"]
    return session_keys.mastercard(master_key, octets(counter), octets(number))


def _master_key_itself(master_key: TdesKey, _member: Values) -> TdesKey:
    return master_key


_SCHEMES = {
    "EmvCommon": _Scheme(_of_counter(session_keys.common_of_counter)),
    "Mastercard": _Scheme(_mastercard, answers_under_master_key=True),
    "Emv2000": _Scheme(_of_counter(session_keys.emv2000)),
    "Amex": _Scheme(_master_key_itself),
    "Visa": _Scheme(_master_key_itself),
    "UnionPay": _Scheme(_of_counter(session_keys.union_pay)),
}


@data_operation("GenerateAuthRequestCryptogram", writes=False)
def generate_auth_request_cryptogram(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, GenerateAuthRequestCryptogram."""
    card = _card_keys(hsm, context, request)
    cryptogram = application_cryptogram(card.session, _transaction(request), padding=Padding.METHOD_1)
    return {**_answer(card), "AuthRequestCryptogram": hexadecimal(cryptogram)}


@data_operation("VerifyAuthRequestCryptogram", writes=False)
def verify_auth_request_cryptogram(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, VerifyAuthRequestCryptogram."""
    card, cryptogram = _card_keys(hsm, context, request), octets(request["AuthRequestCryptogram"])
    verify_application_cryptogram(card.session, _transaction(request), cryptogram, padding=Padding.METHOD_1)
    wanted = request.get("AuthResponseAttributes")
    if wanted is None:
        return _answer(card)
    respond, member = chosen(wanted, _RESPONSES, "AuthResponseAttributes")
    return {**_answer(card), "AuthResponseValue": hexadecimal(respond(card, cryptogram, member))}


def _card_keys(hsm: Hsm, context: Context, request: Values) -> _CardKeys:
    named = keys.find(hsm, context, request["KeyIdentifier"], Use.EMV_CRYPTOGRAM)
    scheme, member = chosen(request["SessionKeyDerivationAttributes"], _SCHEMES, "SessionKeyDerivationAttributes")
    option, pan = OPTIONS[request["MajorKeyDerivationMode"]], member["PrimaryAccountNumber"]
    master_key = card_master_key(hsm, named, option, pan, member["PanSequenceNumber"])
    session_key = scheme.session_key(master_key, member)
    return _CardKeys(named, session_key, master_key if scheme.answers_under_master_key else session_key)


def _transaction(request: Values) -> bytes:
    data = even_octets("TransactionData", request["TransactionData"])
    if len(data) % TdesKey.block_size:
        raise validation(f"TransactionData must be padded to a multiple of {TdesKey.block_size} octets")
    return data


def _arpc_1(card: _CardKeys, cryptogram: bytes, member: Values) -> bytes:
    return arpc_method_1(card.response, cryptogram, octets(member["AuthResponseCode"]))


def _arpc_2(card: _CardKeys, cryptogram: bytes, member: Values) -> bytes:
    proprietary = even_octets("ProprietaryAuthenticationData", member.get("ProprietaryAuthenticationData", ""))
    return arpc_method_2(card.session, cryptogram, octets(member["CardStatusUpdate"]), proprietary)


_RESPONSES = {"ArpcMethod1": _arpc_1, "ArpcMethod2": _arpc_2}
"""By member of CryptogramAuthResponse."""


def _answer(card: _CardKeys) -> Values:
    return {"KeyArn": card.named.arn, "KeyCheckValue": card.named.check_value}
