"""00 echo, 1101 version, 9A status."""

from __future__ import annotations

from keyexchange.wire import wire

from ..fields import Free, IfMore, Others, one_of
from ..message import Reply, Request

LONGEST_ECHO = 1999


class EchoReply(Reply):
    """00: six digits of which the first four are zeros, and the same text."""

    code = "00"
    status: str = wire(Free(6, 6))
    text: str = wire(Free(LONGEST_ECHO))


class Echo(Request[EchoReply]):
    """00: the HSM sends a text of 1 to 1999 characters back."""

    code = "00"
    reply = EchoReply
    provenance = "second"
    source = "Koekiebox-BV/Fluid: TestAtallaFraming (the manual's sample); futehkao/elements: hsm/atalla"
    text: str = wire(Free(LONGEST_ECHO, 1))


class VersionReply(Reply):
    """2101: what software this is, the check value of its image, a code of the product."""

    code = "2101"
    version: str = wire(Free())
    image: str = wire(Free())
    product: str = wire(Free())


class Version(Request[VersionReply]):
    """1101."""

    code = "1101"
    reply = VersionReply
    provenance = "second"
    source = "Koekiebox-BV/Fluid and com.goyoung.crypto.hsmsim (a reply of an AT1000 and one of an A10160)"


class StatusReply(Reply):
    """AA: fields that depend on the selector; see `adapters.atalla.status`."""

    code = "AA"
    fields: tuple[str, ...] = wire(Others())


class Status(Request[StatusReply]):
    """9A: ID names the unit, KEY its master file keys, CONFIG-ON what is enabled."""

    code = "9A"
    reply = StatusReply
    provenance = "second"
    source = "com.goyoung.crypto.hsmsim: SPConfigurationStatus and its neighbours (replies of an A10160V)"
    conventions = ("the face's serial number and the last field of CONFIG-ON are zeros",)
    selector: str = wire(one_of("ID", "KEY", "CONFIG-ON"))
    more: str | None = wire(IfMore(Free(0)), default=None)
