"""Resource policies of keys in the store, as text."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select, update

from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.schema import resource_policies


class Policies:
    """The table of resource policies: none or one of each key. A replica has none.

    Attributes:
        changes: how often this process has put one.
    """

    def __init__(self, store: Store) -> None:
        self._connection = store.connection
        self.changes = 0

    def any(self) -> bool:
        """Whether any key of any account has one."""
        return self._connection.execute(_ANY).first() is not None

    def get(self, key_id: str) -> str | None:
        """The policy of a key."""
        return self._connection.execute(_GET, {"of_key": key_id}).scalar_one_or_none()

    def put(self, key_id: str, policy: str) -> None:
        """Keep a policy in place of the key's last one."""
        self.changes += 1
        values = {"of_key": key_id, "text": policy}
        if self._connection.execute(_REPLACE, values).rowcount == 0:
            self._connection.execute(insert(resource_policies), {"key_id": key_id, "policy": policy})

    def remove(self, key_id: str) -> None:
        """Forget the policy of a key."""
        self._connection.execute(_REMOVE, {"of_key": key_id})


_OF_KEY = resource_policies.c.key_id == bindparam("of_key")
_ANY = select(resource_policies.c.key_id).limit(1)
_GET = select(resource_policies.c.policy).where(_OF_KEY)
_REPLACE = update(resource_policies).where(_OF_KEY).values(policy=bindparam("text"))
_REMOVE = delete(resource_policies).where(_OF_KEY)
