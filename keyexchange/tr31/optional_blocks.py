"""The optional blocks of X9.143, one class each; declaring the class registers it.

`interpret` takes a header's raw block apart, `TypedBlock.block()` puts it together again, `explain` names its fields
for a person. Wrapping and unwrapping don't use any of it: a header carries what it is given, also unknown and odd
blocks.

Source: ANSI X9.143:2021, 6.3.6, tables 7 to 23, as openemv/tr31 documents them clause by clause. The inside of FL and
PA is in no public source: their data is taken as printable text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Self

from keyexchange.keys import Algorithm, Exportability, KeyUsage, ModeOfUse
from keyexchange.tr31.header import OptionalBlock
from keyexchange.tr31.typed_block import KNOWN, TypedBlock

_PRINTABLE = "[ -~]"


def interpret(block: OptionalBlock) -> TypedBlock:
    """The typed form of an optional block; `UnknownBlock` when its id is proprietary or not of the standard.

    Raises:
        FormatError: category optional_block: the id is known and the data does not have its form.
    """
    known = KNOWN.get(block.block_id)
    return UnknownBlock(block_id=block.block_id, content=block.data) if known is None else known.decode(block.data)


def explain(typed: TypedBlock) -> list[tuple[str, str]]:
    """Id and title first, then name and value of each field, with the meaning of codes."""
    return [(typed.block_id, typed.title), *typed.rows()]


@dataclass(frozen=True)
class UnknownBlock(TypedBlock):
    """A block whose meaning is not known, carried as it is. Numeric ids are proprietary (X9.143:2021, 6.3.6)."""

    block_id: str  # type: ignore[misc]  # a field here, where a class of its own has a constant
    content: str
    title = "not defined by X9.143"

    def __post_init__(self) -> None:
        """Anything goes."""

    @property
    def data(self) -> str:
        """See `TypedBlock.data`."""
        return self.content

    def rows(self) -> list[tuple[str, str]]:
        """See `TypedBlock.rows`."""
        return [("content", self.content)]


@dataclass(frozen=True)
class AsymmetricKeyLife(TypedBlock, block_id="AL", title="asymmetric key life", form="(?P<version>01)(?P<life>0[01])"):
    """How long a key pair lives. Source: X9.143:2021, 6.3.6.1, table 8."""

    version: str
    life: str
    meanings: ClassVar = {"life": {"00": "ephemeral", "01": "static"}}


@dataclass(frozen=True)
class BaseKeyIdentifier(
    TypedBlock,
    block_id="BI",
    title="base derivation key identifier",
    form="(?P<kind>00(?=.{10}$)|01(?=.{8}$))(?P<identifier>[0-9A-F]+)",
):
    """Which BDK a DUKPT key comes from: five octets for TDES, four for AES. Source: X9.143:2021, 6.3.6.2, table 9."""

    kind: str
    identifier: str
    meanings: ClassVar = {
        "kind": {"00": "TDES DUKPT, key set identifier", "01": "AES DUKPT, base derivation key identifier"}
    }


@dataclass(frozen=True)
class Certificate:
    """One certificate of block CT.

    Args:
        format: "00" X.509, "01" EMV.
        base64: the certificate.
    """

    format: str
    base64: str


@dataclass(frozen=True)
class PublicKeyCertificate(TypedBlock, block_id="CT", title="public key certificate", form="0[012][A-Za-z0-9+/=]+"):
    """One certificate, or a chain. Source: X9.143:2021, 6.3.6.3, tables 10 and 11.

    A chain is format 02 and for each certificate its format, its length as four hex digits and its base64 text.
    """

    certificates: tuple[Certificate, ...]
    chain: bool = False

    _FORMATS: ClassVar[dict[str, str]] = {"00": "X.509", "01": "EMV"}
    _CHAIN: ClassVar[str] = "02"

    @classmethod
    def decode(cls, data: str) -> Self:
        """See `TypedBlock.decode`."""
        chain = data.startswith(cls._CHAIN)
        made = cls(tuple(cls._split(data[2:])) if chain else (Certificate(data[:2], data[2:]),), chain)
        if made.data != data:  # lower-case or signed digits in a length
            raise cls.malformed()
        return made

    @classmethod
    def _split(cls, text: str) -> Iterator[Certificate]:
        position = 0
        while position < len(text):
            begin = position + 6
            try:
                end = begin + int(text[position + 2 : begin], 16)
            except ValueError:
                raise cls.malformed() from None
            if not begin < end <= len(text):
                raise cls.malformed()
            yield Certificate(text[position : position + 2], text[begin:end])
            position = end

    def __post_init__(self) -> None:
        """Refuse certificates of no known format, and more than one without a chain."""
        super().__post_init__()
        known = all(certificate.format in self._FORMATS for certificate in self.certificates)
        if not known or not (self.chain or len(self.certificates) == 1):
            raise self.malformed()

    @property
    def data(self) -> str:
        """See `TypedBlock.data`."""
        if not self.chain:
            return "".join(one.format + one.base64 for one in self.certificates)
        return self._CHAIN + "".join(f"{one.format}{len(one.base64):04X}{one.base64}" for one in self.certificates)

    def rows(self) -> list[tuple[str, str]]:
        """See `TypedBlock.rows`."""
        return [
            (f"certificate {number}", f"{self._FORMATS[one.format]}, {one.base64}")
            for number, one in enumerate(self.certificates, 1)
        ]


@dataclass(frozen=True)
class Derivation:
    """The attributes that a derived key may have, as the codes of a header."""

    key_usage: str
    algorithm: str
    mode_of_use: str
    exportability: str

    @property
    def text(self) -> str:
        """The five characters in the block."""
        return f"{self.key_usage}{self.algorithm}{self.mode_of_use}{self.exportability}"

    def describe(self) -> str:
        """The codes, and what each one means."""
        tables = (KeyUsage, Algorithm, ModeOfUse, Exportability)
        codes = (self.key_usage, self.algorithm, self.mode_of_use, self.exportability)
        members = (table.__members__.get(code) for table, code in zip(tables, codes, strict=True))
        return f"{self.text}: {'; '.join(member.meaning if member else 'proprietary' for member in members)}"


@dataclass(frozen=True)
class DerivationsAllowed(TypedBlock, block_id="DA", title="derivations allowed", form="01(?:[0-9A-Z]{5})+"):
    """What a derivation key may derive. Source: X9.143:2021, 6.3.6.4, table 12."""

    derivations: tuple[Derivation, ...]

    @classmethod
    def decode(cls, data: str) -> Self:
        """See `TypedBlock.decode`."""
        parts = (data[at : at + 5] for at in range(2, len(data), 5))
        made = cls(tuple(Derivation(part[:2], part[2:3], part[3:4], part[4:]) for part in parts))
        if made.data != data:
            raise cls.malformed()
        return made

    @property
    def data(self) -> str:
        """See `TypedBlock.data`."""
        return "01" + "".join(derivation.text for derivation in self.derivations)

    def rows(self) -> list[tuple[str, str]]:
        """See `TypedBlock.rows`."""
        return [("derivation", derivation.describe()) for derivation in self.derivations]


@dataclass(frozen=True)
class Flags(TypedBlock, block_id="FL", title="flags", form=f"(?P<flags>{_PRINTABLE}*)"):
    """Flags, as they stand. Source: X9.143:2021, 6.3.6, table 7, for the id; its inside is not public."""

    flags: str


@dataclass(frozen=True)
class HmacHash(
    TypedBlock, block_id="HM", title="hash algorithm of an HMAC key", form="(?P<hash>10|2[0-5]|3[0-3]|4[01])"
):
    """Which hash an HMAC key is for. Source: X9.143:2021, 6.3.6.5, table 13."""

    hash: str
    meanings: ClassVar = {
        "hash": {
            "10": "SHA-1",
            "20": "SHA-224",
            "21": "SHA-256",
            "22": "SHA-384",
            "23": "SHA-512",
            "24": "SHA-512/224",
            "25": "SHA-512/256",
            "30": "SHA3-224",
            "31": "SHA3-256",
            "32": "SHA3-384",
            "33": "SHA3-512",
            "40": "SHAKE128",
            "41": "SHAKE256",
        }
    }


@dataclass(frozen=True)
class InitialKeyIdentifier(
    TypedBlock, block_id="IK", title="initial key identifier of AES DUKPT", form="(?P<identifier>[0-9A-F]{16})"
):
    """BDK identifier and derivation identifier, eight octets. Source: X9.143:2021, 6.3.6.6, table 14."""

    identifier: str


@dataclass(frozen=True)
class CheckValue(TypedBlock):
    """What the three check value blocks share. Lengths: X9.24-1:2017, Annex A."""

    method: str
    digits: str
    form = "(?P<method>00(?=.{1,6}$)|01(?=.{1,10}$))(?P<digits>[0-9A-F]+)"
    meanings: ClassVar = {"method": {"00": "legacy, encryption of zeros", "01": "CMAC"}}


class KeyCheckValue(CheckValue, block_id="KC", title="check value of the wrapped key"):
    """Source: X9.143:2021, 6.3.6.7, table 15."""


class ProtectionKeyCheckValue(CheckValue, block_id="KP", title="check value of the key block protection key"):
    """Source: X9.143:2021, 6.3.6.7, table 15."""


class ExportKeyCheckValue(CheckValue, block_id="PK", title="check value of the protection key it was exported under"):
    """Source: X9.143:2021, 6.3.6.12, table 20."""


@dataclass(frozen=True)
class InitialSerialNumber(
    TypedBlock,
    block_id="KS",
    title="initial key serial number of TDES DUKPT",
    form="(?P<serial_number>[0-9A-F]{20}|[0-9A-F]{16})",
):
    """Ten octets; eight in the older form without counter. Source: X9.143:2021, 6.3.6.8, table 16; TR-31:2018."""

    serial_number: str


@dataclass(frozen=True)
class KeyBlockValues(
    TypedBlock,
    block_id="KV",
    title="key block values (deprecated)",
    form="(?P<version>[0-9A-Za-z]{2})(?P<other>[0-9A-Za-z]{2})",
):
    """Version of the set of values in use. Source: X9.143:2021, 6.3.6.9, table 17."""

    version: str
    other: str


@dataclass(frozen=True)
class Label(TypedBlock, block_id="LB", title="label", form=f"(?P<label>{_PRINTABLE}*)"):
    """Whatever the user says. Source: X9.143:2021, 6.3.6.10, table 18."""

    label: str


@dataclass(frozen=True)
class ProprietaryAlgorithm(
    TypedBlock, block_id="PA", title="proprietary algorithm", form=f"(?P<content>{_PRINTABLE}*)"
):
    """A regional algorithm, as it stands. Source: X9.143:2021, 6.3.6, table 7, for the id; its inside is not public."""

    content: str


@dataclass(frozen=True)
class Padding(TypedBlock, block_id="PB", title="padding", form=f"(?P<padding>{_PRINTABLE}*)"):
    """Fills the header up; always the last block, its content says nothing. Source: X9.143:2021, 6.3.6.11, table 19."""

    padding: str


@dataclass(frozen=True)
class Moment(TypedBlock):
    """A time in UTC, in one of the four ISO 8601 forms: with delimiters or without, with hundredths or without."""

    time: str
    form = "(?P<time>[0-9]{14}(?:[0-9]{2})?Z|[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}(?:[.][0-9]{2})?Z)"

    def __post_init__(self) -> None:
        """Refuse the thirtieth of February."""
        super().__post_init__()
        try:
            _ = self.moment
        except ValueError:
            raise self.malformed() from None

    @property
    def moment(self) -> datetime:
        """The time, to the hundredth of a second."""
        digits = "".join(character for character in self.time if character.isdigit())
        moment = datetime.strptime(digits[:14], "%Y%m%d%H%M%S")
        return moment.replace(tzinfo=UTC, microsecond=int(digits[14:] or "0") * 10_000)


class TimeOfCreation(Moment, block_id="TC", title="time of the key's creation"):
    """Source: X9.143:2021, 6.3.6.13, table 21."""


class TimeStamp(Moment, block_id="TS", title="time the key block was made"):
    """Source: X9.143:2021, 6.3.6.14, table 22."""


@dataclass(frozen=True)
class WrappingPedigree(TypedBlock, block_id="WP", title="wrapping pedigree", form="(?P<version>00)(?P<pedigree>[0-3])"):
    """How well the key was protected before. Source: X9.143:2021, 6.3.6.15, table 23."""

    version: str
    pedigree: str
    meanings: ClassVar = {
        "pedigree": {
            "0": "keys of equal or greater strength",
            "1": "once a key of lesser strength",
            "2": "once an asymmetric key at risk of quantum computing",
            "3": "once a key of lesser strength and an asymmetric key at risk of quantum computing",
        }
    }
