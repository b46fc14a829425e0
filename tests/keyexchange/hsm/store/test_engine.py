"""The store: savepoints, shared commits, what survives."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from keyexchange.errors import ConfigError
from keyexchange.hsm.store import Aliases, Store
from keyexchange.hsm.store.engine import LARGEST_GROUP
from keyexchange.hsm.store.schema import layout, main_keys
from tests.keyexchange.hsm.store.tables import alias, names, put, sqlite_url
from tests.postgres import Server


def test_a_refused_operation_leaves_nothing_and_the_others_stay(url: str) -> None:
    store = Store(url)
    aliases = Aliases(store)

    def twice() -> None:
        with store.savepoint():
            for _ in range(2):
                aliases.add(alias("alias/b"))

    with store.savepoint():
        aliases.add(alias("alias/a"))
    with pytest.raises(IntegrityError):
        twice()
    with store.savepoint():
        aliases.add(alias("alias/c"))
    store.commit()
    store.close()
    again = Store(url)
    assert names(again) == ["alias/a", "alias/c"]
    again.close()


def test_operations_of_one_turn_share_a_commit(url: str) -> None:
    store = Store(url)
    commits: list[int] = []
    event.listen(store.connection, "commit", lambda _: commits.append(1))

    async def main() -> None:
        await asyncio.gather(*(put(store, f"alias/{number}") for number in range(20)))
        await put(store, "alias/20")

    asyncio.run(main())
    assert len(commits) == 2
    assert len(names(store)) == 21
    store.close()


def test_a_commit_waits_while_every_turn_brings_another_operation_but_not_for_ever(url: str) -> None:
    store = Store(url)
    commits: list[int] = []
    event.listen(store.connection, "commit", lambda _: commits.append(1))

    async def one_a_turn(numbers: range) -> None:
        tasks = []
        for number in numbers:
            tasks.append(asyncio.create_task(put(store, f"alias/{number}")))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)

    asyncio.run(one_a_turn(range(20)))
    assert len(commits) == 1
    asyncio.run(one_a_turn(range(20, 20 + 3 * LARGEST_GROUP)))
    assert len(commits) == 4
    store.close()


def test_one_that_hangs_up_does_not_cancel_the_others(url: str) -> None:
    store = Store(url)

    async def main() -> list[object]:
        tasks = [asyncio.create_task(put(store, f"alias/{name}")) for name in "abc"]
        await asyncio.sleep(0)
        tasks[0].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    cancelled, *others = asyncio.run(main())
    assert isinstance(cancelled, asyncio.CancelledError)
    assert others == [None, None]
    assert names(store) == ["alias/a", "alias/b", "alias/c"]
    store.close()


def test_a_commit_that_fails_fails_for_everybody_and_is_undone(url: str) -> None:
    store = Store(url)

    def fail(_: object) -> None:
        raise SQLAlchemyError

    async def main() -> list[object]:
        event.listen(store.connection, "commit", fail)
        outcome = await asyncio.gather(put(store, "alias/lost"), put(store, "alias/lost-too"), return_exceptions=True)
        event.remove(store.connection, "commit", fail)
        return outcome

    assert all(isinstance(outcome, SQLAlchemyError) for outcome in asyncio.run(main()))
    assert names(store) == []
    store.close()


def test_a_full_disk_that_ends_the_transaction_fails_everybody_whose_writes_it_took(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path))
    pragma = store.connection.exec_driver_sql
    pragma("PRAGMA cache_size=2")  # so that the large operation reaches the disk before its commit

    async def write(name: str, *, size: int = 1, pages: int | None = None) -> None:
        if pages is not None:
            pragma(f"PRAGMA max_page_count={pages}")
        with store.savepoint():
            store.connection.execute(
                insert(main_keys), {"name": name, "generation": 1, "under": 1, "block": "x" * size}
            )
        await store.committed()

    async def main() -> list[object]:
        await write("before")
        pages = pragma("PRAGMA page_count").scalar_one()
        return await asyncio.gather(
            write("earlier"),
            write("too large", size=10**6, pages=pages + 4),
            write("later", pages=10**6),
            return_exceptions=True,
        )

    outcome = asyncio.run(main())
    assert all(isinstance(each, SQLAlchemyError) for each in outcome)
    assert "full" in str(outcome[1])  # what went wrong first, not what could not be undone
    asyncio.run(write("afterwards"))
    store.close()
    again = Store(sqlite_url(tmp_path))
    assert again.connection.execute(select(main_keys.c.name).order_by(main_keys.c.name)).scalars().all() == [
        "afterwards",
        "before",
    ]
    again.close()


def test_a_transaction_that_ended_between_two_operations_is_noticed(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path))

    async def end() -> None:
        driver: Any = store.connection.connection.dbapi_connection
        driver.rollback()

    async def main() -> list[object]:
        return [
            *await asyncio.gather(put(store, "alias/lost"), end(), put(store, "alias/later"), return_exceptions=True),
            *await asyncio.gather(put(store, "alias/last"), end(), return_exceptions=True),
        ]

    lost, _, later, last, _ = asyncio.run(main())
    assert all(isinstance(each, SQLAlchemyError) for each in (lost, later, last))
    assert names(store) == []
    asyncio.run(put(store, "alias/kept"))
    assert names(store) == ["alias/kept"]
    store.close()


def test_sqlite_keeps_what_it_answered(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path))
    assert store.connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    assert store.connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
    store.close()


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "keys.sqlite3").write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(ConfigError, match="cannot be opened"):
        Store(sqlite_url(tmp_path))


def test_a_database_of_another_version_is_refused_and_left_alone(url: str) -> None:
    store = Store(url)
    store.connection.execute(update(layout).values(version=1))
    store.commit()
    store.close()
    for _ in range(2):
        with pytest.raises(ConfigError, match="another version"):
            Store(url)


def test_who_only_reads_waits_for_no_commit(url: str) -> None:
    store = Store(url)
    commits: list[int] = []
    event.listen(store.connection, "commit", lambda _: commits.append(1))

    async def main() -> None:
        with store.reading():
            names(store)
        await store.committed()

    asyncio.run(main())
    assert commits == []
    store.close()


def test_who_reads_what_is_not_durable_yet_waits_for_it(url: str) -> None:
    store = Store(url)
    order: list[str] = []
    event.listen(store.connection, "commit", lambda _: order.append("commit"))

    async def read() -> None:
        with store.reading():
            assert names(store) == ["alias/a"]
        await store.committed()
        order.append("answered")

    async def main() -> None:
        await asyncio.gather(put(store, "alias/a"), read())

    asyncio.run(main())
    assert order == ["commit", "answered"]
    store.close()


def test_one_process_waits_for_the_others_commit(postgres: Server) -> None:
    url = postgres.new_database()
    first, second = Store(url), Store(url)
    first.begin_writing()
    Aliases(first).add(alias("alias/a"))
    second.connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
    with pytest.raises(SQLAlchemyError):
        second.begin_writing()
    second.connection.rollback()
    assert names(second) == []  # reading waits for nobody
    first.commit()
    second.begin_writing()
    assert names(second) == ["alias/a"]
    for store in (first, second):
        store.close()


def test_a_refused_operation_does_not_keep_the_other_processes_waiting(postgres: Server) -> None:
    url = postgres.new_database()
    first, second = Store(url), Store(url)
    second.connection.exec_driver_sql("SET lock_timeout = '50ms'")
    second.commit()

    def refuse() -> None:
        with first.savepoint():
            Aliases(first).add(alias("alias/refused"))
            raise ConfigError("refused")

    async def refused() -> None:
        with pytest.raises(ConfigError):
            refuse()
        with pytest.raises(SQLAlchemyError):
            second.begin_writing()  # in the same turn: the first is the writer still
        second.connection.rollback()
        await asyncio.sleep(0)
        second.begin_writing()

    asyncio.run(refused())
    assert names(first) == []
    for store in (first, second):
        store.close()


def test_a_flush_commits_for_those_who_wait_and_undoes_the_rest(url: str) -> None:
    store = Store(url)

    async def main() -> None:
        waiting = asyncio.create_task(put(store, "alias/awaited"))
        await asyncio.sleep(0)
        store.flush()
        assert not store.connection.in_transaction()
        await waiting
        with store.savepoint():
            Aliases(store).add(alias("alias/for-nobody"))
        store.flush()

    asyncio.run(main())
    assert names(store) == ["alias/awaited"]
    store.close()


def test_a_connection_that_is_gone_is_told_to_those_who_lose_and_made_anew(postgres: Server) -> None:
    url = postgres.new_database()
    store, other = Store(url), Store(url)

    async def end() -> None:
        driver: Any = store.connection.connection.dbapi_connection
        other.connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": driver.info.backend_pid})

    async def main() -> list[object]:
        lost = await asyncio.gather(
            put(store, "alias/lost"), end(), put(store, "alias/lost-too"), return_exceptions=True
        )
        await put(store, "alias/kept")
        return [lost[0], lost[2]]

    assert all(isinstance(each, SQLAlchemyError) for each in asyncio.run(main()))
    assert names(other) == ["alias/kept"]
    for each in (store, other):
        each.close()


def test_a_server_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Store(f"postgresql://nobody@/nothing?host={tmp_path}")
    assert "psql" in caught.value.hint


def test_a_database_without_unicode_is_refused(postgres: Server) -> None:
    with pytest.raises(ConfigError, match="LATIN1") as refusal:
        Store(postgres.new_database(encoding="LATIN1"))
    assert "createdb --encoding=UTF8" in refusal.value.hint
