"""Whatever the model lets pass, and whatever nearly passes: an answer or a modelled refusal, never a 500."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyexchange import tr31
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.hsm.apc.context import DATA, Context
from keyexchange.hsm.apc.data import keys
from keyexchange.hsm.apc.data.keys import DataKey
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.errors import NOT_MODELLED, ApiError
from keyexchange.hsm.apc.model import DATA_PLANE, StructureShape, load
from keyexchange.hsm.apc.protocol import read_json
from keyexchange.hsm.apc.service import _refusal
from keyexchange.hsm.device import Hsm
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.apc.data.near_valid import Known, requests, spoilt_requests
from tests.keyexchange.hsm.apc.data.other_side import INFORMATION, meet

SERVICE = load(DATA_PLANE)
SERVED = sorted(DATA.declared)
KEYS = {
    "B0": (("TDES_2KEY", "AES_128", "AES_256"), "X"),
    "C0": (("TDES_2KEY", "TDES_3KEY", "AES_128"), "C"),
    "D0": (("TDES_2KEY", "TDES_3KEY", "AES_128"), "B"),
    "E0": (("TDES_2KEY", "TDES_3KEY"), "X"),
    "E1": (("TDES_2KEY",), "X"),
    "E2": (("TDES_2KEY",), "X"),
    "E4": (("TDES_2KEY",), "X"),
    "E6": (("TDES_2KEY",), "X"),
    "K0": (("TDES_2KEY", "TDES_3KEY", "AES_128"), "B"),
    "M0": (("TDES_2KEY",), "C"),
    "M1": (("TDES_2KEY",), "C"),
    "M3": (("TDES_2KEY", "TDES_3KEY"), "C"),
    "M6": (("TDES_2KEY", "AES_128"), "C"),
    "M7": (("HMAC_SHA256", "AES_128"), "C"),
    "P0": (("TDES_2KEY", "TDES_3KEY", "AES_128"), "B"),
    "V1": (("TDES_2KEY",), "C"),
    "V2": (("TDES_2KEY",), "C"),
}
KEK = "00112233445566778899AABBCCDDEEFF"
_DATA = ("PlainTextType", "CipherTextType", "MessageDataType", "TransactionDataType", "CommandMessageDataType")
"""Shapes of data that are best in whole blocks."""


class Pool:
    """Keys of every kind, key blocks and certificates, all of which fit together."""

    def __init__(self, desk: Desk) -> None:
        self.kek = desk.key("K0", "AES_128", "B", KEK)
        self.sides = [meet(desk, usage) for usage in ("P0", "D0", "K0")]
        made = [
            (usage, algorithm, mode, desk.key(usage, algorithm, mode))
            for usage, (algorithms, mode) in KEYS.items()
            for algorithm in algorithms
        ]
        made += [("D1", "RSA_2048", "B", desk.key_pair("D1", "RSA_2048", "B", rsa_keys.generate(2048)))]
        made += [("K3", "ECC_NIST_P256", "X", side.key_pair) for side in self.sides]
        self.keys = [arn for *_, arn in made] + [side.authority for side in self.sides] + ["alias/nobody"]
        self.fitting = {
            use: [arn for usage, algorithm, mode, arn in made if _fits(use, usage, algorithm, mode)] for use in Use
        }
        self.fitting[Use.UNWRAP] = [self.kek]
        kbpk = Kbpk("A", Secret(bytes.fromhex(KEK)))
        self.blocks = [
            tr31.wrap(kbpk, Header("D", usage, letter, mode), Secret(bytes(range(octets))), odd_header=True)
            for usage, letter, mode, octets in (
                ("P0", "T", "B", 16), ("P0", "A", "B", 16), ("D0", "T", "B", 16),
                ("D0", "A", "D", 16), ("B0", "T", "X", 16), ("M7", "T", "C", 16),
            )
        ]  # fmt: skip

    def known(self) -> Known:
        """The shapes that mean something to this device."""
        nearly = st.text("0123456789ABCDEFxD", min_size=56, max_size=140)
        blocks = st.one_of(st.sampled_from(self.blocks), st.sampled_from(self.blocks), nearly)
        certificates = [*(side.certificate for side in self.sides), base64.b64encode(b"none").decode(), "x"]
        whole = st.integers(1, 4).flatmap(lambda count: st.binary(min_size=16 * count, max_size=16 * count))
        data = st.one_of(whole, whole, st.binary(min_size=1, max_size=40)).map(bytes.hex)
        return {
            "KeyArnOrKeyAliasType": lambda: st.sampled_from(self.keys),
            "CertificateType": lambda: st.sampled_from(certificates),
            "EcdhDerivationAttributes": lambda: st.sampled_from(
                [
                    side.wrapped_key(algorithm)["WrappedKeyMaterial"]["DiffieHellmanSymmetricKey"]
                    for side in self.sides
                    for algorithm in ("TDES_2KEY", "AES_128", "AES_256", "HMAC_SHA256")
                ]
            ).map(dict),
            "Tr31WrappedKeyBlock": lambda: blocks,
            "DecimalizationTableType": lambda: st.sampled_from(["0123456789012345", "9876543210987654", "0" * 16]),
            "SharedInformation": lambda: st.sampled_from([INFORMATION, "00"]),
            **dict.fromkeys(_DATA, lambda: data),
        }


def _fits(use: Use, usage: str, algorithm: str, mode: str) -> bool:
    return usage in use.usages and algorithm in use.algorithms and mode in use.modes


@pytest.fixture(scope="session")
def pool(desk: Desk) -> Pool:
    return Pool(desk)


@pytest.fixture
def _helpful(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most identifiers name a key that fits the use, so that requests get beyond the look at the key."""
    find = keys.find

    def helpful(hsm: Hsm, context: Context, identifier: str, use: Use) -> DataKey:
        place = zlib.crc32(f"{identifier} {use.name}".encode("utf-8", "replace"))
        return find(hsm, context, pool.fitting[use][place % len(pool.fitting[use])] if place % 8 else identifier, use)

    monkeypatch.setattr(keys, "find", helpful)


def test_there_is_a_key_for_every_use(pool: Pool) -> None:
    assert [use for use, found in pool.fitting.items() if not found] == []


HOSTILE = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)  # fmt: skip


@pytest.mark.usefixtures("_helpful")
@pytest.mark.parametrize("operation", SERVED)
@HOSTILE
@given(data=st.data())
def test_valid_input_is_answered_or_refused(operation: str, data: st.DataObject, desk: Desk, pool: Pool) -> None:
    request = data.draw(requests(_input(operation), pool.known()))
    _require_orderly(operation, desk, request)


@pytest.mark.usefixtures("_helpful")
@pytest.mark.parametrize("operation", SERVED)
@HOSTILE
@given(data=st.data())
def test_spoilt_input_is_refused_in_order(operation: str, data: st.DataObject, desk: Desk, pool: Pool) -> None:
    body = json.dumps(data.draw(spoilt_requests(_input(operation), pool.known()))).encode()
    if b"\\ud8" in body:  # half of a surrogate pair is no text
        with pytest.raises(ApiError, match="not JSON"):
            read_json(operation, body)
        return
    _require_orderly(operation, desk, read_json(operation, body))  # which leaves out members that are null


def _input(operation: str) -> StructureShape:
    return SERVICE.operations[operation].input


def _require_orderly(operation: str, desk: Desk, request: dict[str, Any]) -> None:
    refusal, answer = None, None
    try:
        answer = desk.ask(operation, **request)
    except Exception as error:  # as at the plane's edge: whatever it is becomes an error of the service
        refusal = _refusal("test", error)
    if refusal is None:
        assert answer
        return
    assert refusal.code != "InternalServerException"
    assert refusal.code in SERVICE.error_status or refusal.code in NOT_MODELLED
    assert _is_modelled(operation, refusal)


def _is_modelled(operation: str, refusal: ApiError) -> bool:
    """Verification fails where something is verified, and nowhere else."""
    return refusal.code != "VerificationFailedException" or operation.startswith("Verify")
