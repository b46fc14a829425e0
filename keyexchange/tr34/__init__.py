"""TR-34 key tokens: built, read, verified and opened, without I/O. Source: X9 TR 34-2019; AWS's X9_TR34_2012."""

from keyexchange.tr34.algorithms import AES128_CBC, AES256_CBC, DES_EDE3_CBC, ContentCipher, Oaep
from keyexchange.tr34.describe import describe
from keyexchange.tr34.envelope import Envelope, OneTime
from keyexchange.tr34.layouts import Layout, Tolerance
from keyexchange.tr34.signed import Signed
from keyexchange.tr34.tokens import OpenedToken, Token, TokenParts, assemble, build_parts, open_token, read, verify

__all__ = [
    "AES128_CBC",
    "AES256_CBC",
    "DES_EDE3_CBC",
    "ContentCipher",
    "Envelope",
    "Layout",
    "Oaep",
    "OneTime",
    "OpenedToken",
    "Signed",
    "Token",
    "TokenParts",
    "Tolerance",
    "assemble",
    "build_parts",
    "describe",
    "open_token",
    "read",
    "verify",
]
