"""What a certificate authority for the certificates of a run is.

To add a kind: a module with a pydantic model whose `kind` is `Literal["<name>"]`, a class with `name`, `needs_csr` and
`check` and `certify`, and `AUTHORITY = AuthorityKind(...)`, named in `pyproject.toml`:

    [project.entry-points."keyexchange.authorities"]
    <name> = "<module>:AUTHORITY"
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel

from keyexchange.protocols.messages import CertificateChain, CertificationRequest

Now = Callable[[], datetime]
"""Gives the present moment, aware."""

S = TypeVar("S", bound=BaseModel)


class Authority(Protocol):
    """Certifies a key pair that one side has made."""

    name: ClassVar[str]
    needs_csr: ClassVar[bool]
    new_root: ClassVar[bool]
    """Each certificate has a root of its own, so no receiver can have it already."""

    def check(self) -> None:
        """Look at what the settings name on this machine, before anything is made. Sends nothing.

        Raises:
            ConfigError, TrustError, FormatError: as `certify`.
        """

    def certify(self, request: CertificationRequest) -> CertificateChain:
        """A certificate for the key pair, with all certificates above it up to the root.

        Asking again for the same request is harmless: at worst a second certificate is issued, for the same key.

        Raises:
            RunPausedError: a person has to act first; the message says how.
            ConfigError: the settings name files, keys or references that cannot be used.
            TrustError: what the authority has or gives must not be trusted.
            FormatError: it is not even a certificate, a request or a key.
            UnreachableError, DeviceRefusedError: of an authority that is a service.
        """


@dataclass(frozen=True)
class AuthorityKind(Generic[S]):
    """The object that an entry point of the group `keyexchange.authorities` names.

    Args:
        name: what `kind` says in the reviewed file.
        Settings: the rest of what the reviewed file may say; unknown fields are refused.
        open: makes the authority; sends nothing.
    """

    name: str
    Settings: type[S]
    open: Callable[[S], Authority]


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
