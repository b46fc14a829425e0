"""12A: two officers, one challenge, an answer that is good once; and what 136 and 139 make of the key."""

import asyncio

import pytest

from adapters.atalla.commands import Approve, TrustPublicKey
from adapters.atalla.errors import Refusal
from adapters.atalla.face import FACE, rsa
from adapters.atalla.face.device import Device
from adapters.atalla.face.officers import Officers
from adapters.atalla.face.options import FaceOptions
from adapters.atalla.message import decode_reply, encode_request
from keyexchange.errors import DeviceRefusedError

MODULUS = bytes((7 * i + 0xB1) % 256 for i in range(256))
SUBJECT = b"key"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def officers(clock):
    return Officers(900, auto_approve=False, clock=clock)


def refused(call, *arguments):
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    return caught.value.code


def test_two_different_officers_get_an_answer_that_is_good_once(officers):
    challenge = officers.challenge(SUBJECT)
    assert officers.challenge(SUBJECT) == challenge, "asking again changes nothing"
    assert officers.approve("A", challenge) is None
    assert officers.approve("A", challenge) is None
    answer = officers.approve("B", challenge.lower())
    assert answer is not None
    assert answer != challenge
    assert refused(officers.redeem, SUBJECT, challenge) == "24"
    assert refused(officers.redeem, b"another key", answer) == "24"
    officers.redeem(SUBJECT, answer)
    assert refused(officers.redeem, SUBJECT, answer) == "24"


def test_an_answer_that_was_guessed_is_not_taken_without_two_officers(officers):
    challenge = officers.challenge(SUBJECT)
    officers.approve("A", challenge)
    answer = officers._pending[SUBJECT].answer
    assert refused(officers.redeem, SUBJECT, answer) == "24"


def test_a_challenge_expires(officers, clock):
    challenge = officers.challenge(SUBJECT)
    officers.approve("A", challenge)
    answer = officers.approve("B", challenge)
    clock.now = 901
    assert refused(officers.redeem, SUBJECT, answer) == "24"
    assert refused(officers.approve, "A", challenge) == "27"
    assert officers.challenge(SUBJECT) != challenge


def test_no_more_than_a_few_challenges_wait(officers):
    first = officers.challenge(b"0")
    for number in range(1, 100):
        officers.challenge(str(number).encode())
    assert len(officers._pending) == 64
    assert refused(officers.approve, "A", first) == "27"


def request(**changes):
    values = {"header": "1wRVE000", "exponent": b"\x01\x00\x01", "modulus": MODULUS, **changes}
    return TrustPublicKey(**values)


def test_the_face_gives_the_block_for_the_answer():
    device = Device(FaceOptions())
    challenge = rsa.trust_public_key(device, request())
    assert challenge.status == "CHALLENGE"
    assert rsa.approve(device, Approve(officer="A", challenge=challenge.rest[0])).status == "WAITING"
    shown = rsa.approve(device, Approve(officer="B", challenge=challenge.rest[0]))
    assert shown.status == "ANSWER"
    reply = rsa.trust_public_key(device, request(answer=shown.answer))
    assert reply.status == "OK"
    assert reply.rest[0].startswith("1wRVE000,00030100010100B1B8BFC6")
    assert reply.rest[0].endswith(",6C58510CA4722DC1")


def test_a_rehearsal_needs_no_officers():
    handler = FACE.handler({"auto_approve": True})

    def ask(command):
        return decode_reply(command, asyncio.run(handler(encode_request(command))))

    challenge = ask(request()).rest[0]
    with pytest.raises(DeviceRefusedError, match="24"):
        ask(request(answer="00000000" if challenge != "00000000" else "11111111"))
    assert ask(request(answer=challenge)).status == "OK"
