"""The software HSM's database: SQLAlchemy Core, SQLite unless told otherwise."""

from keyexchange.hsm.store.approvals import Approvals
from keyexchange.hsm.store.engine import Store, is_shared
from keyexchange.hsm.store.keys import Keys
from keyexchange.hsm.store.main_keys import MainKeys
from keyexchange.hsm.store.maintenance import maintenance
from keyexchange.hsm.store.names import Aliases, Tags
from keyexchange.hsm.store.policies import Policies
from keyexchange.hsm.store.replication import Replication
from keyexchange.hsm.store.schema import VERSION as LAYOUT_VERSION
from keyexchange.hsm.store.sealed import Sealed, SealedBlocks, sealed_tables
from keyexchange.hsm.store.service_keys import ServiceKeys
from keyexchange.hsm.store.snapshot import fill, filling, is_empty, rows, snapshot

__all__ = [
    "LAYOUT_VERSION",
    "Aliases",
    "Approvals",
    "Keys",
    "MainKeys",
    "Policies",
    "Replication",
    "Sealed",
    "SealedBlocks",
    "ServiceKeys",
    "Store",
    "Tags",
    "fill",
    "filling",
    "is_empty",
    "is_shared",
    "maintenance",
    "rows",
    "sealed_tables",
    "snapshot",
]
