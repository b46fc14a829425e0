"""A fault at the wire in the middle of a run, for each vendor: the run says so, is resumed, no key arrives twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from adapters.atalla.face import FACE as ATALLA
from adapters.futurex.face import FACE as FUTUREX
from adapters.payshield.face import FACE as PAYSHIELD
from keyexchange.cli.session import Request, run_or_resume
from keyexchange.engine.report import make_report
from keyexchange.errors import DeviceRefusedError, KeyExchangeError, ProtocolError, UnreachableError
from tests.faces import running_handler
from tests.main_job.site import KEYS, NO_WAIT, RSA_2048_CA, Site

Change = Callable[[bytes, bytes], bytes]
"""What becomes of a reply, by request and reply."""


class Vendor(NamedTuple):
    """A KDH whose command for the keys goes wrong once.

    Args:
        face: that answers otherwise.
        exports: how that command begins; a mere question whether it is there does not match.
        section: of the reviewed file, beside the port.
        other: makes the reply one to another command.
        busy: makes the reply an error code.
        code: in `busy`.
        options: of the face.
    """

    face: Any
    exports: re.Pattern[bytes]
    section: dict[str, Any]
    other: Change
    busy: Change
    code: str
    options: dict[str, Any]


def tag(request: bytes) -> bytes:
    """The running number of a Futurex command."""
    found = re.search(rb"AG(\d+);", request)
    assert found is not None
    return found[1]


VENDORS = {
    "payshield": Vendor(
        PAYSHIELD,
        re.compile(rb"....A8.", re.DOTALL),
        {"variant_lmk": False, "key_block_lmk_identifier": "00"},
        lambda _request, reply: b"9999" + reply[4:],
        lambda request, _reply: request[:4] + b"A941",
        "41",
        {},
    ),
    "futurex": Vendor(
        FUTUREX,
        re.compile(rb"AOTWKA;.*BG"),
        {},
        lambda request, reply: reply.replace(b"AG" + tag(request), b"AG9999"),
        lambda request, _reply: b"AOERRO;AM56;AG" + tag(request) + b";",
        "56",
        {},
    ),
    "atalla": Vendor(
        ATALLA,
        re.compile(rb"11A#."),
        {},
        lambda _request, reply: b"8E" + reply[3:],
        lambda _request, _reply: b"00#410021##",
        "41",
        {"auto_approve": True},
    ),
}


class LostError(ProtocolError):
    """Makes the face's server close the connection in place of a reply."""


def lost(_request: bytes, _reply: bytes) -> bytes:
    raise LostError("the connection is closed")


FAULTS: dict[str, tuple[Callable[[Vendor], Change], type[KeyExchangeError], str]] = {
    "carried out, the reply lost": (lambda _vendor: lost, UnreachableError, "without a reply"),
    "cut in the middle": (lambda _vendor: lambda _request, reply: reply[: len(reply) // 2], ProtocolError, "the reply"),
    "another command's": (lambda vendor: vendor.other, ProtocolError, "the reply"),
    "busy": (lambda vendor: vendor.busy, DeviceRefusedError, "refused"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", VENDORS)
def test_a_run_hit_by_a_fault_is_resumed_and_no_key_arrives_twice(site: Site, name: str, fault: str) -> None:
    vendor = VENDORS[name]
    make_change, error, said = FAULTS[fault]
    change, struck = make_change(vendor), []
    honest = vendor.face.handler(vendor.options)

    async def handler(message: bytes) -> bytes:
        reply = await honest(message)
        if vendor.exports.match(message) and not struck:
            struck.append(message)
            return change(message, reply)
        return reply

    with running_handler(handler, framing=vendor.face.framing) as port, site.journal() as journal:
        request = to_apc(site, name, vendor, port)
        with pytest.raises(error, match=said) as caught:
            run_or_resume(request, journal, settle=NO_WAIT)
        assert name in caught.value.message
        assert caught.value.hint
        if isinstance(caught.value, DeviceRefusedError):
            assert caught.value.code == vendor.code
        again = Request(None, None, request.config_file, None, simulate=False, resume=request.begun)
        run = run_or_resume(again, journal, settle=NO_WAIT)
        assert make_report(journal, run).state == "finished"
    assert {key: len(held) for key, held in site.arrived().items()} == {"kek": 1, "bdk": 1, "cvk": 1}


def to_apc(site: Site, name: str, vendor: Vendor, port: int) -> Request:
    document = {
        "kdh": {name: {"host": "127.0.0.1", "port": port, "reply_timeout": 20} | vendor.section},
        "krd": {"apc": {"region": site.region, "endpoint_url": site.apc_url, "requests_per_second": None}},
        "certificate_authority": RSA_2048_CA,
        "kek": {"algorithm": "TDES_3KEY"},
        "keys": KEYS,
    }
    path = site.folder / "keyexchange.json"
    path.write_text(json.dumps(document))
    return Request(name, "apc", path, None, simulate=False)
