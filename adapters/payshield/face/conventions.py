"""Answer to Z8, the simulator's own way of receiving a TR-34 token."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange import tr31, tr34
from keyexchange.errors import FormatError, TrustError
from keyexchange.tr31 import Header

from ..commands import ImportTr34, ImportTr34Reply
from ..errors import Refusal
from .device import Device, answers
from .rules import ArrivedKey, require_distinct_parts

_SCHEMA, _GIVEN_KEY = "0", "99"
_NOT_THE_SENDER, _NOT_A_TOKEN, _NOT_FOR_US = "02", "80", "77"


@answers(ImportTr34)
def import_tr34(device: Device, request: ImportTr34) -> ImportTr34Reply:
    """Z8. Whoever sends it has verified the sender's certificate: this command takes the certificate as it is."""
    rules = device.lmk(request.lmk)
    device.require_authorised("import", "rsa")
    if request.schema != _SCHEMA or request.private_key_flag != _GIVEN_KEY:
        raise Refusal("15")
    opened = _opened(request, rules.decrypting_key(request.private_key))
    header = rules.arriving_header(request.key_type, _header(opened.header), None)
    if (header.algorithm, len(opened.key)) not in _KNOWN:
        raise Refusal("A5")
    require_distinct_parts(header.algorithm, opened.key)
    arrived = ArrivedKey(header.algorithm, opened.key, request.key_type, request.scheme, header)
    text, kept = rules.keep(arrived)
    return ImportTr34Reply(key=text, kcv=kept.kcv)


_KNOWN = {("T", 16), ("T", 24), ("A", 16), ("A", 24), ("A", 32)}


def _opened(request: ImportTr34, private_key: rsa.RSAPrivateKey) -> tr34.OpenedToken:
    certificate = request.kdh_certificate
    try:
        token = tr34.read(request.key_token)
        tr34.verify(token, kdh_certificate=certificate, nonce=request.nonce)
        return tr34.open_token(token, krd_private_key=private_key, krd_certificate=None, kdh_certificate=certificate)
    except TrustError:
        raise Refusal(_NOT_THE_SENDER) from None
    except FormatError as error:
        raise Refusal(_NOT_FOR_US if error.category == "decrypt_failed" else _NOT_A_TOKEN) from None


def _header(text: str) -> Header:
    try:
        header, _ = tr31.parse_header(text)
    except FormatError:
        raise Refusal("B2") from None
    return replace(header, reserved="00")
