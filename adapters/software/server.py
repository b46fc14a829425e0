"""The APC face of this process: started by the first request, shared by both sides, stopped with the last of them."""

from __future__ import annotations

import secrets
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.apc.client import Access
from keyexchange.errors import ConfigError
from keyexchange.hsm import Addresses, ServeOptions, running
from keyexchange.hsm.apc import Credentials
from keyexchange.secret import Secret


@dataclass
class _Served:
    """A running face.

    Args:
        users: how many sides hold it.
    """

    face: AbstractContextManager[Addresses]
    url: str
    key_pair: tuple[str, str] = field(repr=False)
    users: int = 0


_running: dict[Path, _Served] = {}
_lock = threading.Lock()


class Server:
    """One side's hold on the face of a state directory.

    Args:
        state_dir: where the keys lie; made when absent.
    """

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir.expanduser().absolute()
        self._held: _Served | None = None

    def reach(self, access: Access) -> Access:
        """The way to the face, which runs from now on.

        Raises:
            ConfigError: the state directory cannot be used, or another process serves it.
        """
        with _lock:
            if self._held is None:
                self._held = _running.get(self._state_dir) or self._start()
                self._held.users += 1
        held = self._held
        return replace(access, endpoint_url=held.url, key_pair=held.key_pair)

    def close(self) -> None:
        """Let the face go; nobody else holding it, it ends."""
        with _lock:
            held, self._held = self._held, None
            if held is None:
                return
            held.users -= 1
            if held.users:
                return
            del _running[self._state_dir]
        held.face.__exit__(None, None, None)

    def _start(self) -> _Served:
        key_pair = f"SW{secrets.token_hex(9).upper()}", secrets.token_hex(20)
        credentials = Credentials(key_pair[0], Secret(key_pair[1].encode("ascii")))
        face = running(ServeOptions(state_dir=self._state_dir, apc_port=0, credentials=credentials))
        addresses = face.__enter__()
        if addresses.apc_url is None:
            raise ConfigError("the software HSM did not start")
        served = _Served(face, addresses.apc_url, key_pair)
        _running[self._state_dir] = served
        return served
