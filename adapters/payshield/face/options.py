"""What can be set on a face, with the settings of AWS's tested configuration as defaults.

Source of the defaults: AWS samples-for-payment-cryptography-service, key_exchange/hsm/payshield/sample_hsm_config.txt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keyexchange.errors import ConfigError

LmkId = str
LmkKind = Literal["variant", "aes", "3des"]


class FaceOptions(BaseModel):
    """Settings of one simulated HSM.

    Attributes:
        lmks: published test LMK by two-digit identifier.
        default_lmk: identifier used when a command names none.
        header_length: characters of the message header.
        authorised: the HSM is in the authorised state; without it EI answers 17.
        export_of_a_zmk: "Enable export of a ZMK"; without it A0 and A8 refuse to export one with 29.
        disabled_commands: codes answered with 68.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lmks: dict[LmkId, LmkKind] = {"00": "aes", "02": "variant"}
    default_lmk: LmkId = "00"
    header_length: int = Field(default=4, ge=0, le=255)
    authorised: bool = True
    export_of_a_zmk: bool = False
    disabled_commands: frozenset[str] = frozenset()


def read_options(options: Mapping[str, object]) -> FaceOptions:
    """Check a face's options.

    Raises:
        ConfigError: naming the option.
    """
    try:
        return FaceOptions.model_validate(dict(options))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise ConfigError(f"payShield face option {where}: {problem['msg']}") from None
