"""Faults at the wire, the same for every vendor that is reached by TCP: each a clear error, nothing is sent twice.

| Fault | payShield | Futurex | Atalla | APC |
|---|---|---|---|---|
| reply cut, two in one segment, drip, reset, hung up, wrong echo | here | here | here | apc/test_faults.py |
| TLS: expired, stranger's, another name | here | here | here | apc/test_faults.py |
| error code for each declared command | test_faults.py | test_faults.py | test_faults.py | apc/test_faults.py |
| device busy | here (hangs up) | test_faults.py (56) | test_faults.py (41) | apc/test_client.py (throttled) |
| run resumed, no key twice | main_job/test_run_faults.py | the same | the same | main_job/test_killed.py |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from adapters.atalla.face import FACE as ATALLA
from adapters.futurex.face import FACE as FUTUREX
from adapters.payshield.face import FACE as PAYSHIELD
from keyexchange.errors import KeyExchangeError, ProtocolError, TrustError, UnreachableError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove
from keyexchange.wire import TlsSettings, server_context
from tests.adapters.atalla import conftest as atalla
from tests.adapters.futurex import conftest as futurex
from tests.adapters.payshield import conftest as payshield
from tests.adapters.payshield.cases import B0
from tests.faces import running_face
from tests.misbehaviour import drip, hang_up, reply_and_close, reply_and_reset, reply_with, scripted_server
from tests.tls_files import make_tls_files

TDES = KeyAlgorithm.TDES_2KEY


class Vendor(NamedTuple):
    """How a vendor is asked for a check value, and what it answers.

    Args:
        face: for TLS.
        open: the adapter to a port.
        key: whose check value it is.
        command: that asks for it.
        reply: of the device to the n-th command, framed.
    """

    face: Any
    open: Callable[..., Any]
    key: KeyToMove
    command: str
    reply: Callable[[int], bytes]


VENDORS = {
    "payshield": Vendor(
        PAYSHIELD,
        payshield.open_adapter,
        KeyToMove("k", B0, KeyAttributes("B0", TDES, "N")),
        "BU",
        lambda number: b"\x00\x0e%04dBV0008D7B4" % number,
    ),
    "futurex": Vendor(
        FUTUREX,
        futurex.open_adapter,
        KeyToMove("k", futurex.BDK, KeyAttributes("B0", KeyAlgorithm.TDES_3KEY, "X")),
        "TWKA",
        lambda number: b"[AOTWKA;BH%s;AE5802BA;AG%04d;]" % (futurex.EXPORTED.encode(), number),
    ),
    "atalla": Vendor(
        ATALLA,
        lambda port, **settings: atalla.open_adapter(port, context_tags=True, **settings),
        KeyToMove("k", atalla.BLOCKS["e6-cvk"], KeyAttributes("C0", TDES, "C")),
        "7E",
        lambda number: b"<8E#V#08D7B4#^%d#>" % number,
    ),
}
CHECK_VALUES = {"payshield": "08D7B4", "futurex": "5802BA", "atalla": "08D7B4"}


class Fault(NamedTuple):
    """What a device does with one good reply and another command's.

    Args:
        script: of the reply and the other one.
        error: that the operator gets.
        said: in its message.
    """

    script: Callable[[bytes, bytes], Any]
    error: type[KeyExchangeError]
    said: str


FAULTS = {
    "nothing comes": Fault(lambda _reply, _other: reply_with(), UnreachableError, "no reply within 0.2 s$"),
    "cut in the middle, then silence": Fault(
        lambda reply, _other: reply_with(reply[:-1]), UnreachableError, r"no reply within 0.2 s \(only"
    ),
    "cut in the middle, then closed": Fault(
        lambda reply, _other: reply_and_close(reply[:9]), UnreachableError, "closed after 9 octets of a reply"
    ),
    "cut in the middle, then reset": Fault(
        lambda reply, _other: reply_and_reset(reply[:9]), UnreachableError, "broke before|closed after 9 octets"
    ),
    "slower than the time allows": Fault(
        lambda reply, _other: drip(reply, 0.05), UnreachableError, r"no reply within 0.2 s \(only"
    ),
    "hung up without a word": Fault(
        lambda _reply, _other: hang_up, UnreachableError, "closed without a reply|broke before"
    ),
    "two in one segment": Fault(lambda reply, _other: reply_with(reply * 2), ProtocolError, "nobody asked for"),
    "the reply to another command": Fault(lambda _reply, other: reply_with(other), ProtocolError, "another"),
}


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


def ask(vendor: Vendor, side: Any) -> str:
    if vendor.command == "TWKA":
        kek = KeyToMove("kek", futurex.KBPK, KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"))
        return side.export_tr31(vendor.key, kek=kek).kcv.digits
    return side.key_check_value(vendor.key).digits


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_clear_error_and_the_next_command_is_answered(vendor: Vendor, fault: str) -> None:
    name = vendor.face.name
    script, error, said = FAULTS[fault]
    second = script(vendor.reply(1), vendor.reply(7)), reply_with(vendor.reply(2))
    with scripted_server(*second) as (port, received):
        side = vendor.open(port, reply_timeout=0.2)
        with pytest.raises(error, match=said) as caught:
            ask(vendor, side)
        assert ask(vendor, side) == CHECK_VALUES[name]
        side.close()
    assert name in caught.value.message
    assert vendor.command in caught.value.message
    assert caught.value.hint
    assert len(set(received)) == len(received) <= 2, "no command was sent twice"


def test_a_reply_octet_by_octet_is_a_reply(vendor: Vendor) -> None:
    with scripted_server(drip(vendor.reply(1), 0)) as (port, _):
        side = vendor.open(port)
        assert ask(vendor, side) == CHECK_VALUES[vendor.face.name]
        side.close()


@pytest.mark.parametrize(
    ("certificate", "authority", "server_name", "category", "hint"),
    [
        ("expired", "ca", "localhost", "expired", "clock of this machine"),
        ("server", "other_ca", "localhost", "chain_untrusted", "ca_file"),
        ("server", "ca", "hsm.example", "chain_untrusted", "server_name"),
    ],
    ids=["expired", "a stranger's", "another name"],
)
def test_a_tls_peer_that_is_not_to_be_trusted_gets_no_command(
    vendor: Vendor,
    tmp_path_factory: pytest.TempPathFactory,
    certificate: str,
    authority: str,
    server_name: str,
    category: str,
    hint: str,
) -> None:
    files = make_tls_files(tmp_path_factory.mktemp("tls"))
    context = server_context(TlsSettings(None, getattr(files, certificate), getattr(files, f"{certificate}_key")))
    with running_face(vendor.face, tls=context) as port:
        side = vendor.open(port, tls={"ca_file": str(getattr(files, authority)), "server_name": server_name})
        with pytest.raises(TrustError, match="certificate") as caught:
            ask(vendor, side)
        side.close()
    assert caught.value.category == category
    assert hint in caught.value.hint
