"""Two ways to the data plane: a desk without a server, and a customer of a face, over boto3."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from keyexchange.hsm.device import open_hsm
from tests.keyexchange.hsm.apc.access.conftest import Site, User, allow, only, serve
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.apc.data.walks import WALKS
from tests.keyexchange.hsm.apc.data.walks.customer import SERVICE, Customer


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One software HSM for the whole room: its tests only add keys."""
    hsm = open_hsm(tmp_path_factory.mktemp("data-plane"))
    yield Desk(hsm)
    hsm.close()


@pytest.fixture(scope="session")
def face(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A face with users: one who may do everything, one nothing, and for each operation one who may do it alone."""
    users = {"admin": User("user/Admin"), "nobody": User("user/Nobody", ())}
    users |= {f"only{name}": User(f"user/Only{name}", (allow(only(name)),)) for name in SERVICE.operations}
    state_dir = tmp_path_factory.mktemp("face")
    with serve(state_dir, users) as addresses:
        yield Site(addresses.apc_url, users, state_dir)


@pytest.fixture(scope="session")
def customer(face: Site) -> Customer:
    return Customer(face.url)


@pytest.fixture(scope="session")
def walked(customer: Customer) -> Customer:
    """The customer after all walks."""
    for name, walk in WALKS.items():
        customer.walk(name, walk)
    return customer
