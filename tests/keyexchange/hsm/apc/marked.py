"""Values of a shape, every text marked: sensitive ones with one mark, the others with another."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from keyexchange.hsm.apc.model import ListShape, MapShape, Shape, StructureShape

SECRET = "5EC2E7"
PLAIN = "PLAIN"
CERTIFICATE = "CE27"


def values_of(shape: Shape, *, secret: bool = False) -> st.SearchStrategy[Any]:
    """Any value of a shape: unions may have more than one member, which is worse than what validation lets through."""
    secret = secret or bool(shape.metadata.get("sensitive"))
    if isinstance(shape, StructureShape):
        members = {name: values_of(member, secret=secret) for name, member in shape.members.items()}
        return st.fixed_dictionaries({}, optional=members)
    if isinstance(shape, ListShape):
        return st.lists(values_of(shape.member, secret=secret), max_size=2)
    if isinstance(shape, MapShape):
        keys = values_of(shape.key, secret=secret)
        return st.dictionaries(keys, values_of(shape.value, secret=secret), max_size=2)
    return _scalars(shape, secret)


def _scalars(shape: Shape, secret: bool) -> st.SearchStrategy[Any]:
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in {"integer", "long"}:
        return st.integers(0, 100)
    mark = SECRET if secret else CERTIFICATE if shape.name == "CertificateType" else PLAIN
    return st.text(max_size=4).map(lambda text: f"{text}{mark}{text}")
