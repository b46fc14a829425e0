"""A certificate for the RSA key with which this HSM receives. Only the simulator's conventions have a use for it."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange import pki
from keyexchange.crypto.rsa import generate
from keyexchange.protocols.messages import CertificateChain

VALIDITY_DAYS = 30
_ROOT_BITS = 2048


def certified(key: rsa.RSAPublicKey, *, now: datetime) -> CertificateChain:
    """The key's certificate under a root whose private key nobody keeps.

    Args:
        now: aware.
    """
    root_key = generate(_ROOT_BITS)
    root = pki.issue_root("keyexchange KRD CA", root_key, days=VALIDITY_DAYS, now=now)
    leaf = pki.issue_leaf("keyexchange KRD", key, root, root_key, purpose="wrap", days=VALIDITY_DAYS, now=now)
    return CertificateChain(pki.to_der(leaf), (pki.to_der(root),))
