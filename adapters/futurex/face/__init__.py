"""Futurex's Excrypt commands answered by software, under a published test PMK: for rehearsal and test only."""

from . import card, certificates, cryptograms, data, diagnostics, exchange, pairs, pin, symmetric
from .face import FACE, FuturexFace
from .options import FaceOptions

__all__ = [
    "FACE",
    "FaceOptions",
    "FuturexFace",
    "card",
    "certificates",
    "cryptograms",
    "data",
    "diagnostics",
    "exchange",
    "pairs",
    "pin",
    "symmetric",
]
