"""What is made at random."""

from __future__ import annotations

import uuid

from keyexchange.hsm.generate import new_uuid


def test_a_uuid_is_one_of_the_random_kind_and_another_each_time() -> None:
    made = {new_uuid() for _ in range(100)}
    assert len(made) == 100
    for text in made:
        read = uuid.UUID(text)
        assert (str(read), read.version, read.variant) == (text, 4, uuid.RFC_4122)
