"""The only place that knows boto3: one session, one client, one way to call.

Laws of this file:

- boto3 never sends a request twice by itself (it was seen sending a timed-out ImportKey three times, and the service
  has no idempotency tokens). What may be sent again is decided here: anything that was throttled, because it was not
  carried out; what changes nothing, after a lost connection as well.
- every failure leaves as one of our errors, without the library's as its cause: that one quotes parameters.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from keyexchange.errors import ConfigError, DeviceRefusedError, KeyExchangeError, UnreachableError

from .errors import THROTTLING, UNAVAILABLE, failed, misconfigured, refused, unreadable
from .pace import DISCONNECTED, THROTTLED, Backoff, Clock, Pace, Sleep
from .redaction import redact

if TYPE_CHECKING:
    from botocore.client import BaseClient

_CHANGE_NOTHING = frozenset(
    {
        "GetAlias",
        "ListAliases",
        "GetCertificate",
        "GetCertificateAuthorityCertificate",
        "GetKey",
        "GetPublicKeyCertificate",
        "ListKeys",
        "ListTagsForResource",
    }
)
"""May be sent again after a lost connection. GetParametersForImport is not here: it makes a key pair and a token."""

_KEY_PAIR = ("aws_access_key_id", "aws_secret_access_key")

Trace = Callable[[str], None]
"""Gets one redacted line for each request (`>`) and each answer (`<`)."""


@dataclass(frozen=True)
class Access:
    """How to reach one AWS service.

    Args:
        service: as boto3 names it, "payment-cryptography".
        side: the name for messages, "apc".
        region: AWS region; also the region of signatures when `endpoint_url` is given.
        profile: a profile of the AWS configuration; empty for the default chain of credentials.
        endpoint_url: another endpoint than AWS's own; empty for AWS.
        key_pair: access key and secret key; None for what the profile or the default chain gives.
        connect_timeout: seconds.
        read_timeout: seconds.
    """

    service: str
    side: str
    region: str
    profile: str = ""
    endpoint_url: str = ""
    key_pair: tuple[str, str] | None = field(default=None, repr=False)
    connect_timeout: float = 10.0
    read_timeout: float = 30.0


class AwsClient:
    """Calls operations of one service.

    Args:
        access: where and as whom.
        requests_per_second: None or 0 for no limit.
        trace: gets each request and answer, redacted; None for silence.
        sleep: waits so many seconds.
        clock: seconds, monotonic.
        jitter: a number from 0 to 1.
        reach: asked once, before the first request, how the service is reached; `access` as it is when None.
    """

    def __init__(
        self,
        access: Access,
        *,
        requests_per_second: float | None = None,
        trace: Trace | None = None,
        sleep: Sleep = time.sleep,
        clock: Clock = time.monotonic,
        jitter: Callable[[], float] = random.random,
        reach: Callable[[Access], Access] | None = None,
    ) -> None:
        self._access = access
        self._pace = Pace(requests_per_second, clock=clock, sleep=sleep)
        self._trace = trace
        self._sleep = sleep
        self._jitter = jitter
        self._reach = reach

    @property
    def endpoint(self) -> str:
        """The URL that requests go to."""
        return self._client.meta.endpoint_url

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """The answer of one operation, without transport details.

        Args:
            operation: as the API spells it, "ImportKey".
            parameters: as the API spells them.

        Raises:
            DeviceRefusedError: the service refused; throttling only after waiting many times.
            UnreachableError: no answer. Whether the operation was carried out is not known.
            ProtocolError: the answer cannot be read.
            ConfigError: no credentials, no such profile, parameters outside the service's model.
        """
        failures = 0
        while True:
            self._pace.wait()
            try:
                return self._call_once(operation, parameters)
            except KeyExchangeError as error:
                failures += 1
                backoff = _may_send_again(operation, error)
                if backoff is None or failures >= backoff.attempts:
                    raise
                self._sleep(backoff.seconds(failures, self._jitter))

    def pages(self, operation: str, member: str, **parameters: object) -> Iterator[Any]:
        """The items of a listing operation, one by one, over as many calls as it takes.

        Args:
            operation: one that takes and gives NextToken.
            member: the list in its answer, "Keys".
            parameters: of every call.
        """
        token: dict[str, object] = {}
        while True:
            answer = self.call(operation, **parameters, **token)
            yield from answer.get(member, ())
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}

    def close(self) -> None:
        """Give connections back."""
        made = self.__dict__.pop("_client", None)  # a client that was never needed is not made to be closed
        if made is not None:
            made.close()

    @cached_property
    def _client(self) -> BaseClient:
        import boto3  # noqa: PLC0415  # costs 170 ms; a plan or a report does not need it
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415

        access = self._access if self._reach is None else self._reach(self._access)
        config = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            connect_timeout=access.connect_timeout,
            read_timeout=access.read_timeout,
            user_agent_extra="keyexchange",
        )
        try:
            session = boto3.Session(profile_name=access.profile or None, region_name=access.region)
            make: Any = session.client  # its overloads know each service by a literal name
            pair = dict(zip(_KEY_PAIR, access.key_pair or (), strict=False))
            client: BaseClient = make(access.service, endpoint_url=access.endpoint_url or None, config=config, **pair)
        except BotoCoreError as error:
            raise misconfigured(access.side, error) from None
        except ValueError:
            raise ConfigError(
                f"{access.side}: endpoint_url is not a URL", hint="such as http://127.0.0.1:8080"
            ) from None
        return client

    def _call_once(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        from botocore import xform_name  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
        from botocore.parsers import ResponseParserError  # noqa: PLC0415

        side = self._access.side
        model = self._client.meta.service_model.operation_model(operation)
        self._show(">", operation, redact(model.input_shape, parameters))
        try:
            answer: dict[str, Any] = getattr(self._client, xform_name(operation))(**parameters)
        except ClientError as error:
            refusal = refused(side, operation, error.response)
            self._show("<", operation, {"error": refusal.code})
            raise refusal from None
        except BotoCoreError as error:
            self._show("<", operation, {"failure": type(error).__name__})
            raise failed(side, operation, error) from None
        except (ResponseParserError, ValueError, TypeError):  # a field of the answer that is not what its shape says
            raise unreadable(side, operation) from None
        if not set(getattr(model.output_shape, "required_members", ())) <= answer.keys():
            raise unreadable(side, operation)  # the library makes nothing of an answer that ends in its headers
        self._show("<", operation, redact(model.output_shape, answer))
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def _show(self, direction: str, operation: str, content: object) -> None:
        if self._trace is not None:
            self._trace(f"{direction} {operation} {json.dumps(content, default=str)}")


def _may_send_again(operation: str, error: KeyExchangeError) -> Backoff | None:
    if isinstance(error, DeviceRefusedError) and error.code in THROTTLING:
        return THROTTLED
    lost = isinstance(error, UnreachableError) or (isinstance(error, DeviceRefusedError) and error.code in UNAVAILABLE)
    return DISCONNECTED if lost and operation in _CHANGE_NOTHING else None
