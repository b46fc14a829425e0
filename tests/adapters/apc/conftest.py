from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.apc.adapter import ADAPTER
from adapters.apc.client import Access, AwsClient
from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY
from keyexchange.protocols.messages import ImportMark
from tests.apc_server import MovableClock, apc_client, running_apc

from .house import KEK, KEK_OCTETS, REGION, Established, House, Kdh, import_token, make_kdh, settings
from .stub import Stub, running_stub

REAL_VARIABLES = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "HTTP_PROXY", "http_proxy")


@pytest.fixture(scope="package", autouse=True)
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the machine's own AWS configuration is seen."""
    nowhere = tmp_path_factory.mktemp("aws")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", REHEARSAL_ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", REHEARSAL_SECRET_KEY)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(Path(nowhere, "no-config")))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(Path(nowhere, "no-credentials")))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in REAL_VARIABLES:
            monkeypatch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="package")
def shared_stub() -> Iterator[Stub]:
    with running_stub() as running:
        yield running


@pytest.fixture(scope="package")
def shared_waits() -> list[float]:
    return []


@pytest.fixture(scope="package")
def shared_client(shared_stub: Stub, shared_waits: list[float]) -> Iterator[AwsClient]:
    made = make_client(shared_stub.url, sleep=shared_waits.append)
    yield made
    made.close()


@pytest.fixture
def stub(shared_stub: Stub) -> Iterator[Stub]:
    """A scripted service without a script."""
    shared_stub.begin()
    yield shared_stub
    shared_stub.end()


@pytest.fixture
def waits(shared_waits: list[float]) -> list[float]:
    """The waits that a client made, instead of making them."""
    shared_waits.clear()
    return shared_waits


@pytest.fixture
def client(stub: Stub, waits: list[float], shared_client: AwsClient) -> AwsClient:
    """A client of the stub that does not really wait; jitter is always the whole. Making one costs 100 ms."""
    return shared_client


def make_client(url: str, *, sleep: Callable[[float], None], trace: Callable[[str], None] | None = None) -> AwsClient:
    access = Access("payment-cryptography", "apc", "us-east-1", endpoint_url=url, connect_timeout=2, read_timeout=0.3)
    return AwsClient(access, trace=trace, sleep=sleep, jitter=lambda: 1.0)


@pytest.fixture(scope="package")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory, clock: MovableClock) -> Iterator[House]:
    with running_apc(tmp_path_factory.mktemp("apc"), clock=clock) as url:
        lines: list[str] = []
        side = ADAPTER.open(settings(url), trace=lines.append)
        plain = apc_client(url, region=REGION)
        yield House(url, side, lines, plain)
        side.close()
        plain.close()


@pytest.fixture
def house(shared: House) -> House:
    shared.lines.clear()
    return shared


@pytest.fixture(scope="package")
def kdh() -> Kdh:
    return make_kdh()


@pytest.fixture(scope="package")
def established(shared: House, kdh: Kdh) -> Established:
    mark = ImportMark("run-0", "kek")
    anchor = shared.side.trust(kdh.chain, mark)
    credential = shared.side.offer_krd_credential()
    token = kdh.token(KEK, KEK_OCTETS, credential)
    held = import_token(shared.side, kdh, token, credential, anchor, mark)
    return Established(anchor, credential, token, held)
