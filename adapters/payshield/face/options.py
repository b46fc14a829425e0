"""What can be set on a face, with the settings of AWS's tested configuration as defaults.

Source of the defaults: AWS samples-for-payment-cryptography-service, key_exchange/hsm/payshield/sample_hsm_config.txt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keyexchange.errors import ConfigError

LmkId = str
_ZMK_TRANSLATE = frozenset({"BY"})
LmkKind = Literal["variant", "aes", "3des"]


class FaceOptions(BaseModel):
    """Settings of one simulated HSM. Those that a console has bear the console's words.

    Attributes:
        lmks: published test LMK by two-digit identifier.
        old_lmks: key change storage: the kind of LMK that was replaced, by the identifier of the one in its place.
        default_lmk: "Default LMK identifier": used when a command names none.
        header_length: characters of the message header.
        authorised: the HSM is in the authorised state; without it, what needs an activity answers 17.
        activities: authorised activities, such as `export.001.host` or `generate.rsa`, beside the authorised state.
        trusted_formats_only: "Key export and import in trusted format only": U, T, X, Y and Z answer 29.
        x9_17_import: "Enable X9.17 for import"; without it X and Y answer 26.
        x9_17_export: "Enable X9.17 for export"; likewise.
        import_of_a_zmk: "Enable import of a ZMK"; without it A6 answers 29.
        export_of_a_zmk: "Enable export of a ZMK"; without it A0 and A8 refuse to export one with 29, a K1 excepted.
        zmk_translate_command: "Enable ZMK translate command"; without it BY answers 68.
        authorised_state_for_rsa_import: "Authorized State required when importing a key under an RSA key": GI.
        restrict_check_values: "Restrict key check values to 6 hex chars": of sixteen digits, ten are zeros.
        ensure_lmk_matches_port: "Ensure LMK identifier in command corresponds with host port"; another answers 13.
        port_lmk: the LMK to which the host port is bound; it is the default one then.
        ignore_lmk_id: "Ignore LMK ID in key block header"; without it a block of another identifier answers A3.
        separate_key_type_002: "Enforce key type 002 separation": a TPK of type 002 answers A6 or 28.
        pci_hsm_compliant: what NO, mode 01, shows.
        pin_length: "PIN length", 4 to 12: a PIN under a TDES LMK has one digit more.
        disabled_pin_formats: PIN block formats answered with 69.
        disabled_commands: codes that CONFIGCMDS removed, answered with 68.
        unlicensed_commands: codes answered with 67.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lmks: dict[LmkId, LmkKind] = {"00": "aes", "02": "variant"}
    old_lmks: dict[LmkId, LmkKind] = {}
    default_lmk: LmkId = "00"
    header_length: int = Field(default=4, ge=0, le=255)
    authorised: bool = True
    activities: frozenset[str] = frozenset()
    trusted_formats_only: bool = True
    x9_17_import: bool = False
    x9_17_export: bool = False
    import_of_a_zmk: bool = False
    export_of_a_zmk: bool = False
    zmk_translate_command: bool = False
    authorised_state_for_rsa_import: bool = True
    restrict_check_values: bool = True
    ensure_lmk_matches_port: bool = False
    port_lmk: LmkId | None = None
    ignore_lmk_id: bool = False
    separate_key_type_002: bool = False
    pci_hsm_compliant: bool = False
    pin_length: int = Field(default=4, ge=4, le=12)
    disabled_pin_formats: frozenset[str] = frozenset()
    disabled_commands: frozenset[str] = frozenset()
    unlicensed_commands: frozenset[str] = frozenset()

    @property
    def off(self) -> frozenset[str]:
        """Codes answered with 68."""
        return self.disabled_commands if self.zmk_translate_command else self.disabled_commands | _ZMK_TRANSLATE


def read_options(options: Mapping[str, object]) -> FaceOptions:
    """Check a face's options.

    Raises:
        ConfigError: naming the option, or those there are.
    """
    for unknown in options.keys() - FaceOptions.model_fields.keys():
        raise ConfigError(
            f"the payShield face has no option {unknown!r}", hint=f"known are {', '.join(FaceOptions.model_fields)}"
        )
    try:
        return FaceOptions.model_validate(dict(options))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise ConfigError(
            f"payShield face option {where}: {problem['msg']}",
            hint="the how-to of the software HSM shows how values are written",
        ) from None
