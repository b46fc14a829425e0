"""The tables. The same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

from keyexchange.hsm.records import KeyClass, KeyOrigin, KeyState, ProtectedOperation, SessionStatus, TokenKind
from keyexchange.keys import KcvMethod, KeyAlgorithm


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as milliseconds since 1970: sorts and compares the same everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else round(value.timestamp() * 1000)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


class Name(TypeDecorator[Enum]):
    """A member of an enum, kept as its value."""

    impl = String(40)
    cache_ok = True

    def __init__(self, enum: type[Enum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: Enum | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else value.value

    def process_result_value(self, value: Any, dialect: Dialect) -> Enum | None:  # noqa: ARG002
        return None if value is None else self.enum(value)


metadata = MetaData()

VERSION = 3
"""Of these tables; one more with every change to them."""

layout = Table("layout", metadata, Column("version", Integer, primary_key=True))

main_keys = Table(
    "main_keys",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("under", Integer, primary_key=True, autoincrement=False),
    Column("block", Text, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("key_class", Name(KeyClass), nullable=False),
    Column("usage", String(2), nullable=False),
    Column("algorithm", Name(KeyAlgorithm), nullable=False),
    Column("mode_of_use", String(1), nullable=False),
    Column("exportable", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("state", Name(KeyState), nullable=False),
    Column("origin", Name(KeyOrigin), nullable=False),
    Column("kcv", String(16), nullable=False),
    Column("kcv_method", Name(KcvMethod), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("usage_start_at", Instant),
    Column("usage_stop_at", Instant),
    Column("delete_pending_at", Instant),
    Column("deleted_at", Instant),
    Column("derive_key_usage", String(2)),
    Column("block", Text),
    Column("certificate", LargeBinary),
    Column("issuer_id", String(64)),
    Column("multi_region", Boolean, nullable=False),
    Column("default_regions", Boolean, nullable=False),
    Column("mpa_session", String(64)),
    Column("approval_until", Instant),
    Index("keys_by_home", "account", "region", "number"),
    Index("keys_by_deletion", "delete_pending_at"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("account", String(12), primary_key=True),
    Column("region", String(32), primary_key=True),
    Column("name", String(256), primary_key=True),
    Column("key_id", String(64), ForeignKey("keys.id"), index=True),
)

tags = Table(
    "tags",
    metadata,
    Column("key_id", String(64), ForeignKey("keys.id"), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("value", String(256), nullable=False),
)

replicas = Table(
    "replicas",
    metadata,
    Column("key_id", String(64), ForeignKey("keys.id"), primary_key=True),
    Column("region", String(32), primary_key=True, index=True),
)

default_regions = Table(
    "default_regions",
    metadata,
    Column("account", String(12), primary_key=True),
    Column("region", String(32), primary_key=True),
    Column("replica_region", String(32), primary_key=True),
)

resource_policies = Table(
    "resource_policies",
    metadata,
    Column("key_id", String(64), ForeignKey("keys.id"), primary_key=True),
    Column("policy", Text, nullable=False),
)

team_associations = Table(
    "team_associations",
    metadata,
    Column("account", String(12), primary_key=True),
    Column("region", String(32), primary_key=True),
    Column("action", String(64), primary_key=True),
    Column("team_arn", Text, nullable=False),
    Column("session", String(64)),
)

approval_sessions = Table(
    "approval_sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("operation", Name(ProtectedOperation), nullable=False),
    Column("team_arn", Text, nullable=False),
    Column("status", Name(SessionStatus), nullable=False),
    Column("initiated_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("comment", Text),
    Column("subject", Text),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(96), primary_key=True),
    Column("account", String(12), nullable=False),
    Column("region", String(32), nullable=False),
    Column("kind", Name(TokenKind), nullable=False),
    Column("material_type", String(40), nullable=False),
    Column("algorithm", Name(KeyAlgorithm), nullable=False),
    Column("block", Text, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
)

used_nonces = Table(
    "used_nonces",
    metadata,
    Column("token", String(96), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("used_at", Instant, nullable=False),
)

certified_keys = Table(
    "certified_keys",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("block", Text),
    Column("certificate", LargeBinary, nullable=False),
    Column("valid_until", Instant, nullable=False),
)
