"""The service's own keys in the store: tokens, the authority and certificates it issued."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from keyexchange.hsm.records import CertifiedKey, Home, TokenKind, TokenRecord
from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.schema import certified_keys, tokens, used_nonces
from keyexchange.keys import KeyAlgorithm

_TOKEN_FIELDS = TokenRecord._fields
_GET_TOKEN = select(tokens).where(
    tokens.c.id == bindparam("token"),
    tokens.c.account == bindparam("of_account"),
    tokens.c.region == bindparam("in_region"),
)


class ServiceKeys:
    """Keys that belong to no customer."""

    def __init__(self, store: Store) -> None:
        self._connection = store.connection

    def add_token(self, record: TokenRecord) -> None:
        """Keep a new token."""
        self._connection.execute(insert(tokens), {name: getattr(record, name) for name in _TOKEN_FIELDS})

    def token(self, home: Home, token_id: str) -> TokenRecord | None:
        """A token by its id, expired or not."""
        values = {"token": token_id, "of_account": home.account, "in_region": home.region}
        row = self._connection.execute(_GET_TOKEN, values).mappings().one_or_none()
        return TokenRecord(**row) if row else None

    def latest_token(
        self,
        home: Home,
        kind: TokenKind,
        *,
        material_type: str,
        algorithm: KeyAlgorithm,
        valid_at: datetime,
    ) -> TokenRecord | None:
        """The token that ends last, if it is still valid at that moment."""
        query = select(tokens).where(
            tokens.c.account == home.account,
            tokens.c.region == home.region,
            tokens.c.kind == kind,
            tokens.c.material_type == material_type,
            tokens.c.algorithm == algorithm,
            tokens.c.valid_until >= valid_at,
        )
        row = self._connection.execute(query.order_by(tokens.c.valid_until.desc()).limit(1)).mappings().one_or_none()
        return TokenRecord(**row) if row else None

    def use_nonce(self, token_id: str, nonce: bytes, at: datetime) -> bool:
        """Put the digest of a nonce on record, for one import token; False when it is there already.

        Call it inside the operation that uses the nonce: it is kept with what that operation keeps, or not at all.
        """
        row = {"token": token_id, "sha256": hashlib.sha256(nonce).hexdigest()}
        known = select(used_nonces.c.token).filter_by(**row)
        if self._connection.execute(known).first() is not None:
            return False
        self._connection.execute(insert(used_nonces), {**row, "used_at": at})
        return True

    def certified_key(self, name: str) -> CertifiedKey | None:
        """A key with its certificate, expired or not."""
        query = select(certified_keys).where(certified_keys.c.name == name)
        row = self._connection.execute(query).mappings().one_or_none()
        return CertifiedKey(**row) if row else None

    def put_certified_key(self, record: CertifiedKey) -> None:
        """Keep a key with its certificate, in place of an older one of that name."""
        self._connection.execute(delete(certified_keys).where(certified_keys.c.name == record.name))
        values = {"name": record.name, "block": record.block, "certificate": record.certificate}
        self._connection.execute(insert(certified_keys), {**values, "valid_until": record.valid_until})
