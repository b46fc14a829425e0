"""The Atalla's host commands answered by software, under the published test key: for rehearsal and test only."""

from . import card, data, emv, pin, rsa, status, symmetric, tr31, tr34
from .face import FACE, AtallaFace
from .options import FaceOptions

__all__ = [
    "FACE",
    "AtallaFace",
    "FaceOptions",
    "card",
    "data",
    "emv",
    "pin",
    "rsa",
    "status",
    "symmetric",
    "tr31",
    "tr34",
]
