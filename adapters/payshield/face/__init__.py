"""The payShield's host commands answered by software, under the published test LMKs: for rehearsal and test only."""

from . import asymmetric, diagnostics, symmetric, tr34
from .face import FACE, PayshieldFace
from .options import FaceOptions

__all__ = ["FACE", "FaceOptions", "PayshieldFace", "asymmetric", "diagnostics", "symmetric", "tr34"]
