"""Rows that wait: kept together or not at all, written in one go, told to all when they cannot be."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, nullcontext

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from keyexchange.hsm.store import Store
from tests.keyexchange.hsm.store.tables import adder, keep, names, put
from tests.postgres import Server


def test_what_is_added_together_is_kept_together_or_not_at_all(url: str) -> None:
    store = Store(url)
    add = adder(store)

    def refused() -> None:
        with store.adding():
            add("alias/b")
            raise LookupError

    async def main() -> None:
        with store.adding():
            add("alias/a")
        with pytest.raises(LookupError):
            refused()
        with store.adding():
            add("alias/c")
            add("alias/d")
        await store.committed()

    asyncio.run(main())
    store.close()
    again = Store(url)
    assert names(again) == ["alias/a", "alias/c", "alias/d"]
    again.close()


def test_rows_that_wait_are_written_in_one_go_before_the_next_change(url: str) -> None:
    store = Store(url)
    add = adder(store)

    def refused() -> None:
        with store.savepoint():
            add("alias/refused")  # at once: it does not outlive the savepoint
            raise LookupError

    async def main() -> None:
        for name in ("alias/a", "alias/b"):
            with store.adding():
                add(name)
        assert names(store) == []
        with pytest.raises(LookupError):
            refused()
        assert names(store) == ["alias/a", "alias/b"]
        with store.adding():
            add("alias/c")
        store.write_waiting()
        assert names(store) == ["alias/a", "alias/b", "alias/c"]
        await store.committed()

    asyncio.run(main())
    store.close()
    again = Store(url)
    assert names(again) == ["alias/a", "alias/b", "alias/c"]
    again.close()


def test_rows_that_cannot_be_written_are_told_to_all_who_wait(url: str) -> None:
    store = Store(url)
    add = adder(store)

    async def main() -> list[object]:
        return await asyncio.gather(*(keep(store, add, f"alias/{name}") for name in "abb"), return_exceptions=True)

    outcome = asyncio.run(main())
    assert [type(each) for each in outcome] == [SQLAlchemyError] * 3
    assert not any("alias" in str(each) for each in outcome), "errors quote nothing that is stored"
    assert names(store) == []
    asyncio.run(keep(store, add, "alias/c"))
    assert names(store) == ["alias/c"]
    store.close()


def test_rows_for_whose_commit_nobody_waits_are_forgotten(url: str) -> None:
    store = Store(url)
    add = adder(store)

    async def main() -> None:
        with store.adding():
            add("alias/unawaited")
        await asyncio.sleep(0.01)
        with store.adding():
            add("alias/awaited")
        await store.committed()

    asyncio.run(main())
    assert names(store) == ["alias/awaited"]
    store.close()


def test_what_came_together_is_checked_before_the_first_of_it_takes_the_lock(postgres: Server) -> None:
    store = Store(postgres.new_database())
    add = adder(store)
    seen: list[str] = []

    async def write(name: str) -> None:
        seen.append(f"{name} checked")
        await store.before_writing()
        with store.adding():
            add(f"alias/{name}")
        seen.append(f"{name} written")
        await store.committed()

    async def main() -> None:
        await asyncio.gather(write("a"), write("b"))

    asyncio.run(main())
    assert seen == ["a checked", "b checked", "a written", "b written"]
    assert names(store) == ["alias/a", "alias/b"]
    store.close()


def test_a_database_that_takes_back_all_after_an_error_tells_all(postgres: Server) -> None:
    """PostgreSQL does, outside a savepoint; its COMMIT is a ROLLBACK then, and says nothing."""
    store = Store(postgres.new_database())

    async def badly(*, around: AbstractContextManager[None]) -> None:
        with around:
            store.connection.execute(text("SELECT 1 / 0"))
        await store.committed()

    async def main(around: AbstractContextManager[None]) -> list[object]:
        return [*await asyncio.gather(put(store, "alias/a"), badly(around=around), return_exceptions=True)]

    for around in (store.adding(), nullcontext()):
        outcome = asyncio.run(main(around))
        assert [isinstance(each, SQLAlchemyError) for each in outcome] == [True, True]
        assert names(store) == []
    asyncio.run(put(store, "alias/a"))
    assert names(store) == ["alias/a"]
    store.close()


def test_a_row_that_the_driver_cannot_say_leaves_nobody_waiting(url: str) -> None:
    store = Store(url)
    add = adder(store)

    async def main() -> list[object]:
        wanted = (keep(store, add, f"alias/{name}") for name in ("a", "\ud800", "b"))
        async with asyncio.timeout(10):
            return [*await asyncio.gather(*wanted, return_exceptions=True)]

    assert [type(each) for each in asyncio.run(main())] == [SQLAlchemyError] * 3
    asyncio.run(keep(store, add, "alias/c"))
    assert names(store) == ["alias/c"]
    store.close()


def test_who_waits_when_the_store_is_closed_is_told(url: str) -> None:
    store = Store(url)
    add = adder(store)

    async def main() -> list[object]:
        async def close() -> None:
            store.close()

        return [*await asyncio.gather(keep(store, add, "alias/a"), close(), return_exceptions=True)]

    assert isinstance(asyncio.run(main())[0], SQLAlchemyError)


def test_an_operation_adds_or_has_a_savepoint(url: str) -> None:
    store = Store(url)
    with pytest.raises(AssertionError), store.savepoint(), store.adding():
        pass
    with pytest.raises(AssertionError), store.adding(), store.savepoint():
        pass
    store.close()
