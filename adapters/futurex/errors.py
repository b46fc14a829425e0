"""Error numbers of the Excrypt protocol, their meanings and what to do about the common ones.

A refused command is answered by `ERRO` with a number (AM), the number of the token at fault (AN) and a message (BB).
Source of the reply: two public clients, FuturexHSMNode.cpp of FIQCPPBASE and the C# CredECard.HSMSecurity; of the
numbers: the list in com.alodiga.hsm.UnpackAtallaCryptoCommand, whose words (major key, production port, token) are
Futurex's though it reads Atalla-style replies. So the numbers are likely and not certain: a device's own manual wins.
That AN counts the tokens of the command, as this project declares them, is an assumption.
"""

from __future__ import annotations

from keyexchange.errors import DeviceRefusedError

SIDE = "futurex"
ERROR_REPLY = "ERRO"
NO_PLACE = "00"

MEANINGS = {
    "01": "field out of range",
    "02": "invalid character",
    "03": "value out of range",
    "04": "token missing",
    "05": "parity error",
    "06": "major key missing",
    "07": "indexed key missing",
    "08": "hardware failure",
    "09": "invalid message format",
    "10": "index table full",
    "12": "PIN type not supported",
    "13": "invalid message length",
    "14": "communication error",
    "15": "communication timeout",
    "17": "MAC error",
    "18": "invalid MAC continuation",
    "19": "function not supported",
    "30": "illegal index data",
    "32": "critical error",
    "34": "invalid token",
    "44": "illegal double keys",
    "47": "invalid MAC",
    "48": "invalid key block",
    "49": "invalid login or password",
    "50": "user not logged in",
    "51": "invalid configuration",
    "52": "function not found",
    "53": "index data is not a DES key",
    "54": "key strength greater than MFK strength",
    "55": "cannot change permission on production port",
    "56": "key generation in progress",
    "57": "invalid public key data",
    "58": "invalid private key data",
    "59": "invalid certificate data",
    "60": "invalid certificate request data",
    "61": "PKCS#7 has no certificate",
    "62": "PKCS#7 has no certificate of this name",
    "63": "incorrect key type",
    "64": "key strength greater than encrypting key strength",
}

HINTS = {
    "02": "a token holds a character that it may not hold: check names and hex digits in the reviewed file",
    "04": "this firmware wants a token that was not sent: compare the firmware with the tested 7.4 and 7.6",
    "06": "the major key of this command is not loaded: keys in key blocks need the PMK, cryptograms the MFK",
    "07": "no key lies in the slot that is named: check BD and the slot number",
    "08": "the HSM reports a fault of its own: see its log",
    "13": "the message is longer or shorter than this firmware takes",
    "19": "the command is switched off: an administrator enables it (Function Blocking), then resume",
    "32": "the HSM reports a fault of its own: see its log",
    "34": "this firmware does not know a token that was sent: compare the firmware with the tested 7.4 and 7.6",
    "47": "the key block was changed on its way, or it is under another KEK",
    "48": "the key block was cut or changed, or it is under another PMK",
    "50": "the command wants logged-in users (dual control): log in on the HSM, then resume",
    "51": "Key Block Policy and Key Wrap Policy decide which key formats are taken: TR31 has to be among them",
    "52": "this firmware does not have the command: compare it with the tested 7.4 and 7.6",
    "55": "the command is not allowed on the production port",
    "56": "the HSM is busy making keys: wait a little, then resume the run",
    "57": "the trusted public key is not under this PMK, or may not be used for this",
    "58": "the private key is not under this PMK, or belongs to another certificate",
    "59": "the certificate is damaged, out of date, or not issued by the trusted public key",
    "63": "usage, mode or exportability of the key does not allow this: a KEK is K0 or K1, mode B, and exportable "
    "keys have exportability E or S",
    "64": "the KEK is weaker than the key: establish a stronger KEK first",
}

_NUMBER_OF = {meaning: number for number, meaning in MEANINGS.items()}


class Refusal(Exception):  # noqa: N818 (raised inside the face only, becomes a reply)
    """A command that a Futurex HSM answers with ERRO.

    Args:
        number: two digits.
        place: number of the token at fault, two digits; "00" when it is none in particular.
    """

    def __init__(self, number: str, place: str = NO_PLACE) -> None:
        super().__init__(number)
        self.number = number
        self.place = place


def refused(operation: str, number: str, message: str) -> DeviceRefusedError:
    """The error for an ERRO reply.

    Args:
        operation: the command that was refused, "TRTP".
        number: AM as it came, known or not; may be empty.
        message: BB as it came. It stands in for a missing number and is not repeated.
    """
    known = number.zfill(2) if number else _NUMBER_OF.get(message.strip().rstrip(".").lower(), "")
    code = known or ERROR_REPLY
    return DeviceRefusedError(SIDE, operation, code, MEANINGS.get(code, f"HSM error {code}"), hint=HINTS.get(code))
