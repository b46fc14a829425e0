"""The payShield's host commands answered by software, under the published test LMKs: for rehearsal and test only."""

from . import (
    arriving,
    asymmetric,
    card,
    conventions,
    data,
    diagnostics,
    elliptic,
    pin,
    rsa_transport,
    signatures,
    stored_pin,
    symmetric,
    tr34,
)
from .face import FACE, PayshieldFace
from .options import FaceOptions

__all__ = [
    "FACE",
    "FaceOptions",
    "PayshieldFace",
    "arriving",
    "asymmetric",
    "card",
    "conventions",
    "data",
    "diagnostics",
    "elliptic",
    "pin",
    "rsa_transport",
    "signatures",
    "stored_pin",
    "symmetric",
    "tr34",
]
