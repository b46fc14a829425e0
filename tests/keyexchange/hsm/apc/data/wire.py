"""Requests that boto3 would not send, signed as it signs: values of any type, at any place."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.keyexchange.hsm.apc.access.conftest import SECRET
from tests.keyexchange.hsm.apc.data.walks.customer import SERVICE

SIGNER = SigV4Auth(Credentials("AKIDADMIN", SECRET + "admin"), "payment-cryptography", "us-east-1")
SERVED_LABELS = ("KeyIdentifier", "IncomingKeyIdentifier")
JSON = {"Content-Type": "application/json"}


class Wire:
    """One connection to a face.

    Args:
        url: of the face.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def send(self, operation: str, members: dict[str, Any]) -> tuple[int, str, str]:
        """Status, the name of the error if it is one, body."""
        path, body = _written(operation, members)
        request = AWSRequest("POST", self._url + path, headers=JSON, data=body)
        SIGNER.add_auth(request)
        self._connection.request("POST", path, body, dict(request.headers.items()))
        response = self._connection.getresponse()
        text = response.read().decode()
        error = response.headers.get("x-amzn-errortype") or json.loads(text).get("__type", "")
        return response.status, error, text


def _written(operation: str, members: dict[str, Any]) -> tuple[str, bytes]:
    path, rest = SERVICE.operations[operation].uri, dict(members)
    for label in SERVED_LABELS:
        if f"{{{label}}}" in path:
            path = path.replace(f"{{{label}}}", quote(str(rest.pop(label, "")).encode("utf-8", "replace"), safe=""))
    return path, json.dumps(rest).encode()
