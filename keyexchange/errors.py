"""The whole error tree. Every name ends in `Error`, except `RunPausedError`'s cousin in spirit: a pause is an error to
the shell and a promise to the operator.

Laws of this file:

- a message says what failed and on which side; it never holds received octets, key data or a secret;
- `hint` says what to try next; a class gives the general one, a raise site a better one;
- `exit_code` is what the shell sees. The codes are documented in docs/reference/exit-codes.md and held to this file
  by a test.
"""

from __future__ import annotations

from typing import ClassVar


class KeyExchangeError(Exception):
    """Anything this program refuses or fails to do.

    Args:
        message: one line, lower case, no full stop.
        hint: what to try next; the class's own when absent.
    """

    exit_code: ClassVar[int] = 1
    general_hint: ClassVar[str] = "run again with --debug to see the stack"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint if hint is not None else self.general_hint


class ConfigError(KeyExchangeError):
    """The reviewed file, an option or a reference in it is wrong; nothing was made."""

    exit_code = 2
    general_hint = "`keyexchange schema` prints what the file may hold"


class UnsupportedError(KeyExchangeError):
    """This pair of sides, protocol or key cannot work; found out before anything was made."""

    exit_code = 2
    general_hint = "`keyexchange plan` shows what each side can do"


class UnreachableError(KeyExchangeError):
    """No connection, a time-out, or a connection that ended in the middle of a reply."""

    exit_code = 3
    general_hint = "check host, port, TLS settings and that the device accepts connections; then resume the run"


class DeviceRefusedError(KeyExchangeError):
    """A side answered with an error of its own.

    Args:
        side: "payshield", "apc", ...
        operation: the command or API operation that was refused.
        code: the vendor's code, as sent ("15", "ValidationException").
        meaning: the vendor's meaning of the code.
    """

    exit_code = 4
    general_hint = "the code is the device's own; its manual and docs/reference list the usual causes"

    def __init__(self, side: str, operation: str, code: str, meaning: str, *, hint: str | None = None) -> None:
        super().__init__(f"{side} refused {operation}: {code} ({meaning})", hint=hint)
        self.side = side
        self.operation = operation
        self.code = code
        self.meaning = meaning


class ProtocolError(KeyExchangeError):
    """A side answered with something that its protocol does not allow (cut short, wrong echo, leftovers)."""

    exit_code = 4
    general_hint = "check the header length and that the port speaks this vendor's host protocol"


class FormatError(KeyExchangeError):
    """Octets that are not what they should be: a key block, a token, a certificate.

    Args:
        category: one word of the format's own list, for programs ("mac_mismatch", "der_malformed").
    """

    exit_code = 5
    general_hint = "compare it with what the device gave; `keyexchange inspect` shows its fields"

    def __init__(self, message: str, *, category: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.category = category


class TrustError(KeyExchangeError):
    """A certificate, signature or nonce that must not be trusted.

    Args:
        category: "chain_untrusted", "expired", "revoked", "signature_invalid", "nonce_mismatch", "nonce_reused", ...
    """

    exit_code = 6
    general_hint = "check the certificate chain, its dates and the clock of this machine"

    def __init__(self, message: str, *, category: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.category = category


class RuleError(KeyExchangeError):
    """A rule with a name forbids this (KEK weaker than the key, ...).

    Args:
        rule: the rule's name, as docs/reference/rules.md lists it.
    """

    exit_code = 7
    general_hint = "the rule is explained in docs/reference/rules.md"

    def __init__(self, message: str, *, rule: str, hint: str | None = None) -> None:
        super().__init__(f"{message} (rule {rule})", hint=hint)
        self.rule = rule


class KcvMismatchError(KeyExchangeError):
    """The two sides hold different keys. The run must not go on."""

    exit_code = 8
    general_hint = "the two are different keys: find out which one is right before anything else is moved"


class MismatchError(KeyExchangeError):
    """A MAC, PIN, card value or cryptogram is not the one that the key gives.

    Args:
        reason: what was compared, one word, for programs ("mac", "pin", "card_value", "cryptogram").
    """

    exit_code = 11
    general_hint = "the key, the data or the value is another one; nothing tells which"

    def __init__(self, message: str, *, reason: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class JournalError(KeyExchangeError):
    """The journal does not fit: no such run, another plan, another program at work on it."""

    exit_code = 9
    general_hint = "`keyexchange report` without a run lists the runs that the journal knows"


class RunPausedError(KeyExchangeError):
    """Not a failure: the run waits for a person and goes on with --resume."""

    exit_code = 10
    general_hint = "do what the message asks, then resume the run"
