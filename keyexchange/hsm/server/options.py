"""What to serve, and where it is then to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from keyexchange.hsm.apc import ACCOUNT, Credentials, Quotas
from keyexchange.hsm.clock import Clock, utc_now
from keyexchange.hsm.faces import Face
from keyexchange.hsm.main_keys import Unlocking
from keyexchange.keys import KeyAlgorithm

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class FaceOptions:
    """One vendor face to start.

    Args:
        face: from the entry point.
        port: TCP port; 0 for any free one.
        settings: the face's own options.
    """

    face: Face
    port: int
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ServeOptions:
    """What to serve.

    Args:
        state_dir: keeps the software HSM's keys; made when absent.
        apc_port: TCP port of the APC face; 0 for any free one; None for no APC face.
        faces: the vendor faces, by name.
        host: address to bind. Other than loopback needs credentials of your own and TLS.
        account: the account in ARNs.
        quotas: of the APC face; None for no limits.
        credentials: the pair the APC face lets in; found by `find_identities` when absent.
        clock: the HSM's time.
        authority_algorithm: of the APC face's own root.
        database_url: SQLAlchemy URL of the keys' database; a SQLite file in the state directory when absent.
        auto_approve: approve at once what an approval team is to approve.
        workers: processes that serve the APC face; more than one on PostgreSQL only. All but the first are started
            anew, and get these options pickled.
        tls_certificate: PEM file of the APC face's certificate and its issuers; plain HTTP when absent.
        tls_key: PEM file of its private key.
        insecure_bind: allow addresses beyond loopback without TLS.
        movable_clock: whether an operator may move the HSM's time; instead of `clock`.
        unlocking: what opens a protected region main key; from the environment when absent.
    """

    state_dir: Path
    apc_port: int | None = None
    faces: Mapping[str, FaceOptions] = field(default_factory=dict)
    host: str = LOOPBACK
    account: str = ACCOUNT
    quotas: Quotas | None = None
    credentials: Credentials | None = None
    clock: Clock = utc_now
    authority_algorithm: KeyAlgorithm = KeyAlgorithm.RSA_4096
    database_url: str | None = None
    auto_approve: bool = False
    workers: int = 1
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    insecure_bind: bool = False
    movable_clock: bool = False
    unlocking: Unlocking | None = None


@dataclass(frozen=True)
class Addresses:
    """Where the faces accept connections.

    Args:
        host: the bound address.
        apc_url: None without an APC face.
        ports: TCP ports of the vendor faces, by name.
        rehearsal_credentials: whether the published pair is let in.
    """

    host: str
    apc_url: str | None
    ports: Mapping[str, int]
    rehearsal_credentials: bool

    def ready_line(self) -> str:
        """`ready apc=http://127.0.0.1:8080 payshield=127.0.0.1:1500`."""
        parts = [f"apc={self.apc_url}"] if self.apc_url else []
        parts += [f"{name}={host_text(self.host)}:{port}" for name, port in self.ports.items()]
        return " ".join(["ready", *parts])


def host_text(host: str) -> str:
    """A host as it stands before a port."""
    return f"[{host}]" if ":" in host else host
