"""What an operation is given besides its input: the device, and who asks from where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm

ACCOUNT = "111122223333"
"""The account of AWS's documentation examples."""


@dataclass(frozen=True)
class Context:
    """One request's surroundings.

    Args:
        region: of the request's signature; every key belongs to one.
        account: the account in ARNs.
    """

    region: str
    account: str


Handler = Callable[[Hsm, Context, Values], Values | Awaitable[Values]]
"""An operation. A plain function runs in the event loop inside a savepoint; an `async` one awaits the making of a key
pair first and opens its own savepoint for what it then writes."""

H = TypeVar("H", bound=Handler)

OPERATIONS: dict[str, Handler] = {}
"""The operations that are served, by name."""


def operation(name: str) -> Callable[[H], H]:
    """Declare a function as an operation.

    Raises:
        ValueError: the model knows no operation of that name, or it is declared already.
    """
    if name not in load(CONTROL_PLANE).operations or name in OPERATIONS:
        raise ValueError(f"{name} is not an operation of the model, or is declared twice")

    def declare(handler: H) -> H:
        OPERATIONS[name] = handler
        return handler

    return declare
