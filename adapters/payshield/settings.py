"""What the reviewed file says about a payShield. AWS's sample `input_config.json` section loads unchanged."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keyexchange.hostport import HostPort, Section, TransportKeys

_DIGITS = r"^[0-9]{2}$"


class CsrSubject(Section):
    """What QE puts into a certification request beside the common name; each at least one character."""

    organization: str = Field(default="not stated", min_length=1, max_length=64)
    organizational_unit: str = Field(default="not stated", min_length=1, max_length=64)
    locality: str = Field(default="not stated", min_length=1, max_length=64)
    state: str = Field(default="not stated", min_length=1, max_length=64)
    country: str = Field(default="XX", pattern=r"^[A-Z]{2}$")


class PayshieldSettings(HostPort):
    """One payShield as a side of an exchange.

    Attributes:
        port: host port; 1500 is the factory's, 2500 for TLS.
        variant_lmk: the keys are under a variant LMK; else under a key-block LMK.
        variant_lmk_identifier: two digits; needed with `variant_lmk`.
        key_block_lmk_identifier: two digits; absent: the HSM's default LMK, and no identifier is sent.
        simulator_conventions: the host is this project's face, whose command Z8 may be used. A real payShield has no
            public command for receiving a TR-34 token; the run stops when the host is one.
        receiving_key_bits: of the RSA pair that receives a TR-34 token, by that convention.
        probe_commands: ask for each command, without its fields, whether this HSM has and allows it.
        header_length: characters of the message header, as set on the HSM.
    """

    port: int = Field(default=1500, ge=1, le=65535)
    variant_lmk: bool = False
    variant_lmk_identifier: str | None = Field(default=None, pattern=_DIGITS)
    key_block_lmk_identifier: str | None = Field(default=None, pattern=_DIGITS)
    simulator_conventions: bool = False
    receiving_key_bits: Literal[2048, 3072, 4096] = 2048
    probe_commands: bool = True
    tr34: TransportKeys = TransportKeys()
    tr31: TransportKeys = TransportKeys()
    ecdh: TransportKeys = TransportKeys()
    header_length: int = Field(default=4, ge=0, le=255)
    csr_subject: CsrSubject = CsrSubject()

    @property
    def lmk(self) -> str | None:
        """The identifier to send after `%`."""
        return self.variant_lmk_identifier if self.variant_lmk else self.key_block_lmk_identifier
