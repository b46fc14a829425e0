"""TR-34 tokens: built, read, verified and opened, without I/O. Source: X9 TR 34-2019; AWS's X9_TR34_2012."""

from keyexchange.crypto.rsa import SignatureHash
from keyexchange.tr34.algorithms import AES128_CBC, AES256_CBC, DES_EDE3_CBC, ContentCipher, Oaep
from keyexchange.tr34.binding import BindingForm, BindingToken, read_binding, verify_binding
from keyexchange.tr34.binding_writer import Signer, build_ca_rebind, build_ca_unbind, build_kdh_rebind, build_kdh_unbind
from keyexchange.tr34.checks import require_two_certificates
from keyexchange.tr34.credentials import Credential, build_kdh_credential, build_krd_credential, read_credential
from keyexchange.tr34.describe import describe, describe_binding, describe_credential
from keyexchange.tr34.envelope import Envelope, OneTime
from keyexchange.tr34.freshness import ONE_DAY, Freshness, Window, judge_signing_time
from keyexchange.tr34.layouts import Layout, Tolerance
from keyexchange.tr34.random_number import build_random_number, read_random_number
from keyexchange.tr34.sealed import Unsigned, enclose_sealed
from keyexchange.tr34.signed import Signed
from keyexchange.tr34.tokens import OpenedToken, Token, TokenParts, assemble, build_parts, open_token, read, verify
from keyexchange.tr34.trust import verify_credential, verify_sender

__all__ = [
    "AES128_CBC",
    "AES256_CBC",
    "DES_EDE3_CBC",
    "ONE_DAY",
    "BindingForm",
    "BindingToken",
    "ContentCipher",
    "Credential",
    "Envelope",
    "Freshness",
    "Layout",
    "Oaep",
    "OneTime",
    "OpenedToken",
    "SignatureHash",
    "Signed",
    "Signer",
    "Token",
    "TokenParts",
    "Tolerance",
    "Unsigned",
    "Window",
    "assemble",
    "build_ca_rebind",
    "build_ca_unbind",
    "build_kdh_credential",
    "build_kdh_rebind",
    "build_kdh_unbind",
    "build_krd_credential",
    "build_parts",
    "build_random_number",
    "describe",
    "describe_binding",
    "describe_credential",
    "enclose_sealed",
    "judge_signing_time",
    "open_token",
    "read",
    "read_binding",
    "read_credential",
    "read_random_number",
    "require_two_certificates",
    "verify",
    "verify_binding",
    "verify_credential",
    "verify_sender",
]
