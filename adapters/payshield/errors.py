"""Error codes of the payShield, their meanings and what to do about the common ones.

Codes 03 to 09 mean different things in different commands; their wording here is the general one. Source: error lists
of ut-codec-payshield, metalcorpe/payshield-rest-api, mszeu/PayShieldPressureTest and nickntg/thalessimulatorlibrary,
which agree except in wording.
"""

from __future__ import annotations

from keyexchange.errors import DeviceRefusedError

SIDE = "payshield"

MEANINGS = {
    "00": "no error",
    "01": "verification failure, or a parity warning",
    "02": "key of an inappropriate length for the algorithm",
    "03": "invalid number of components, or invalid encoding",
    "04": "invalid key type code",
    "05": "invalid key length flag, or invalid hash identifier",
    "06": "invalid public exponent or other parameter of this command",
    "07": "invalid pad mode",
    "08": "invalid parameter of this command",
    "10": "source key parity error",
    "11": "destination key parity error, or the key is all zeros",
    "12": "contents of user storage not available",
    "13": "invalid LMK identifier, or LMK not loaded",
    "14": "PIN encrypted under LMK pair 02-03 is invalid",
    "15": "invalid input data",
    "16": "console or printer not ready",
    "17": "not authorised, or prohibited by the security settings",
    "18": "document format definition not loaded",
    "19": "Diebold table invalid",
    "20": "PIN block does not contain valid values",
    "21": "invalid index value",
    "22": "invalid account number",
    "23": "invalid PIN block format code",
    "24": "PIN length out of range",
    "25": "decimalisation table error",
    "26": "invalid key scheme",
    "27": "incompatible key length",
    "28": "invalid key type",
    "29": "key function not permitted",
    "30": "invalid reference number",
    "31": "insufficient solicitation entries",
    "32": "AES not licensed",
    "33": "LMK key change storage corrupted",
    "35": "illegal message",
    "39": "fraud detection",
    "40": "invalid checksum",
    "41": "internal hardware or software error",
    "42": "DES failure",
    "43": "RSA key generation failure",
    "46": "invalid tag for encrypted PIN",
    "47": "algorithm not licensed",
    "48": "the key cannot be encrypted by a 3DES LMK",
    "49": "private key error",
    "51": "invalid message header",
    "65": "transaction key scheme set to none",
    "67": "command not licensed",
    "68": "command disabled",
    "69": "PIN block format disabled",
    "74": "invalid digest info syntax",
    "75": "single-length key masquerading as a double- or triple-length key",
    "76": "RSA public key length error",
    "77": "clear data block error",
    "78": "private key length error",
    "79": "hash algorithm object identifier error",
    "80": "data length error",
    "81": "invalid certificate header",
    "82": "invalid check value length",
    "83": "key block format error",
    "84": "key block check value error",
    "85": "invalid OAEP mask generation function",
    "86": "invalid hash of the OAEP mask generation function",
    "87": "OAEP parameter error",
    "90": "parity error in the host message",
    "91": "LRC error",
    "92": "count value out of range",
    "A1": "incompatible LMK schemes",
    "A2": "incompatible LMK identifiers",
    "A3": "incompatible key block LMK identifiers",
    "A4": "key block authentication failure",
    "A5": "incompatible key length",
    "A6": "invalid key usage",
    "A7": "invalid algorithm",
    "A8": "invalid mode of use",
    "A9": "invalid key version number",
    "AA": "invalid export field",
    "AB": "invalid number of optional blocks",
    "AC": "optional header block error",
    "AD": "key status error",
    "AE": "start date error",
    "AF": "end date error",
    "B0": "invalid encryption mode",
    "B1": "invalid authentication mode",
    "B2": "miscellaneous key block error",
    "B3": "invalid number of optional blocks",
    "B4": "optional block data error",
    "B5": "incompatible components",
    "B6": "incompatible key status blocks",
    "B7": "invalid change field",
    "B8": "invalid old value",
    "B9": "invalid new value",
    "BA": "no key status block",
    "BB": "invalid wrapping key",
    "BC": "repeated optional block",
    "BD": "incompatible key types",
    "BE": "invalid key block header identifier",
    "D2": "invalid curve",
    "D3": "invalid key encoding",
    "E0": "invalid command version",
    "E1": "invalid output format",
    "E2": "invalid public key format",
    "E3": "public key block error",
    "E4": "public key error",
    "E5": "private key block error",
    "E6": "invalid mask generation function",
    "E7": "invalid subject type",
    "E8": "template error",
    "E9": "invalid subject attribute",
}

ABSENT = frozenset({"67", "68"})
"""Codes of a command that is not licensed, or switched off."""

HINTS = {
    "10": "the KEK (or the key) is not under this LMK, or not of the key type that was stated",
    "11": "the key is not under this LMK, or not of the key type that was stated",
    "13": "check variant_lmk_identifier and key_block_lmk_identifier: the HSM has no such LMK loaded, or its port is "
    "bound to another",
    "15": "check header_length and the firmware version; a field that this HSM does not know gives 15 too",
    "17": "put the HSM into the authorised state, or authorise the activity (EI: generate.rsa.host), then resume",
    "26": "the HSM's settings allow no other schemes than key blocks; export in a TR-31 block",
    "27": "the KEK is shorter than the key: establish a stronger KEK first",
    "28": "check key_type: the HSM does not take this key type in this command",
    "29": "the key or a security setting forbids this export: exportability N, or 'Enable export of a ZMK' is NO",
    "41": "the HSM reports a fault of its own: see its error log",
    "47": "the HSM lacks the licence for this algorithm",
    "48": "use a key-block LMK under AES: a 3DES LMK holds neither AES keys nor RSA keys over 2048 bits",
    "67": "the HSM lacks the licence for this command",
    "68": "the command is switched off on the HSM: an administrator enables it with CONFIGCMDS",
    "75": "two parts of the TDES key (or of the KEK) are equal, which leaves single DES: replace the key",
    "A1": "the key or LMK identifier belongs to the other kind of LMK: check variant_lmk",
    "A2": "the key is under another LMK than the one named: check the LMK identifiers",
    "A3": "the key block is under another LMK than the one named: check key_block_lmk_identifier",
    "A4": "the key block was changed, or it is under another LMK of the same identifier",
    "A5": "the KEK is weaker than the key: establish a stronger KEK first",
    "A6": "the key's usage does not allow this: a KEK has usage K0, K1, 51 or 52",
    "A7": "the KEK's algorithm does not fit the TR-31 version: B needs TDES, D needs AES",
    "A8": "the key's mode of use does not allow this",
}


class Refusal(Exception):  # noqa: N818 (raised inside the face only, becomes a reply)
    """A command that a payShield answers with an error code.

    Args:
        code: two characters.
        body: what follows it, in the few replies that have something there.
    """

    def __init__(self, code: str, body: bytes = b"") -> None:
        super().__init__(code)
        self.code = code
        self.body = body


def refused(operation: str, code: str) -> DeviceRefusedError:
    """The error for a reply's code.

    Args:
        operation: the command that was refused, "A8".
        code: two characters, known or not.
    """
    return DeviceRefusedError(SIDE, operation, code, MEANINGS.get(code, f"HSM error {code}"), hint=HINTS.get(code))
