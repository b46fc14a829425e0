"""What the reviewed file may say about AWS Payment Cryptography.

The sections `krd.apc` and `kdh.apc` of AWS's public sample `input_config.json` are valid as they are.
Source: aws-samples/samples-for-payment-cryptography-service: key-import-export/key_exchange/input_config.json.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_STRICT = ConfigDict(extra="forbid", frozen=True)


class Tr34Section(BaseModel):
    """TR-34. The sample has these fields for every side; this side finds the key in `keys`."""

    model_config = _STRICT

    transport_key: str = ""
    transport_key_kcv: str = ""


class Tr31Section(BaseModel):
    """TR-31."""

    model_config = _STRICT

    kek: str = Field(default="", description="ARN or alias of a KEK that this side holds already; empty: none yet")
    transport_key: str = ""
    transport_key_kcv: str = ""


class EcdhSection(BaseModel):
    """ECDH, as the sample spells it."""

    model_config = _STRICT

    transport_key: str = ""
    transport_key_kcv: str = ""


class ApcSettings(BaseModel):
    """`kdh.apc` or `krd.apc`."""

    model_config = _STRICT

    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+){1,2}-[0-9]+$", description="AWS region, such as us-east-2")
    profile: str = Field(default="", description="profile of the AWS configuration; empty: the default credentials")
    endpoint_url: str = Field(
        default="", pattern=r"^(https?://.+)?$", description="another endpoint than AWS's own, such as a simulator's"
    )
    tr34: Tr34Section = Tr34Section()
    tr31: Tr31Section = Tr31Section()
    ecdh: EcdhSection = EcdhSection()
    wrapping_key_algorithm: Literal["RSA_2048", "RSA_3072", "RSA_4096"] = Field(
        default="RSA_2048", description="key pair that AWS makes to receive TR-34 tokens"
    )
    ca_certificate: str = Field(
        default="",
        description="path of the root that AWS's wrapping certificate must chain to; empty: the root AWS sends along",
    )
    requests_per_second: float | None = Field(
        default=4.5,
        ge=0,
        description="pace, a little below AWS's quota of 5 control-plane requests a second; null or 0 for none",
    )
    connect_timeout: float = Field(default=10.0, gt=0, description="seconds")
    read_timeout: float = Field(default=30.0, gt=0, description="seconds")
