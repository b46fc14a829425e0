"""A stub of AWS Private CA: one active root that issues whatever it is asked for. For AWS's sample scripts.

The root has an RSA key, or an elliptic curve key when it is asked for.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from keyexchange import pki
from keyexchange.crypto import rsa
from keyexchange.pki import AuthorityKey

ARN = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/00000000-0000-0000-0000-000000000000"
TAG = "APC_TR34"
"""By which AWS's samples find the authority they have made before."""


class Authority:
    """What the operations answer.

    Args:
        tag: name of the authority's only tag.
        key: the root's.
    """

    def __init__(self, tag: str, key: AuthorityKey) -> None:
        self._tag, self._key = tag, key
        self._root = pki.issue_root("AWS Samples", self._key, days=90, now=datetime.now(UTC))
        self._issued: dict[str, x509.Certificate] = {}

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        return {
            "ListCertificateAuthorities": self._list,
            "ListTags": lambda _request: {"Tags": [{"Key": self._tag, "Value": "Sample"}]},
            "GetCertificateAuthorityCertificate": lambda _request: {"Certificate": _pem(self._root)},
            "IssueCertificate": self._issue,
            "GetCertificate": self._get,
        }[operation](request)

    def _list(self, _request: dict[str, Any]) -> dict[str, Any]:
        return {"CertificateAuthorities": [{"Arn": ARN, "Status": "ACTIVE"}]}

    def _issue(self, request: dict[str, Any]) -> dict[str, Any]:
        csr = base64.b64decode(request["Csr"])
        days = request["Validity"]["Value"]
        now = datetime.now(UTC)
        leaf = pki.issue_from_csr(csr, self._root, self._key, purpose="sign", days=days, now=now)
        arn = f"{ARN}/certificate/{leaf.serial_number:x}"
        self._issued[arn] = leaf
        return {"CertificateArn": arn}

    def _get(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"Certificate": _pem(self._issued[request["CertificateArn"]]), "CertificateChain": _pem(self._root)}


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


@contextmanager
def private_ca(tag: str = TAG, key: AuthorityKey | None = None) -> Iterator[str]:
    """Yields the endpoint's URL."""
    authority = Authority(tag, key or rsa.generate(2048))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            body = json.dumps(authority.answer(operation, request)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
