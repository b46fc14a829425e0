"""A PostgreSQL server of the tests' own: from the machine's packages, in a folder of its own, on a Unix socket.

Debian: `apt-get install postgresql`. The server refuses to run as root, so root hands it to the package's user.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine

USER = "postgres"
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the tests kill our own processes, not the machine
    "max_connections": "50",
}


def programs() -> Path | None:
    """The folder of the newest `initdb` and `postgres`."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *Path("/usr/local/pgsql/bin").glob("initdb")]
    newest = max(found, key=lambda path: path.parent.parent.name, default=None)
    on_path = shutil.which("initdb")
    return newest.parent if newest else Path(on_path).parent if on_path else None


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        folder: of its socket.
    """

    folder: Path
    _numbers: Iterator[int]

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def new_database(self, *, encoding: str = "UTF8") -> str:
        """The URL of an empty database."""
        name = f"test{next(self._numbers)}"
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'")
        engine.dispose()
        return self.url(name)


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Server]:
    """Run a server for the length of a `with` block.

    Args:
        durable: wait for the disk, for those who measure.
    """
    bin_folder = programs()
    assert bin_folder is not None, "PostgreSQL is not installed: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_user = []
    if os.geteuid() == 0:
        as_user = ["setpriv", f"--reuid={USER}", f"--regid={pwd.getpwnam(USER).pw_gid}", "--clear-groups"]
        shutil.chown(folder, USER)
    data = folder / "data"
    wanted = _SETTINGS | {"unix_socket_directories": str(folder)} | ({"fsync": "on"} if durable else {})
    settings = [f"--{name}={value}" for name, value in wanted.items()]
    make = [*as_user, str(bin_folder / "initdb"), "-D", str(data), "-A", "trust", "-U", USER, "--no-sync"]
    subprocess.run(make, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    control = [*as_user, str(bin_folder / "pg_ctl"), "-D", str(data), "-w"]
    try:
        start = [*control, "-l", str(folder / "log"), "-o", " ".join(settings), "start"]
        subprocess.run(start, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        yield Server(folder, count())
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)
