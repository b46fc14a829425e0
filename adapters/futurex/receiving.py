"""A certificate for the RSA key with which this HSM receives: made by the HSM itself, with a root of its own.

Only the simulator's conventions (ZTRI, ZRSI) have a use for it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from keyexchange import pki
from keyexchange.protocols.messages import CertificateChain, KrdCredential

from .client import Client
from .commands import CertificationRequest, GenerateRsaPair, SelfSign, SignRequest

VALIDITY_DAYS = 30
_SIGN, _DECRYPT = "G", "D"
_SHA_512 = "6"
_CLOCK_SKEW = timedelta(hours=1)
"""Source: AWS's scripts, which let certificates begin on the day of an hour ago."""


def offer_credential(client: Client, bits: int) -> KrdCredential:
    """A new pair that decrypts, and its certificate under a new root; the handle is the private key under the PMK."""
    root_key = client.send(GenerateRsaPair(bits=str(bits), mode=_SIGN)).private_key
    root = client.send(
        SelfSign(
            first_day=_first_day(),
            days=str(VALIDITY_DAYS),
            usages="critical,keyCertSign,cRLSign",
            hash=_SHA_512,
            constraints="CA:TRUE",
            common_name="keyexchange KRD CA",
            serial=_serial(),
            private_key=root_key,
        )
    ).certificate
    private_key = client.send(GenerateRsaPair(bits=str(bits), mode=_DECRYPT)).private_key
    certificate = client.send(
        SignRequest(
            first_day=_first_day(),
            days=str(VALIDITY_DAYS),
            hash=_SHA_512,
            usages="critical,keyEncipherment",
            request=make_request(client, private_key, "keyexchange KRD", "critical,keyEncipherment"),
            serial=_serial(),
            issuer=root,
            private_key=root_key,
        )
    ).certificate
    valid_until = pki.load(certificate).not_valid_after_utc
    return KrdCredential(CertificateChain(certificate, (root,)), private_key, valid_until)


def make_request(client: Client, private_key: str, common_name: str, usages: str) -> bytes:
    """A certification request, DER, signed by a private key of this HSM."""
    wanted = CertificationRequest(hash=_SHA_512, usages=usages, common_name=common_name, private_key=private_key)
    return client.send(wanted).request


def _first_day() -> str:
    return (datetime.now().astimezone() - _CLOCK_SKEW).strftime("%Y%m%d")


def _serial() -> str:
    """Decimal; 63 random bits, never zero."""
    return str(secrets.randbelow(2**63 - 1) + 1)
