"""ECHO."""

from __future__ import annotations

from ..message import Reply, Request
from ..tokens import maybe, one_of, text


class EchoReply(Reply):
    """The tag as it was sent, and what the unit says about itself when it was asked."""

    code = "ECHO"
    version: str | None = maybe("EX", text(64))
    product: str | None = maybe("PN", text(64))
    serial: str | None = maybe("SN", text(64))
    firmware: str | None = maybe("FW", text(64))
    status: str | None = maybe("BB", text(64))


class Echo(Request[EchoReply]):
    """The tag AG comes back. With EX1 the unit tells its version, product, serial number and firmware."""

    code = "ECHO"
    reply = EchoReply
    provenance = "second"
    source = (
        "J8k3/aws-payment-cryptography-hsm-proxy: tests/integration.rs; a public client of VirtuCrypt; EX1: the web "
        "console of Futurex's key management server (rkweb, dashboard info)"
    )
    conventions = ("that a payment HSM answers EX1 as the key management server does is not shown anywhere",)
    details: str | None = maybe("EX", one_of("1"))
