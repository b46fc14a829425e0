"""What was read and is still so."""

from __future__ import annotations

from sqlalchemy import event

from keyexchange.hsm.store import Replication, Store
from tests.keyexchange.hsm.store.tables import HOME
from tests.postgres import Server


def test_what_others_change_is_kept_while_this_process_is_the_writer_and_no_longer(postgres: Server) -> None:
    url = postgres.new_database()
    first, second = Store(url), Store(url)
    mine, theirs = Replication(first), Replication(second)
    asked: list[str] = []
    event.listen(first.connection, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))

    first.begin_writing(adding=True)
    assert [mine.defaults(HOME) for _ in range(3)] == [[], [], []]
    assert len(asked) == 1
    first.commit()
    for region in ("eu-west-1", "us-west-2"):  # also without becoming the writer
        theirs.enable(HOME, [region])
        second.commit()
        assert mine.defaults(HOME) == theirs.defaults(HOME)
    theirs.enable(HOME, ["eu-central-1"])
    second.commit()
    first.begin_writing(adding=True)
    assert "eu-central-1" in mine.defaults(HOME)
    mine.disable(HOME, ["eu-central-1"])
    assert "eu-central-1" not in mine.defaults(HOME)
    first.close()
    second.close()
