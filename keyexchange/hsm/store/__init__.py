"""The software HSM's database: SQLAlchemy Core, SQLite unless told otherwise."""

from keyexchange.hsm.store.engine import Store
from keyexchange.hsm.store.keys import Keys
from keyexchange.hsm.store.names import Aliases, Tags
from keyexchange.hsm.store.service_keys import ServiceKeys

__all__ = ["Aliases", "Keys", "ServiceKeys", "Store", "Tags"]
