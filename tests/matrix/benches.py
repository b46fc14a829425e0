"""Each side by itself: keys that lie there before a run, and what comes of using a key that is named there.

A vendor's keys are wrapped under the published main keys of the simulators, and used by the requests that the vendor's
room declares; AWS's are made and used by boto3.
"""

from __future__ import annotations

import base64
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.atalla import akb
from adapters.atalla.client import Client as AtallaClient
from adapters.atalla.commands import GenerateCvv
from adapters.atalla.commands import MakeMac as AtallaMac
from adapters.atalla.face.protection import TEST_MASTER_FILE_KEY, Protection
from adapters.atalla.headers import Header as AtallaHeader
from adapters.atalla.headers import header_for
from adapters.futurex.client import Client as FuturexClient
from adapters.futurex.commands import MakeCardValue as FuturexCardValue
from adapters.futurex.commands import MakeMac as FuturexMac
from adapters.futurex.keys import TEST_PMK, Pmk
from adapters.payshield.client import Client as PayshieldClient
from adapters.payshield.commands import MakeCardValue as PayshieldCardValue
from adapters.payshield.commands import MakeMac as PayshieldMac
from adapters.payshield.lmk import KeyBlockLmk
from keyexchange.crypto import key_kcv, new_des_key, rsa
from keyexchange.crypto.rsa import WrappingSpec
from keyexchange.hsm.apc.attributes import USAGE_NAMES, mode_letter, modes_of_use, usage_code
from keyexchange.keys import Algorithm, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.secret import Secret
from keyexchange.tr31 import Header
from keyexchange.wire import Connection, Delimited, LengthPrefixed
from tests.matrix.field import Field

PAN, EXPIRY, SERVICE_CODE = "4123456789012345", "8701", "101"
DATA = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
"""Whole blocks, so that no padding matters."""
MAC_DIGITS = 8


class Bench(ABC):
    """One side, without the engine. References are the adapter's and the report's."""

    @abstractmethod
    def put(self, attributes: KeyAttributes, key: Secret) -> str:
        """Have a known key there; how the side names it."""

    @abstractmethod
    def new(self, attributes: KeyAttributes) -> tuple[str, str]:
        """Have a new key there: how the side names it, and its check value."""

    @abstractmethod
    def told(self, reference: str, sent: KeyAttributes) -> tuple[str, str, str]:
        """What the side says of a key: usage, letter of the algorithm, mode of use.

        Args:
            sent: what it is to be, for what a side leaves open.
        """

    @abstractmethod
    def card_value(self, reference: str) -> str:
        """The CVV of `PAN` under a key of usage C0."""

    @abstractmethod
    def mac(self, reference: str, usage: str) -> str:
        """`MAC_DIGITS` digits of the MAC of `DATA` under a key of usage M3 or M6."""


@dataclass(frozen=True)
class _Device(Bench):
    """A vendor's simulator.

    Args:
        client: the vendor's own, as its adapter would use it.
    """

    client: Any

    def new(self, attributes: KeyAttributes) -> tuple[str, str]:
        """See `Bench.new`: the test draws it."""
        algorithm = attributes.algorithm
        is_tdes = algorithm.letter == Algorithm.T
        key = new_des_key(algorithm.octets) if is_tdes else Secret(secrets.token_bytes(algorithm.octets))
        return self.put(attributes, key), key_kcv(algorithm, key).digits


class Payshield(_Device):
    """A payShield with the AES test LMK."""

    _ALGORITHMS: ClassVar[Mapping[str, str]] = {"M3": "3", "M6": "6"}

    def put(self, attributes: KeyAttributes, key: Secret) -> str:
        """See `Bench.put`."""
        return KeyBlockLmk.aes_test("00").wrap(_header("1", attributes), key)

    def told(self, reference: str, sent: KeyAttributes) -> tuple[str, str, str]:
        """See `Bench.told`: the header of the block, which is opened."""
        return _fields(KeyBlockLmk.aes_test("00").unwrap(reference)[0])

    def card_value(self, reference: str) -> str:
        """CW."""
        request = PayshieldCardValue(key=reference, pan=PAN, expiry=EXPIRY, service_code=SERVICE_CODE)
        return str(self.client.send(request).value)

    def mac(self, reference: str, usage: str) -> str:
        """M6."""
        request = PayshieldMac(
            input_format="0",
            size="0",
            algorithm=self._ALGORITHMS[usage],
            padding="1",
            key_type="FFF",
            key=reference,
            data=DATA,
        )
        return str(self.client.send(request).mac)


class Futurex(_Device):
    """A Futurex HSM with the test PMK."""

    def put(self, attributes: KeyAttributes, key: Secret) -> str:
        """See `Bench.put`."""
        return Pmk(TEST_PMK).wrap(_header("D", attributes), key)

    def told(self, reference: str, sent: KeyAttributes) -> tuple[str, str, str]:
        """See `Bench.told`: the header of the block, which is opened."""
        return _fields(Pmk(TEST_PMK).open(reference)[0])

    def card_value(self, reference: str) -> str:
        """GCVV."""
        request = FuturexCardValue(pan=PAN, key=reference, expiry=EXPIRY, service_code=SERVICE_CODE)
        return str(self.client.send(request).value)

    def mac(self, reference: str, usage: str) -> str:
        """GMAC."""
        mac: bytes = self.client.send(FuturexMac(key=reference, data=DATA)).mac
        return mac.hex().upper()[:MAC_DIGITS]


class Atalla(_Device):
    """An Atalla with the test master file key."""

    _ALGORITHMS: ClassVar[Mapping[str, str]] = {"M3": "3", "M6": "5"}

    def put(self, attributes: KeyAttributes, key: Secret) -> str:
        """See `Bench.put`."""
        return Protection(Secret(bytes.fromhex(TEST_MASTER_FILE_KEY))).wrap(header_for(attributes).text, key)

    def told(self, reference: str, sent: KeyAttributes) -> tuple[str, str, str]:
        """See `Bench.told`: the header of the block, where M0 and others look alike."""
        found = AtallaHeader(akb.parse(reference).header).attributes(sent)
        return found.key_usage, found.algorithm.letter.value, found.mode_of_use

    def card_value(self, reference: str) -> str:
        """5D: eight digits, of which three are the CVV."""
        request = GenerateCvv(key=reference, data=PAN + EXPIRY + SERVICE_CODE)
        return str(self.client.send(request).value)[:3]

    def mac(self, reference: str, usage: str) -> str:
        """98."""
        request = AtallaMac(
            key=reference,
            length_code="1",
            algorithm=self._ALGORITHMS[usage],
            data_format="U",
            length=str(len(DATA) * 2),
            data=DATA.hex().upper(),
        )
        return str(self.client.send(request).mac).replace(" ", "")


@dataclass(frozen=True)
class Aws(Bench):
    """A region of AWS Payment Cryptography, or of the software HSM, which is one.

    Args:
        control, data: boto3 clients.
    """

    control: Any
    data: Any

    _ALGORITHMS: ClassVar[Mapping[str, str]] = {"M3": "ISO9797_ALGORITHM3", "M6": "CMAC"}

    def put(self, attributes: KeyAttributes, key: Secret) -> str:
        """See `Bench.put`: by RSA wrap, so no stronger key than the RSA key is."""
        told = self.control.get_parameters_for_import(KeyMaterialType="KEY_CRYPTOGRAM", WrappingKeyAlgorithm="RSA_2048")
        public_key = x509.load_pem_x509_certificate(base64.b64decode(told["WrappingKeyCertificate"])).public_key()
        assert isinstance(public_key, RSAPublicKey)
        spec = WrappingSpec.RSA_OAEP_SHA_256
        cryptogram = {
            "KeyAttributes": _named(attributes),
            "Exportable": True,
            "WrappedKeyCryptogram": rsa.wrap_key(public_key, key, spec).hex().upper(),
            "ImportToken": told["ImportToken"],
            "WrappingSpec": spec.value,
        }
        return str(self.control.import_key(KeyMaterial={"KeyCryptogram": cryptogram})["Key"]["KeyArn"])

    def new(self, attributes: KeyAttributes) -> tuple[str, str]:
        """See `Bench.new`: CreateKey."""
        key = self.control.create_key(
            KeyAttributes=_named(attributes),
            Exportable=True,
            KeyCheckValueAlgorithm=KcvMethod.for_algorithm(attributes.algorithm).value,
        )["Key"]
        return key["KeyArn"], key["KeyCheckValue"]

    def told(self, reference: str, sent: KeyAttributes) -> tuple[str, str, str]:
        """See `Bench.told`: GetKey."""
        told = self.control.get_key(KeyIdentifier=reference)["Key"]["KeyAttributes"]
        algorithm = KeyAlgorithm(told["KeyAlgorithm"])
        assert algorithm == sent.algorithm
        return usage_code(told["KeyUsage"]), algorithm.letter.value, mode_letter(told["KeyModesOfUse"])

    def card_value(self, reference: str) -> str:
        """GenerateCardValidationData."""
        card = {"CardExpiryDate": EXPIRY, "ServiceCode": SERVICE_CODE}
        answer = self.data.generate_card_validation_data(
            KeyIdentifier=reference,
            PrimaryAccountNumber=PAN,
            GenerationAttributes={"CardVerificationValue1": card},
            ValidationDataLength=3,
        )
        return str(answer["ValidationData"])

    def mac(self, reference: str, usage: str) -> str:
        """GenerateMac."""
        answer = self.data.generate_mac(
            KeyIdentifier=reference,
            MessageData=DATA.hex().upper(),
            GenerationAttributes={"Algorithm": self._ALGORITHMS[usage]},
            MacLength=MAC_DIGITS // 2,
        )
        return str(answer["Mac"])


def _header(version: str, attributes: KeyAttributes) -> Header:
    return Header(
        version,
        attributes.key_usage,
        attributes.algorithm.letter.value,
        attributes.mode_of_use,
        exportability=attributes.exportability,
    )


def _fields(header: Header) -> tuple[str, str, str]:
    return header.key_usage, header.algorithm, header.mode_of_use


def _named(attributes: KeyAttributes) -> dict[str, Any]:
    return {
        "KeyAlgorithm": attributes.algorithm.value,
        "KeyClass": "SYMMETRIC_KEY",
        "KeyUsage": USAGE_NAMES[attributes.key_usage],
        "KeyModesOfUse": modes_of_use(attributes.mode_of_use),
    }


_DEVICES: Mapping[str, tuple[type[_Device], Callable[[], Any], Callable[[Connection], Any]]] = {
    "payshield": (Payshield, LengthPrefixed, lambda to: PayshieldClient(to, 4, None)),
    "futurex": (Futurex, lambda: Delimited(b"[", b"]"), lambda to: FuturexClient(to, tags=True, trace=None)),
    "atalla": (Atalla, lambda: Delimited(b"<", b">"), lambda to: AtallaClient(to, context_tags=False, trace=None)),
}
"""By adapter: its bench, how its messages are framed, its client."""


@contextmanager
def bench(field: Field, side: str, role: str) -> Iterator[Bench]:
    """The bench of a side of the field.

    Args:
        role: "kdh" or "krd".
    """
    if side not in _DEVICES:
        yield Aws(field.control(role), field.data(role))
        return
    kind, framing, client_for = _DEVICES[side]
    to = Connection("127.0.0.1", field.addresses.ports[side], framing=framing, connect_timeout=10.0, reply_timeout=20.0)
    try:
        yield kind(client_for(to))
    finally:
        to.close()
