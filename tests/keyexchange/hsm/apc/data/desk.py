"""The data plane without a server: keys of known octets, and operations asked as the plane asks them.

desk = Desk(hsm)
key = desk.key("M3", "TDES_2KEY", "C", "0123456789ABCDEFFEDCBA9876543210")
desk.ask("GenerateMac", KeyIdentifier=key, MessageData="00" * 8, GenerationAttributes={"Algorithm": "CMAC"})
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.crypto import public_key_kcv
from keyexchange.errors import KeyExchangeError, MismatchError
from keyexchange.hsm import generate
from keyexchange.hsm.apc import data
from keyexchange.hsm.apc.context import DATA, Context
from keyexchange.hsm.apc.enrolment import Attributes, Material, enrol, enrol_secret
from keyexchange.hsm.apc.errors import ApiError, verification_failed
from keyexchange.hsm.apc.identifiers import key_arn
from keyexchange.hsm.apc.model import DATA_PLANE, load
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.trust import public_spki
from keyexchange.hsm.apc.validation import validator
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.iam import Principal
from keyexchange.hsm.records import Home, KeyClass, KeyOrigin, KeyRecord
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret

assert data.__all__  # importing them declares the operations

HOME = Home("111122223333", "us-east-1")
CONTEXT = Context(HOME, Principal("arn:aws:iam::111122223333:user/test"))
_OPERATIONS = load(DATA_PLANE).operations
_VALIDATORS = {name: validator(_OPERATIONS[name].input) for name in DATA.declared}


class Desk:
    """One software HSM's data plane.

    Args:
        hsm: open.
    """

    def __init__(self, hsm: Hsm) -> None:
        self.hsm = hsm

    def key(self, usage: str, algorithm: str, mode_of_use: str, octets: str | None = None) -> str:
        """The ARN of a new symmetric key: of these octets, or of random ones."""
        sized = KeyAlgorithm(algorithm)
        secret = Secret(bytes.fromhex(octets)) if octets else generate.symmetric_key(sized)
        attributes = self._attributes(KeyClass.SYMMETRIC_KEY, usage, sized, mode_of_use)
        return self._kept(lambda: enrol_secret(self.hsm, CONTEXT, {}, attributes, secret))

    def key_pair(
        self, usage: str, algorithm: str, mode_of_use: str, pair: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        *, derive_key_usage: str | None = None,
    ) -> str:  # fmt: skip
        """The ARN of a new key pair."""
        sized = KeyAlgorithm(algorithm)
        material = Material(
            kcv=public_key_kcv(public_spki(pair.public_key())),
            block=self.hsm.vault.seal_private(pair, usage=usage, algorithm=sized, mode_of_use=mode_of_use),
            derive_key_usage=derive_key_usage,
        )
        return self._enrol(self._attributes(KeyClass.ASYMMETRIC_KEY_PAIR, usage, sized, mode_of_use), material)

    def public_key(self, usage: str, algorithm: str, mode_of_use: str, certificate: bytes, *, kcv_of: Any) -> str:
        """The ARN of a new public key, from the DER of its certificate; a root when it is an authority."""
        sized = KeyAlgorithm(algorithm)
        material = Material(kcv=public_key_kcv(public_spki(kcv_of)), certificate=certificate)
        return self._enrol(self._attributes(KeyClass.PUBLIC_KEY, usage, sized, mode_of_use), material)

    def ask(self, operation: str, **request: Any) -> Values:
        """What an operation answers; it raises what the plane makes an error of."""
        _VALIDATORS[operation](request)
        with self.hsm.store.reading():
            answer = DATA.declared[operation].handler(self.hsm, CONTEXT, request)
        assert isinstance(answer, dict)
        return answer

    def refused(self, operation: str, **request: Any) -> str:
        """The message of the ValidationException that an operation refuses a request with."""
        with pytest.raises(KeyExchangeError) as refusal:
            self.ask(operation, **request)
        assert not isinstance(refusal.value, MismatchError)
        assert not isinstance(refusal.value, ApiError) or refusal.value.code == "ValidationException"
        return refusal.value.message

    def failed(self, operation: str, **request: Any) -> str:
        """The Reason of the VerificationFailedException that a verification ends in."""
        with pytest.raises(MismatchError) as mismatch:
            self.ask(operation, **request)
        return verification_failed(mismatch.value).members["Reason"]

    def _attributes(self, key_class: KeyClass, usage: str, algorithm: KeyAlgorithm, mode_of_use: str) -> Attributes:
        return Attributes(key_class, usage, algorithm, mode_of_use, exportable=True, origin=KeyOrigin.EXTERNAL)

    def _enrol(self, attributes: Attributes, material: Material) -> str:
        return self._kept(lambda: enrol(self.hsm, CONTEXT, {}, attributes, material))

    def _kept(self, make: Callable[[], KeyRecord]) -> str:
        with self.hsm.store.savepoint():
            record = make()
        self.hsm.store.commit()
        return key_arn(record.home, record.id)
