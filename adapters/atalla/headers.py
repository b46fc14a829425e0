"""Attributes of a key: the header of an Atalla key block, and what TR-31 and AWS call the same.

Which usage a header has in TR-31 is published for few of them (AWS's scripts: C0, K1, and that MAC keys are ambiguous);
the other rows join the meanings of both tables, and are shown as such: provenance `self` in docs/how-to.

Source: FelipeRodriguezFonte/CryptoCarver, after Utimaco's Atalla Key Block Migration Guide AJ560-9004A, tables 2-1 to
2-9 (header characters); ANSI X9.143:2021, tables 2 and 4 (usages, modes of use);
aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/atalla (1kDNE000 is K1, byte 4 is the
exportability, MAC keys have to be named M0, M1 or M3 in 11A).
"""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.errors import UnsupportedError
from keyexchange.keys import Algorithm, Exportability, KeyAttributes, ModeOfUse

_LIKE_ALL = "N"
_SAME_MODES = frozenset("EDGV")
RSA = "R"


@dataclass(frozen=True)
class Kind:
    """A row: which characters of a header mean which usage.

    Args:
        usage, algorithm, other: characters 1, 2 and 7 of the header.
        tr31: usage in TR-31.
        full: the mode of use of a key without restriction (N in the header).
        ambiguous: other usages have the same header, so the usage has to be named.
    """

    usage: str
    algorithm: str
    other: str
    tr31: str
    full: str
    ambiguous: bool = False


KINDS = (
    Kind("K", "D", "0", "K0", "B"),
    Kind("k", "D", "0", "K1", "B"),
    Kind("P", "U", "0", "P0", "B"),
    Kind("P", "D", "0", "P0", "B"),
    Kind("d", "D", "0", "B0", "X"),
    Kind("i", "D", "0", "B1", "X"),
    Kind("C", "D", "0", "C0", "C"),
    Kind("M", "D", "0", "M0", "C", ambiguous=True),
    Kind("M", "D", "1", "M1", "C"),
    Kind("M", "D", "0", "M1", "C", ambiguous=True),
    Kind("M", "D", "3", "M3", "C"),
    Kind("M", "D", "0", "M3", "C", ambiguous=True),
    Kind("M", "D", "5", "M6", "C"),
    Kind("D", "D", "0", "D0", "B"),
    Kind("V", "V", "0", "V2", "C"),
    Kind("V", "3", "0", "V1", "C"),
    Kind("m", "E", "0", "E0", "X"),
    Kind("m", "E", "a", "E0", "X"),
    Kind("m", "E", "E", "E1", "X"),
    Kind("m", "E", "M", "E2", "X"),
    Kind("m", "E", "d", "E3", "X"),
    Kind("m", "E", "e", "E4", "X"),
    Kind("m", "E", "f", "E5", "X"),
    Kind("m", "E", "g", "E6", "X"),
)
"""A usage's first row is the header that a key of this usage is given; the others are read."""

USAGES = tuple(dict.fromkeys(kind.tr31 for kind in KINDS))


@dataclass(frozen=True)
class Header:
    """The eight characters of a key block, by name."""

    text: str

    @property
    def usage(self) -> str:
        """What kind of key it is."""
        return self.text[1]

    @property
    def algorithm(self) -> str:
        """For which algorithm."""
        return self.text[2]

    @property
    def mode(self) -> str:
        """N for no restriction."""
        return self.text[3]

    @property
    def exportability(self) -> str:
        """E, N or S, as in TR-31."""
        return self.text[4]

    @property
    def special(self) -> str:
        """Special handling; 0 for none."""
        return self.text[6]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The rows that fit; more than one for a MAC key."""
        return tuple(
            kind
            for kind in KINDS
            if (kind.usage, kind.algorithm, kind.other) == (self.usage, self.algorithm, self.text[7])
        )

    @property
    def usages(self) -> tuple[str, ...]:
        """The usages in TR-31 that it may have; none when TR-31 has no name for it."""
        return tuple(kind.tr31 for kind in self.kinds)

    def tr31_mode(self, kind: Kind) -> str:
        """The mode of use in TR-31.

        Raises:
            UnsupportedError: a mode that TR-31 does not know for symmetric keys.
        """
        if self.mode == _LIKE_ALL:
            return kind.full
        if self.mode in _SAME_MODES:
            return self.mode
        raise UnsupportedError(
            f"TR-31 has no mode of use for the mode {self.mode} of an Atalla header",
            hint="the fourth character of the header is to be N, E, D, G or V",
        )

    def attributes(self, wanted: KeyAttributes) -> KeyAttributes:
        """In the words of TR-31; what a header does not tell is as wanted: the size, which kind of
        MAC key, whether no restriction is called N or by its full mode.

        Raises:
            UnsupportedError: TR-31 has no name for such a key.
        """
        kinds = {kind.tr31: kind for kind in self.kinds}
        kind = kinds.get(wanted.key_usage) or next(iter(kinds.values()), None)
        if kind is None:
            raise unknown_header()
        free = self.mode == _LIKE_ALL and wanted.mode_of_use == ModeOfUse.N
        mode = wanted.mode_of_use if free else self.tr31_mode(kind)
        return KeyAttributes(kind.tr31, wanted.algorithm, mode, self.exportability)


def header_for(attributes: KeyAttributes) -> Header:
    """The header of a key with these attributes, under a TDES master file key.

    Raises:
        UnsupportedError: no header carries them: an AES or HMAC key, a usage or a mode that the table lacks.
    """
    kind = next((kind for kind in KINDS if kind.tr31 == attributes.key_usage), None)
    if attributes.algorithm.letter != Algorithm.T:
        raise UnsupportedError(
            f"an Atalla with a TDES master file key holds no {attributes.algorithm} keys",
            hint="how headers and key fields of other keys look is not public; move TDES keys, or use another HSM",
        )
    if kind is None:
        raise UnsupportedError(
            f"no Atalla header is known for key usage {attributes.key_usage}",
            hint=f"known are {', '.join(USAGES)}",
        )
    mode = _mode_character(kind, attributes.mode_of_use)
    return Header(f"1{kind.usage}{kind.algorithm}{mode}{attributes.exportability}00{kind.other}")


def _mode_character(kind: Kind, mode_of_use: str) -> str:
    if mode_of_use in (kind.full, ModeOfUse.N):
        return _LIKE_ALL
    if mode_of_use in _SAME_MODES:
        return mode_of_use
    raise UnsupportedError(
        f"no Atalla header carries mode of use {mode_of_use} for key usage {kind.tr31}",
        hint=f"{kind.full} is the full mode of this usage; E, D, G and V are carried too",
    )


def exportable(header: Header) -> bool:
    """Whether the header lets the key leave in a key block."""
    return header.exportability != Exportability.N


def unknown_header() -> UnsupportedError:
    """TR-31 has no name for what a header says."""
    return UnsupportedError(
        "TR-31 has no key usage for this Atalla header",
        hint="`keyexchange inspect` shows what the header says; only keys of the table in docs/how-to move",
    )
