"""What can be set on a face; the defaults are what AWS's scripts ask of the HSM.

Source of the defaults: aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/atalla/readme.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keyexchange.errors import ConfigError

from .protection import TEST_MASTER_FILE_KEY


class FaceOptions(BaseModel):
    """Settings of one simulated HSM.

    Attributes:
        master_file_key: 32 or 48 hexadecimal digits; the published test key unless told otherwise.
        option_e2: keys that protect or derive others may leave in a key block; without it 11A answers 0607 for them.
        option_21: refusals have a detail.
        disabled_commands: IDs answered with 23.
        auto_approve: a challenge of 12A is its own answer, without officers.
        check_digits: how many digits the commands give that do not let the host choose: 4 or 6.
        challenge_seconds: how long the officers have for a challenge.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    master_file_key: str = Field(default=TEST_MASTER_FILE_KEY, pattern=r"^([0-9A-F]{32}|[0-9A-F]{48})$", repr=False)
    option_e2: bool = True
    option_21: bool = True
    disabled_commands: frozenset[str] = frozenset()
    auto_approve: bool = False
    check_digits: int = Field(default=4, ge=4, le=6, multiple_of=2)
    challenge_seconds: float = Field(default=900.0, gt=0)


def read_options(options: Mapping[str, object]) -> FaceOptions:
    """Check a face's options.

    Raises:
        ConfigError: naming the option, or those there are.
    """
    for unknown in options.keys() - FaceOptions.model_fields.keys():
        raise ConfigError(
            f"the Atalla face has no option {unknown!r}", hint=f"known are {', '.join(FaceOptions.model_fields)}"
        )
    try:
        return FaceOptions.model_validate(dict(options))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise ConfigError(
            f"Atalla face option {where}: {problem['msg']}",
            hint="the how-to of the software HSM shows how values are written",
        ) from None
