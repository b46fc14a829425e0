"""What a vendor's face is to the software HSM's server: a name, a port, and an answer to each message.

A face is an object named by an entry point of the group `keyexchange.faces`. The server makes one handler per face
and starts it with `keyexchange.wire.serve_tcp`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a server without faces needs no framings
    from keyexchange.wire.framing import Framing
    from keyexchange.wire.server import Handler


class Face(Protocol):
    """One vendor's host protocol, answered by software."""

    @property
    def name(self) -> str:
        """As in `--payshield-port`: "payshield"."""

    @property
    def default_port(self) -> int:
        """The vendor's usual TCP port."""

    def framing(self) -> Framing:
        """A new framing object; called once per connection."""

    def handler(self, options: Mapping[str, object]) -> Handler:
        """A new device that answers messages. All connections share it.

        Args:
            options: the face's own settings; empty for its documented defaults.

        Raises:
            ConfigError: an option it does not know, or a value it cannot use.
        """
