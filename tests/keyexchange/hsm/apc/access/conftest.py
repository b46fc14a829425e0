"""One APC face with several accounts, on each database: every user of the table below has the policies beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from keyexchange.hsm import ServeOptions, running
from keyexchange.keys import KeyAlgorithm

OWNER = "111122223333"
PARTNER = "444455556666"
SECRET = "the secret of "


def allow(action: str | list[str], resource: str | list[str] = "*", **condition: Any) -> dict[str, Any]:
    """A statement."""
    found: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return found | ({"Condition": condition} if condition else {})


def deny(action: str, resource: str = "*", **condition: Any) -> dict[str, Any]:
    return allow(action, resource, **condition) | {"Effect": "Deny"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


ALL = "payment-cryptography:*"
TEAM_ALIASES = "arn:aws:payment-cryptography:*:*:alias/team/*"


def only(*names: str) -> list[str]:
    return [f"payment-cryptography:{name}" for name in names]


@dataclass(frozen=True)
class User:
    """A section of the credentials file.

    Args:
        statements: of the one policy; None for no policies at all.
        boundary: statements of the boundary.
    """

    principal: str
    statements: tuple[dict[str, Any], ...] | None = None
    account: str = OWNER
    tags: str = ""
    token: str = ""
    boundary: tuple[dict[str, Any], ...] = ()


def write_credentials(folder: Path, users: Mapping[str, User]) -> None:
    lines = []
    for name, user in users.items():
        lines += [f"[{name}]", f"aws_access_key_id = AKID{name.upper()}", f"aws_secret_access_key = {SECRET}{name}"]
        lines += [f"principal = {user.principal}", f"account = {user.account}"]
        lines += [f"tags = {user.tags}"] * bool(user.tags) + [f"aws_session_token = {user.token}"] * bool(user.token)
        for option, statements in (("policies", user.statements), ("boundary", user.boundary or None)):
            if statements is not None:
                lines.append(f"{option} = {name}-{option}.json" if statements else f"{option} =")
                (folder / f"{name}-{option}.json").write_text(json.dumps(policy(*statements)))
    path = folder / "credentials"
    path.touch(mode=0o600)
    path.write_text("\n".join(lines))


@dataclass(frozen=True)
class Site:
    """A running face."""

    url: str
    users: Mapping[str, User]
    state_dir: Path

    @cached_property
    def _clients(self) -> dict[tuple[str, str], Any]:
        return {}

    def client(self, name: str, region: str = "us-east-1") -> Any:
        """A boto3 client of one of the users."""
        if (name, region) not in self._clients:
            session = boto3.Session(f"AKID{name.upper()}", SECRET + name, self.users[name].token or None)
            self._clients[name, region] = session.client(
                "payment-cryptography",
                endpoint_url=self.url,
                region_name=region,
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[name, region]


def serve(state_dir: Path, users: Mapping[str, User], database_url: str | None = None, **options: Any) -> Any:
    """A context manager: the face's options with these users."""
    write_credentials(state_dir, users)
    return running(
        ServeOptions(
            state_dir,
            apc_port=0,
            database_url=database_url,
            authority_algorithm=KeyAlgorithm.RSA_2048,
            auto_approve=True,
            **options,
        )
    )


USERS = {
    "admin": User("user/Admin"),
    "nobody": User("user/Nobody", ()),
    "lister": User("user/ops/Lister", (allow(only("ListKeys", "GetKey", "GetAlias")),)),
    "tagged": User(
        "assumed-role/Tagged/night",
        (
            allow(ALL, **{"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
            allow(only("ListKeys")),
        ),
        tags="team=cards",
        token="a session token",
    ),
    "maker": User(
        "user/Maker",
        (
            allow(
                only("CreateKey"),
                **{
                    "StringEquals": {
                        "payment-cryptography:KeyAlgorithm": "AES_128",
                        "payment-cryptography:KeyClass": "SYMMETRIC_KEY",
                    },
                    "StringLike": {"payment-cryptography:KeyUsage": "TR31_K0*"},
                },
            ),
            allow(only("TagResource"), **{"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
            deny(only("TagResource")[0], **{"StringEquals": {"aws:RequestTag/team": "secret"}}),
            allow(only("UntagResource"), **{"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}}),
        ),
    ),
    "aliaser": User(
        "user/Aliaser",
        (
            allow(only("CreateAlias", "UpdateAlias", "DeleteAlias", "GetAlias"), TEAM_ALIASES),
            allow(only("CreateAlias", "UpdateAlias", "GetAlias"), "arn:aws:payment-cryptography:*:*:key/*",
                  **{"StringEquals": {"aws:ResourceTag/team": "cards"}}),
        ),
    ),
    "by_alias": User(
        "user/ByAlias",
        (
            allow(only("GetKey"), **{"StringEquals": {"payment-cryptography:RequestAlias": "alias/only/this"}}),
            allow(only("StopKeyUsage"),
                  **{"ForAnyValue:StringLike": {"payment-cryptography:ResourceAliases": "alias/only/*"}}),
        ),
    ),
    "exporter": User(
        "user/Exporter",
        (
            allow(only("ExportKey", "ImportKey"), **{
                "StringEquals": {"payment-cryptography:WrappingKeyIdentifier": "alias/the/kek"},
                "StringLikeIfExists": {"payment-cryptography:ExportKeyMaterial": "Tr31*",
                                       "payment-cryptography:ImportKeyMaterial": "Tr31*"},
                "BoolIfExists": {"payment-cryptography:ExportDukptInitialKey": "false"},
            }),
        ),
    ),
    "near": User("user/Near", (allow(ALL, **{"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}),)),
    "far": User("user/Far", (allow(ALL, **{"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}),)),
    "secure": User("user/Secure", (allow(ALL, **{"Bool": {"aws:SecureTransport": "true"}}),)),
    "regional": User("user/Regional", (allow(ALL, **{"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),)),
    "bounded": User("user/Bounded", (allow("*"),), boundary=(allow(only("List*")),)),
    "partner": User("assumed-role/Partner/s1", (allow(ALL),), PARTNER),
    "partner_admin": User("user/PartnerAdmin", None, PARTNER),
    "partner_nobody": User("user/PartnerNobody", (), PARTNER),
}  # fmt: skip


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else None
    state_dir = tmp_path_factory.mktemp("site")
    with serve(state_dir, USERS, url) as addresses:
        yield Site(addresses.apc_url, USERS, state_dir)
