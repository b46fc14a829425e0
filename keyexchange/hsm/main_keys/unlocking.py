"""What opens a protected region main key, given by whoever starts the program."""

from __future__ import annotations

import os
from pathlib import Path

from keyexchange.hsm.passphrases import PassphraseSource, from_environment
from keyexchange.secret import Secret

PASSPHRASE_VARIABLE = "KEYEXCHANGE_PASSPHRASE"  # noqa: S105  the name of a variable
KEY_FILE_VARIABLE = "KEYEXCHANGE_KEY_FILE"


class Unlocking:
    """Asked only when the file needs it, and once.

    Args:
        ask: gives the passphrase; from the environment when absent.
        key_file: where the key file is, when it is not where it was; from the environment when absent.
    """

    def __init__(self, ask: PassphraseSource | None = None, *, key_file: Path | None = None) -> None:
        self._ask = ask or from_environment(PASSPHRASE_VARIABLE)
        named = os.environ.get(KEY_FILE_VARIABLE)
        self.key_file = key_file or (Path(named) if named else None)
        self.answered: Secret | None = None

    def passphrase(self) -> Secret:
        """The passphrase; the same as before when it was asked for already.

        Raises:
            ConfigError: there is none.
        """
        if self.answered is None:
            self.answered = self._ask()
        return self.answered
