"""What an operation is given besides its input, and how operations are declared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from keyexchange.hsm.apc.model import CONTROL_PLANE, DATA_PLANE, load
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.iam import Principal
from keyexchange.hsm.records import Home

ACCOUNT = "111122223333"
"""The account of AWS's documentation examples."""


@dataclass(frozen=True)
class Context:
    """One request's surroundings.

    Args:
        home: the caller's account, and the region of the request's signature.
        caller: who asks.
    """

    home: Home
    caller: Principal


Handler = Callable[[Hsm, Context, Values], Values | Awaitable[Values]]
"""An operation. A plain function runs in the event loop inside a savepoint, or inside `Store.reading`; an `async` one
opens what it writes in itself, because it awaits the making of a key pair first or only adds rows (`Store.adding`)."""

H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Declared:
    """An operation that is served.

    Args:
        handler: answers it.
        writes: whether it changes the store. One that does has the store for itself until its commit, so what it reads
            stays true; one that does not may run beside any other.
    """

    handler: Handler
    writes: bool


class OperationTable:
    """The operations of one service that are served.

    Args:
        service: botocore's name of the service.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self._declared: dict[str, Declared] = {}

    @property
    def declared(self) -> Mapping[str, Declared]:
        """By name."""
        return MappingProxyType(self._declared)

    def operation(self, name: str, *, writes: bool) -> Callable[[H], H]:
        """Declare a function as an operation.

        Raises:
            ValueError: the model knows no operation of that name, or it is declared already.
        """
        if name not in load(self.service).operations or name in self._declared:
            raise ValueError(f"{name} is not an operation of the model, or is declared twice")

        def declare(handler: H) -> H:
            self._declared[name] = Declared(handler, writes)
            return handler

        return declare


CONTROL = OperationTable(CONTROL_PLANE)
"""Keys, aliases, tags, imports and exports."""

operation = CONTROL.operation

DATA = OperationTable(DATA_PLANE)
"""What keys are used for."""

data_operation = DATA.operation
