"""Wrong inputs: each a clear error, nothing half done, and the run can be resumed where that makes sense."""

from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keyexchange import pki
from keyexchange.crypto import rsa
from keyexchange.errors import (
    DeviceRefusedError,
    KcvMismatchError,
    KeyExchangeError,
    ProtocolError,
    RuleError,
    TrustError,
    UnreachableError,
    UnsupportedError,
)
from tests.apc_server import MovableClock
from tests.main_job.holding import holding
from tests.main_job.site import KEYS, RSA_2048_CA, Site, serving

GOOD_BDK = "S10096B0TN00E00003D569260CFB3DFA04F48ACCDA8C15CADA1E8A91A934CD9A8EEF53C037C03BFDA0A0BE609C8C7970C"
"""Golden block of the BDK 0123..3210 under the published AES test LMK."""


UNASKED = {"probe_commands": False}
"""The payShield is not asked first which commands it has."""


def code(message: bytes) -> bytes:
    """The command code behind the four characters of header; nothing when it has no fields, but is only tried."""
    return message[4:6] if len(message) > 6 else b""


def one_key(**changes: str) -> list[dict[str, str]]:
    return [{"name": "bdk", "usage": "B0", "algorithm": "TDES_2KEY", "mode_of_use": "N", "key": GOOD_BDK, **changes}]


def test_hsm_down(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error, report = site.run_failing(UnreachableError, payshield={"port": port})
    assert f"127.0.0.1:{port}" in error.message
    assert report is not None
    assert not site.arrived()
    assert not site.anchors()


def test_hsm_error_code(site: Site) -> None:
    with site.through(lambda _request, reply: reply, disabled_commands=["A8"]) as other:
        error, report = site.run_failing(DeviceRefusedError, payshield=other | UNASKED)
    assert (error.side, error.operation, error.code) == ("payshield", "A8", "68")
    assert "disabled" in error.message
    assert error.hint
    assert list(site.arrived()) == ["kek"]
    assert report is not None
    assert site.run(resume=report.run, payshield=UNASKED).state == "finished"
    assert {name: len(keys) for name, keys in site.arrived().items()} == {"kek": 1, "bdk": 1, "cvk": 1}


def test_a_disabled_command_stops_the_run_before_anything_is_made(site: Site) -> None:
    with site.through(lambda _request, reply: reply, disabled_commands=["A8"]) as other:
        error, report = site.run_failing(UnsupportedError, payshield=other)
    assert "A8" in error.message
    assert not site.arrived()
    assert not site.anchors()
    assert report is not None
    assert site.run(resume=report.run).state == "finished", "once the command is enabled"


def test_wrong_lmk_identifier(site: Site) -> None:
    error, _ = site.run_failing(DeviceRefusedError, payshield={"key_block_lmk_identifier": "07"})
    assert error.code == "13"
    assert "LMK" in error.message
    assert not site.anchors()


def cut(request: bytes, reply: bytes) -> bytes:
    """A8's reply loses its check value and a part of the key."""
    return reply[:40] if code(request) == b"A8" else reply


def wrong_echo(request: bytes, reply: bytes) -> bytes:
    return b"9999" + reply[4:] if code(request) == b"A8" else reply


@pytest.mark.parametrize("change", [cut, wrong_echo])
def test_a_reply_that_is_no_reply(site: Site, change: Callable[[bytes, bytes], bytes]) -> None:
    with site.through(change) as other:
        error, report = site.run_failing(KeyExchangeError, payshield=other)
    assert isinstance(error, ProtocolError)
    assert "A8" in error.message
    assert list(site.arrived()) == ["kek"]
    assert report is not None
    assert site.run(resume=report.run).state == "finished"


def test_truncated_reply_on_the_wire(site: Site) -> None:
    """The HSM says 100 octets, sends 10 and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"\x00\x640000ND0012")

        thread = threading.Thread(target=answer)
        thread.start()
        error, _ = site.run_failing(UnreachableError, payshield={"port": server.getsockname()[1]})
        thread.join()
    assert "NC" in error.message
    assert not site.anchors()


def lying_a9(request: bytes, reply: bytes) -> bytes:
    return reply[:-6] + b"000000" if code(request) == b"A8" else reply


def test_kcv_that_does_not_match_at_the_sender(site: Site) -> None:
    with site.through(lying_a9) as other:
        error, _ = site.run_failing(KcvMismatchError, payshield=other)
    assert "key bdk" in error.message
    assert list(site.arrived()) == ["kek"]


def test_kcv_that_does_not_match_the_reviewed_file(site: Site) -> None:
    error, _ = site.run_failing(KcvMismatchError, keys=one_key(kcv="08D7B5"))
    assert "08D7B4 at the sender and 08D7B5 in the reviewed file" in error.message
    assert not site.arrived()
    assert not site.anchors()


def lying_a1(request: bytes, reply: bytes) -> bytes:
    return reply[:-6] + b"AAAAAA" if code(request) == b"A0" else reply


def test_kcv_of_the_kek_that_changes_at_the_sender(site: Site) -> None:
    with site.through(lying_a1) as other:
        error, _ = site.run_failing(KcvMismatchError, payshield=other)
    assert "key kek" in error.message
    assert "before" in error.message
    assert not site.arrived()


def lying_b9(request: bytes, reply: bytes) -> bytes:
    """The three octets of check value stand behind the authenticated attributes."""
    if code(request) != b"B8":
        return reply
    end = 8 + 2 + reply[9] if reply[9] < 0x80 else 8 + 3 + reply[10]
    return reply[:end] + b"\x00\x00\x00" + reply[end + 3 :]


def test_kcv_that_does_not_match_at_the_receiver(site: Site) -> None:
    """The sender says the same wrong check value throughout, so only the comparison with the receiver can notice."""

    def lying(request: bytes, reply: bytes) -> bytes:
        if code(request) == b"A0":
            return reply[:-6] + b"000000"
        return lying_b9(request, reply)

    with site.through(lying) as other:
        error, report = site.run_failing(KcvMismatchError, payshield=other)
    assert "at the sender and" in error.message
    assert error.exit_code == 8
    assert report is not None
    assert report.state == "failed"
    assert list(site.arrived()) == ["kek"]


def test_key_block_under_the_lmk_with_a_bad_mac(site: Site) -> None:
    damaged = GOOD_BDK[:-1] + ("0" if GOOD_BDK[-1] != "0" else "1")
    error, _ = site.run_failing(DeviceRefusedError, keys=one_key(key=damaged))
    assert error.code == "A4"
    assert damaged not in error.message
    assert not site.anchors()


def damaged_a9(request: bytes, reply: bytes) -> bytes:
    if code(request) != b"A8":
        return reply
    place = 8 + 1 + 60
    other = b"0" if reply[place : place + 1] != b"0" else b"1"
    return reply[:place] + other + reply[place + 1 :]


def test_key_block_damaged_on_the_way(site: Site) -> None:
    with site.through(damaged_a9) as other:
        error, report = site.run_failing(DeviceRefusedError, payshield=other)
    assert (error.side, error.code) == ("apc", "ValidationException")
    assert list(site.arrived()) == ["kek"]
    assert report is not None
    assert site.run(resume=report.run).state == "finished", "the block is made anew"
    assert {name: len(keys) for name, keys in site.arrived().items()} == {"kek": 1, "bdk": 1, "cvk": 1}


LONG_CA = RSA_2048_CA | {"validity_days": 80, "root_validity_days": 90}
"""Outlives the import token."""


def test_expired_import_token(site: Site) -> None:
    """The token expires at the service while the sender makes the TR-34 token; the resumed run asks for another."""

    def later(request: bytes, reply: bytes) -> bytes:
        if code(request) == b"B8":
            site.clock.ahead = datetime.timedelta(days=40)
        return reply

    with site.through(later) as other:
        error, report = site.run_failing(DeviceRefusedError, payshield=other, certificate_authority=LONG_CA)
    assert "expired" in error.message.lower()
    assert "token" in error.message.lower()
    assert not site.arrived()
    assert report is not None
    site.clock.ahead *= 0
    assert site.run(resume=report.run, certificate_authority=LONG_CA).state == "finished"
    assert len(site.arrived()["kek"]) == 1


def write_ca(folder: Path, *, begun_days_ago: int, days: int) -> dict[str, object]:
    now = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=begun_days_ago)
    key = rsa.generate(2048)
    certificate = pki.issue_root("Test CA", key, days=days, now=now)
    (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "ca.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {
        "kind": "files",
        "ca_certificate": str(folder / "ca.pem"),
        "ca_private_key": f"file:{folder / 'ca.key'}",
    }


def test_expired_certificate_authority(site: Site, tmp_path: Path) -> None:
    authority = write_ca(tmp_path, begun_days_ago=20, days=10)
    error, _ = site.run_failing(TrustError, certificate_authority=authority)
    assert error.category == "expired"
    assert not site.anchors()


def test_untrusted_receiver_certificate(site: Site, tmp_path: Path) -> None:
    write_ca(tmp_path, begun_days_ago=0, days=10)
    error, _ = site.run_failing(TrustError, apc={"ca_certificate": str(tmp_path / "ca.pem")})
    assert error.category == "chain_untrusted"
    assert not site.arrived()


def test_nonce_reused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run(keys=[])
    drawn = iter([b"\x01" * 8, b"\x01" * 8])
    monkeypatch.setattr("keyexchange.engine.journal.new_nonce", lambda: next(drawn))
    site.run(keys=[])
    error, _ = site.run_failing(RuleError, keys=[])
    assert error.rule == "nonce-once"
    assert len(site.arrived()["kek"]) == 2


def test_kek_weaker_than_the_key(site: Site) -> None:
    keys = [{**KEYS[0], "algorithm": "AES_128"}]
    error, report = site.run_failing(RuleError, keys=keys)
    assert error.rule == "kek-strength"
    assert "key bdk" in error.message
    assert report is None, "no run was begun"


def test_throttling_is_waited_out(tmp_path: Path) -> None:
    clock = MovableClock()
    with serving(tmp_path / "state", clock, quota=3) as (url, port):
        report = Site(tmp_path, url, port, clock).run()
    assert report.state == "finished"
    assert "ThrottlingException" in (tmp_path / "trace.log").read_text()


def test_wrong_credentials(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not the secret")
    error, report = site.run_failing(DeviceRefusedError)
    assert error.code == "InvalidSignatureException"
    assert "secret access key" in error.hint
    assert "not the secret" not in error.message + error.hint
    monkeypatch.undo()
    assert report is not None
    assert [m.step for m in report.timeline if m.event == "done"] == ["identify-kdh"], "nothing was made"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"usage": "P0"}, "the block's usage is B0, the reviewed file says P0"),
        ({"mode_of_use": "X"}, "the block's mode of use is N, the reviewed file says X"),
        ({"algorithm": "AES_128"}, "TDES_3KEY"),
        ({"key": GOOD_BDK[:-8]}, "the block says it has 0096 characters behind the S and has 88"),
        ({"key": "U8E3D3E2FD5919657F05A1AA90D32A014"}, "is variant_lmk to be true?"),
        ({"tags": {"keyexchange:run": "mine"}}, "is reserved"),
    ],
)
def test_what_can_be_told_from_the_file_is_refused_by_the_plan(site: Site, changes: dict[str, Any], words: str) -> None:
    error, report = site.run_failing(KeyExchangeError, keys=[one_key()[0] | changes])
    assert "key bdk" in error.message
    assert words in error.message
    assert error.exit_code in (2, 7)
    assert report is None, "no run was begun"


def test_a_kek_with_other_attributes_than_the_reviewed_ones_is_not_sent(site: Site) -> None:
    kek = {"tr34": {"transport_key": GOOD_BDK}}
    error, report = site.run_failing(UnsupportedError, payshield=kek, kek={"algorithm": "TDES_2KEY"}, keys=[])
    assert "the block's usage is B0, the reviewed file says K1" in error.message
    assert report is None


def test_an_aes_kek_is_not_sent_under_tdes(site: Site) -> None:
    error, report = site.run_failing(UnsupportedError, kek={"algorithm": "AES_128"}, keys=[])
    assert "B8" in error.message
    assert report is None


def test_a_receiver_that_answers_late_ends_with_each_key_once(site: Site) -> None:
    """ImportKey arrives, the answer does not come in time: on resume the key is found."""
    with holding(site.apc_url, "ImportKey", 4) as url:
        error, report = site.run_failing(UnreachableError, apc={"endpoint_url": url, "read_timeout": 4})
        assert "ImportKey" in error.message
        assert report is not None
        report = site.run(resume=report.run, apc={"endpoint_url": url, "read_timeout": 4})
    assert report.state == "finished"
    assert {name: len(keys) for name, keys in site.arrived().items()} == {"kek": 1, "bdk": 1, "cvk": 1}
    assert [str(key.state) for key in report.keys].count("found") == 1
