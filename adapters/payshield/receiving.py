"""A certificate for the RSA key under which this HSM receives keys: by GI, or a token by the simulator's Z8.

A payShield issues no certificates, so an authority is made here for this one certificate, and its key is forgotten.
"""

from __future__ import annotations

import base64
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keyexchange import pki
from keyexchange.crypto.rsa import generate
from keyexchange.protocols.messages import CertificateChain, KrdCredential, SigningKey

VALIDITY_DAYS = 30
_AUTHORITY_BITS = 3072


def certified(pair: SigningKey) -> KrdCredential:
    """The pair with a certificate for wrapping; the handle is the private key under the LMK, in base 64."""
    public_key = load_der_public_key(pair.public_key)
    assert isinstance(public_key, rsa.RSAPublicKey)
    now, authority = datetime.now().astimezone(), generate(_AUTHORITY_BITS)
    root = pki.issue_root("keyexchange KRD CA", authority, days=VALIDITY_DAYS, now=now)
    leaf = pki.issue_leaf("keyexchange KRD", public_key, root, authority, purpose="wrap", days=VALIDITY_DAYS, now=now)
    handle = base64.b64encode(pair.reference).decode("ascii")
    return KrdCredential(CertificateChain(pki.to_der(leaf), (pki.to_der(root),)), handle, leaf.not_valid_after_utc)
