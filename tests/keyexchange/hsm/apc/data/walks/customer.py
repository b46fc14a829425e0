"""A customer of the service: makes keys by one API, uses them by the other, and keeps what was asked and answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from keyexchange.hsm.apc.model import CONTROL_PLANE, DATA_PLANE, load
from tests.keyexchange.hsm.apc.access.conftest import SECRET
from tests.keyexchange.hsm.apc.data.walks.facts import facts_of_request

SERVICE = load(DATA_PLANE)
USAGES = {name.split("_")[1]: name for name in load(CONTROL_PLANE).shape("KeyUsage").enum}  # type: ignore[attr-defined]
MODES = {
    "B": ("Encrypt", "Decrypt", "Wrap", "Unwrap"),
    "C": ("Generate", "Verify"),
    "X": ("DeriveKey",),
}
PAIRS = ("RSA", "ECC")
ONCE = Config(retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class Asked:
    """A request, and its answer; None when it was refused."""

    operation: str
    request: dict[str, Any]
    answer: dict[str, Any] | None

    @property
    def facts(self) -> frozenset[str]:
        return frozenset(facts_of_request(SERVICE.operations[self.operation].input, self.request, self.operation))


def attributes(usage: str, algorithm: str, mode: str) -> dict[str, Any]:
    """KeyAttributes; the mode "B" of a key that protects no keys and no data is written in full all the same."""
    return {
        "KeyUsage": USAGES[usage],
        "KeyAlgorithm": algorithm,
        "KeyClass": "ASYMMETRIC_KEY_PAIR" if algorithm.startswith(PAIRS) else "SYMMETRIC_KEY",
        "KeyModesOfUse": dict.fromkeys(MODES[mode], True),
    }


class Customer:
    """One user of one face.

    Args:
        url: of the face.
        user: a section of its credentials file.
    """

    def __init__(self, url: str, user: str = "admin") -> None:
        session = boto3.Session(f"AKID{user.upper()}", SECRET + user)
        where: Any = {"endpoint_url": url, "region_name": "us-east-1", "config": ONCE}
        self.control = session.client(CONTROL_PLANE, **where)
        self.data = session.client(DATA_PLANE, **where)
        self.asked: list[Asked] = []
        self.log: list[str] = []
        self.key = cache(self._key)
        self.walk = cache(self._walk)
        self._methods = {name: method for method, name in self.data.meta.method_to_api_mapping.items()}

    def _key(self, usage: str, algorithm: str, mode: str, derive_key_usage: str | None = None) -> str:
        """The ARN of a key of this kind: always the same one."""
        more = {"DeriveKeyUsage": USAGES[derive_key_usage]} if derive_key_usage else {}
        made = self.control.create_key(Exportable=True, KeyAttributes=attributes(usage, algorithm, mode), **more)
        return str(made["Key"]["KeyArn"])

    def wrapped(self, key: str, kek: str) -> str:
        """A key in a TR-31 block."""
        material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}}
        exported = self.control.export_key(ExportKeyIdentifier=key, KeyMaterial=material)
        return str(exported["WrappedKey"]["KeyMaterial"])

    def send(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        answer = dict(getattr(self.data, self._methods[operation])(**request))
        answer.pop("ResponseMetadata")
        return answer

    def ask(self, operation: str, **request: Any) -> dict[str, Any]:
        """What boto3 makes of the answer."""
        answer = self.send(operation, request)
        self.asked.append(Asked(operation, request, answer))
        return answer

    def refused(self, operation: str, **request: Any) -> str:
        """The message of the modelled ValidationException that a request ends in."""
        with pytest.raises(self.data.exceptions.ValidationException) as refusal:
            self.send(operation, request)
        self.asked.append(Asked(operation, request, None))
        return str(refusal.value.response["Error"]["Message"])

    def failed(self, operation: str, **request: Any) -> str:
        """The Reason of the modelled VerificationFailedException."""
        with pytest.raises(self.data.exceptions.VerificationFailedException) as refusal:
            self.send(operation, request)
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        return str(refusal.value.response["Reason"])

    def _walk(self, name: str, walk: Callable[[Customer], None]) -> str:
        """Take a walk, once; what the service says in its log meanwhile is kept."""
        with logged(self.log):
            walk(self)
        return name


def code_of(ask: Callable[[], object]) -> str:
    """The code of the error that a call ends in; an empty one when it is answered."""
    try:
        ask()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@contextmanager
def logged(lines: list[str]) -> Iterator[None]:
    """Collect the program's log, at its most talkative."""
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    logger = logging.getLogger("keyexchange")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
