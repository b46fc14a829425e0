"""Host commands as declarations, request and reply, shared by adapter and face. No behaviour."""

from .attributes import ExportAttributes, KeyPairAttributes, NewKeyAttributes, PublicKeyAttributes
from .conditions import KEY_BLOCK_TYPE
from .diagnostics import Diagnostics, DiagnosticsReply, Echo, EchoReply
from .rsa import (
    CertificationRequest,
    CertificationRequestReply,
    GenerateKeyPair,
    GenerateKeyPairReply,
    ImportPublicKey,
    ImportPublicKeyReply,
    Subject,
)
from .symmetric import CheckValue, CheckValueReply, ExportKey, ExportKeyReply, GenerateKey, GenerateKeyReply
from .tr34 import ExportTr34, ExportTr34Reply

__all__ = [
    "KEY_BLOCK_TYPE",
    "CertificationRequest",
    "CertificationRequestReply",
    "CheckValue",
    "CheckValueReply",
    "Diagnostics",
    "DiagnosticsReply",
    "Echo",
    "EchoReply",
    "ExportAttributes",
    "ExportKey",
    "ExportKeyReply",
    "ExportTr34",
    "ExportTr34Reply",
    "GenerateKey",
    "GenerateKeyPair",
    "GenerateKeyPairReply",
    "GenerateKeyReply",
    "ImportPublicKey",
    "ImportPublicKeyReply",
    "KeyPairAttributes",
    "NewKeyAttributes",
    "PublicKeyAttributes",
    "Subject",
]
