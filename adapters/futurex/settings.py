"""What the reviewed file says about a Futurex HSM. AWS's sample `input_config.json` section loads unchanged."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keyexchange.hostport import HostPort, TransportKeys


class FuturexSettings(HostPort):
    """One Futurex HSM as a side of an exchange. Its keys are under the PMK, in key blocks.

    Attributes:
        port: Excrypt port; 9000 in AWS's sample, 9100 is used for TLS.
        message_tags: send a number in AG with each command and want it back.
        simulator_conventions: the host is this project's face, whose commands ZTRI, ZRSI and ZRSE may be used. A real
            HSM has no public command for receiving a TR-34 token, or for RSA wrap; the run stops when the host is one.
        receiving_key_bits: of the RSA pair that receives a token or a key under RSA, by those conventions.
        probe_commands: ask for every command, without its tokens, which of them this HSM has and allows.
    """

    port: int = Field(default=9000, ge=1, le=65535)
    message_tags: bool = True
    simulator_conventions: bool = False
    receiving_key_bits: Literal[2048, 3072, 4096] = 2048
    probe_commands: bool = True
    tr34: TransportKeys = TransportKeys()
    tr31: TransportKeys = TransportKeys()
    ecdh: TransportKeys = TransportKeys()
