"""What can be set on a face. The defaults are the configuration that AWS tested with.

Source of the defaults: AWS samples-for-payment-cryptography-service, key_exchange/hsm/futurex/sample_hsm_config.txt.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keyexchange.errors import ConfigError


class FaceOptions(BaseModel):
    """Settings of one simulated HSM.

    Attributes:
        check_digit_length: "Check Digit Length": hex digits of a key's check value.
        disabled_commands: codes that function blocking has switched off, answered with 19.
        missing_commands: codes that this firmware does not have, answered with 52.
        tr31_blocks: "Key Block Policy" has TR31; without it TWKA and TWKS answer 51.
        mfk_loaded: the MFK is loaded too; without it commands without FS6 answer 06, as AWS's HSM does.
        users_logged_in: the users whom trusting a root certificate wants; without them AVPC without SA answers 50.
        returns_tags: AG comes back; without it the face is like a firmware that returns none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    check_digit_length: int = Field(default=6, ge=4, le=16)
    disabled_commands: frozenset[str] = frozenset()
    missing_commands: frozenset[str] = frozenset()
    tr31_blocks: bool = True
    mfk_loaded: bool = False
    users_logged_in: bool = True
    returns_tags: bool = True


def read_options(options: Mapping[str, object]) -> FaceOptions:
    """Check a face's options.

    Raises:
        ConfigError: naming the option, or those there are.
    """
    for unknown in options.keys() - FaceOptions.model_fields.keys():
        raise ConfigError(
            f"the Futurex face has no option {unknown!r}", hint=f"known are {', '.join(FaceOptions.model_fields)}"
        )
    try:
        return FaceOptions.model_validate(dict(options))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise ConfigError(
            f"Futurex face option {where}: {problem['msg']}",
            hint="the how-to of the software HSM shows how values are written",
        ) from None
