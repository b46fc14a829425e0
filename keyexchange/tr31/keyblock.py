"""Whole key blocks: text in, header and key out, and back. Source: ANSI X9.143:2021, 6 and 7."""

from __future__ import annotations

import hmac
import os
from functools import lru_cache
from typing import NamedTuple

from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import Algorithm, KeyAlgorithm, require_strength
from keyexchange.secret import Secret
from keyexchange.tr31.binding import VERSIONS, Kbpk, Version, open_sealed, seal
from keyexchange.tr31.check_values import names_another_kbpk, wrong_check_values
from keyexchange.tr31.content import LENGTHS, content_violations
from keyexchange.tr31.header import Header, parse_header
from keyexchange.tr31.rules import missing, violations
from keyexchange.tr31.strength import content_strength
from keyexchange.tr31.structure import parse_as, version_of
from keyexchange.tr31.tolerances import CONCEALING, LONGEST_KEY, USUAL, Tolerance, serial_number_habits

_LENGTH_FIELD = 2
_LONGEST_BLOCK = 9999
_MOST_BLOCKS = 99
_LONGEST_CONTENT = 0xFFFF // 8
_FORMED_LETTERS = ("R", "E", "S")
_FITTING = "name the algorithm that the key is of; docs/reference/tr31.md has what the keys of each are"
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
    odd_key: bool = False,
) -> str:
    """Put a key into a block of version B or D.

    Args:
        header: optional blocks are carried as they are; a PB block is added or fitted where the version needs it.
        key: 1 to 8191 octets.
        padding: instead of random octets: to repeat a known block. `conceal_length` has no say then.
        conceal_length: pad with random octets to the longest key of the algorithm, as X9.143:2021 asks and many
            devices don't (`Tolerance.SHORT_PADDING`); else with the fewest. RSA, ECC and HMAC keys have no longest.
        weaker_kbpk: the caller has decided, on record, that the KBPK may be weaker than the key.
        odd_header: likewise, that usage, algorithm, mode of use and optional blocks may be a combination that X9.143
            does not have, and that readers may need a `Tolerance` for the block.
        odd_key: likewise, that the key may be something else than its algorithm asks for.

    Raises:
        RuleError: rules kek-strength, deprecated-version, proprietary-code, header-combination, check-value-differs.
        FormatError: categories kbpk_length, length_field (too long for one block), header_malformed, optional_block,
            decrypted_length, key_form.
    """
    version = _writable(header, odd_header)
    _require_content(header, key, odd_key)
    if not weaker_kbpk:
        _require_strength(kbpk, header, key)
    if header.optional_blocks and not odd_header:
        _require_check_values(header, kbpk, key)
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
    if parse_header(header.text(0))[0] != header:  # a field of another size has moved those behind it
        raise FormatError(
            "key block header: a field has another size than X9.143 gives it", category="header_malformed"
        )
    if not odd_header:
        _require_combination(header)
    return VERSIONS[header.version_id]


def _require_combination(header: Header) -> None:
    habits = tuple(tolerance.meaning for tolerance in serial_number_habits(header))
    found = violations(header) + missing(header) + habits
    if found:
        raise RuleError(
            f"the header is not one of X9.143: {'; '.join(found)}",
            rule="header-combination",
            hint="correct usage, mode of use or optional blocks at the sender: the receiver may well refuse them",
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


def _require_content(header: Header, key: Secret, odd_key: bool) -> None:
    if not 0 < len(key) <= _LONGEST_CONTENT:
        raise FormatError("a block has room for a key of 1 to 8191 octets", category="length_field")
    found = () if odd_key else content_violations(header.algorithm, key)
    if not found:
        return
    if header.algorithm in _FORMED_LETTERS:
        raise FormatError(found[0], category="key_form", hint=_FITTING)
    raise FormatError(found[0], category="decrypted_length", hint=_FITTING)


def _require_strength(kbpk: Kbpk, header: Header, key: Secret) -> None:
    strength = content_strength(header, key)
    if strength > kbpk.strength:
        kek = f"the key block protection key is {kbpk.algorithm}"
        require_strength(kek, kbpk.strength, _name(header, key), strength)


def _name(header: Header, key: Secret) -> str:
    """Of a key, for a message: TDES and AES keys by their size."""
    if header.algorithm in LENGTHS:
        return f"a {KeyAlgorithm.of_symmetric(header.algorithm, len(key))} key"
    return f"this {Algorithm[header.algorithm].meaning} key"


def _require_check_values(header: Header, kbpk: Kbpk, key: Secret) -> None:
    wrong = wrong_check_values(header, kbpk, key)
    if wrong:
        raise RuleError(
            f"the header's block {', '.join(wrong)} states the check value of another key",
            rule="check-value-differs",
            hint="make the check value again, or leave the block out",
        )


def _key(content: bytes, header: Header) -> Secret:
    bits = content[0] << 8 | content[1]
    end = _LENGTH_FIELD + (bits >> 3)
    if bits & 7 or not bits or end > len(content):
        raise FormatError(
            f"the {header.key_usage} key's length inside the block is impossible", category="decrypted_length"
        )
    return Secret(content[_LENGTH_FIELD:end])
