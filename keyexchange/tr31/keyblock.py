"""Whole key blocks: text in, header and key out, and back. Source: ANSI X9.143:2021, 6 and 7."""

from __future__ import annotations

import hmac
import os
from functools import lru_cache
from typing import NamedTuple

from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import KeyAlgorithm, require_kek_strength
from keyexchange.secret import Secret
from keyexchange.tr31.binding import VERSIONS, Kbpk, Version, open_sealed, seal
from keyexchange.tr31.check_values import names_another_kbpk, wrong_check_values
from keyexchange.tr31.content import content_violations
from keyexchange.tr31.header import Header, parse_header
from keyexchange.tr31.rules import violations
from keyexchange.tr31.structure import parse_as, version_of
from keyexchange.tr31.tolerances import CONCEALING, LONGEST_KEY, USUAL, Tolerance

_LENGTH_FIELD = 2
_LONGEST_BLOCK = 9999
_MOST_BLOCKS = 99
_SIZED_LETTERS = ("T", "A")
_SHORT_PADDING = (Tolerance.SHORT_PADDING,)


class KeyBlockContent(NamedTuple):
    """What an authentic block held.

    Args:
        header: its fields, authenticated.
        key: symmetric key octets, or the DER of a private key.
        tolerances: the deviations that were let pass.
    """

    header: Header
    key: Secret
    tolerances: tuple[Tolerance, ...] = ()

    @property
    def violations(self) -> tuple[str, ...]:
        """What does not go together in the header, and where the key is not what the header says; for a person.

        Reported and not refused: the block is authentic, and its holder decides what to do with such a key.
        """
        return violations(self.header) + content_violations(self.header.algorithm, self.key)


def unwrap(kbpk: Kbpk, block: str, tolerate: frozenset[Tolerance] = USUAL) -> KeyBlockContent:
    """Authenticate a block of version A, B, C or D and take its key out.

    Does not check that the KBPK is strong enough for the key, nor what the usage allows: that is the holder's rule.

    Args:
        tolerate: the deviations to let pass; each one met is named in the result.

    Raises:
        FormatError: as `parse`, and kbpk_length, mac_mismatch, decrypted_length, not_tolerated.
    """
    version = version_of(block)
    keys = kbpk.keys(version)
    header, _, header_text, ciphertext, mac, met = parse_as(version, block)
    content, expected = open_sealed(version, keys, header_text.encode(), ciphertext, mac)
    if not hmac.compare_digest(expected, mac):
        raise _mac_mismatch(header, kbpk)
    key = _key(content, header)
    if len(content) < CONCEALING.get(header.algorithm, 0):
        met += _SHORT_PADDING
    if header.optional_blocks and wrong_check_values(header, kbpk, key):
        met += (Tolerance.CHECK_VALUE,)
    if met and not tolerate.issuperset(met):
        raise _not_tolerated(met, tolerate)
    return KeyBlockContent(header, key, met)


def wrap(
    kbpk: Kbpk,
    header: Header,
    key: Secret,
    *,
    padding: bytes | None = None,
    conceal_length: bool = False,
    weaker_kbpk: bool = False,
    odd_header: bool = False,
) -> str:
    """Put a key into a block of version B or D.

    Args:
        header: optional blocks are carried as they are; a PB block is added or fitted where the version needs it.
        key: 1 to 8191 octets.
        padding: instead of random octets: to repeat a known block. `conceal_length` has no say then.
        conceal_length: pad with random octets to the longest key of the algorithm, as X9.143:2021 asks and many
            devices don't (`Tolerance.SHORT_PADDING`); else with the fewest. RSA, ECC and HMAC keys have no longest.
        weaker_kbpk: the caller has decided, on record, that the KBPK may be weaker than the key.
        odd_header: likewise, that usage, algorithm and mode of use may be a combination that X9.143 does not have.

    Raises:
        RuleError: rules kek-strength, deprecated-version, proprietary-code, header-combination.
        FormatError: categories kbpk_length, length_field (too long for one block).
    """
    version = _writable(header, odd_header)
    if not weaker_kbpk:
        _require_strength(kbpk, header, key)
    content = (len(key) * 8).to_bytes(_LENGTH_FIELD, "big") + key.reveal()
    if padding is None:
        hidden = max(0, LONGEST_KEY.get(header.algorithm, 0) - len(key)) if conceal_length else 0
        padding = os.urandom(hidden + -(len(content) + hidden) % version.block)
    content += padding
    if len(content) % version.block:
        raise FormatError("the padding does not fill whole cipher blocks", category="payload_malformed")
    if header.optional_blocks:
        header = header.padded(version.block)
        _require_countable(header)
    length = header.length + 2 * (len(content) + version.mac)
    if length > _LONGEST_BLOCK:
        raise FormatError("the key block would be longer than 9999 characters", category="length_field")
    text = header.text(length)
    ciphertext, mac = seal(version, kbpk.keys(version), text.encode(), content)
    return f"{text}{ciphertext.hex().upper()}{mac.hex().upper()}"


def _require_countable(header: Header) -> None:
    if len(header.optional_blocks) > _MOST_BLOCKS:
        raise FormatError(
            f"the header would have more than {_MOST_BLOCKS} optional blocks, the padding block among them",
            category="optional_block",
        )


@lru_cache(maxsize=1024)
def _writable(header: Header, odd_header: bool) -> Version:
    """The version of a header that may be written; cached, because the keys of a migration share a few headers."""
    if header.version_id not in ("B", "D"):
        raise RuleError(
            f"a block of version {header.version_id} is not written",
            rule="deprecated-version",
            hint="X9.143 deprecates A and C: use B under a TDES KEK or D under an AES KEK",
        )
    if header.proprietary:
        raise RuleError(
            f"the header's {', '.join(header.proprietary)} would be a proprietary code",
            rule="proprietary-code",
            hint="translate it to a code of X9.143 first",
        )
    _require_countable(header)
    parse_header(header.text(0))
    if not odd_header:
        _require_combination(header)
    return VERSIONS[header.version_id]


def _require_combination(header: Header) -> None:
    found = violations(header)
    if found:
        raise RuleError(
            f"the header is not one of X9.143: {'; '.join(found)}",
            rule="header-combination",
            hint="correct the key's usage or mode of use at the sender: the receiver may well refuse it",
        )


def _mac_mismatch(header: Header, kbpk: Kbpk) -> FormatError:
    other = names_another_kbpk(header, kbpk)
    return FormatError(
        "the key block's MAC does not verify: another key protects it, or it was changed",
        category="mac_mismatch",
        hint="block KP states the check value of another KEK than this one: use that KEK"
        if other
        else "compare the check values of the KEK on both sides",
    )


def _not_tolerated(met: tuple[Tolerance, ...], tolerate: frozenset[Tolerance]) -> FormatError:
    refused = [tolerance for tolerance in met if tolerance not in tolerate]
    return FormatError(
        f"the key block deviates from X9.143: {'; '.join(tolerance.meaning for tolerance in refused)}",
        category="not_tolerated",
        hint=f"let the sender correct it; the name of the tolerance is {', '.join(refused)}",
    )


def _require_strength(kbpk: Kbpk, header: Header, key: Secret) -> None:
    if header.algorithm not in _SIZED_LETTERS:
        return
    try:
        algorithm = KeyAlgorithm.of_symmetric(header.algorithm, len(key))
    except KeyError:
        raise FormatError(
            "the key has not the length of its algorithm",
            category="decrypted_length",
            hint="TDES keys have 16 or 24 octets, AES keys 16, 24 or 32",
        ) from None
    require_kek_strength(kbpk.algorithm, algorithm, kek_name="the key block protection key", kek_strength=kbpk.strength)


def _key(content: bytes, header: Header) -> Secret:
    bits = content[0] << 8 | content[1]
    end = _LENGTH_FIELD + (bits >> 3)
    if bits & 7 or not bits or end > len(content):
        raise FormatError(
            f"the {header.key_usage} key's length inside the block is impossible", category="decrypted_length"
        )
    return Secret(content[_LENGTH_FIELD:end])
