"""Signatures: AWS's published example, botocore's signer, and every way to be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.protocol import Request
from keyexchange.hsm.apc.sigv4 import Credentials, Verifier
from keyexchange.hsm.clock import utc_now
from keyexchange.secret import Secret

SERVICE = "payment-cryptography"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
KEYS = Credentials("AKIDEXAMPLE", Secret(SECRET.encode()))
VERIFIER = Verifier(KEYS, SERVICE, utc_now)


def signed(
    *,
    body: bytes = b"{}",
    path: str = "/",
    key_id: str = KEYS.access_key_id,
    secret: str = SECRET,
    region: str = "eu-west-1",
    service: str = SERVICE,
    headers: tuple[tuple[str, str], ...] = (),
    token: str | None = None,
) -> Request:
    """A request signed by botocore."""
    sent = {"Host": "127.0.0.1:8080", "X-Amz-Target": "PaymentCryptographyControlPlane.ListKeys", **dict(headers)}
    request = AWSRequest("POST", f"http://127.0.0.1:8080{path}", headers=sent, data=body)
    SigV4Auth(BotocoreCredentials(key_id, secret, token), service, region).add_auth(request)
    return Request("POST", path, "", tuple((name.lower(), value) for name, value in request.headers.items()), body)


def changed(request: Request, name: str, old: str, new: str) -> Request:
    headers = tuple((each, value.replace(old, new) if each == name else value) for each, value in request.headers)
    return Request(request.method, request.path, request.query, headers, request.body)


def without(request: Request, name: str) -> Request:
    headers = tuple(header for header in request.headers if header[0] != name)
    return Request(request.method, request.path, request.query, headers, request.body)


def refusal(request: Request, verifier: Verifier = VERIFIER) -> ApiError:
    with pytest.raises(ApiError) as caught:
        verifier.verify(request)
    return caught.value


def test_the_published_example_verifies() -> None:
    """AWS Signature Version 4 test suite, get-vanilla."""
    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )
    headers = (
        ("host", "example.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
        ("authorization", authorization),
    )
    verifier = Verifier(KEYS, "service", lambda: datetime(2015, 8, 30, 12, 40, tzinfo=UTC))
    caller = verifier.verify(Request("GET", "/", "", headers, b""))
    assert (caller.access_key_id, caller.region) == ("AKIDEXAMPLE", "us-east-1")


@pytest.mark.parametrize("path", ["/", "/keys/arn%3Aaws%3Apayment-cryptography/decrypt"])
def test_what_botocore_signs_verifies(path: str) -> None:
    assert VERIFIER.verify(signed(path=path, body=b'{"a": 1}')).region == "eu-west-1"


def test_a_second_request_of_the_day_verifies_with_the_kept_key() -> None:
    verifier = Verifier(KEYS, SERVICE, utc_now)
    for body in (b"1", b"2"):
        assert verifier.verify(signed(body=body)).access_key_id == "AKIDEXAMPLE"


def test_many_scopes_do_not_fill_the_memory() -> None:
    verifier = Verifier(KEYS, SERVICE, utc_now)
    for number in range(70):
        assert verifier.verify(signed(region=f"xx-test-{number}")).region == f"xx-test-{number}"
    assert len(verifier._keys) <= 64


def test_spaces_in_header_values_are_folded_and_a_session_token_is_signed_too() -> None:
    VERIFIER.verify(signed(headers=(("X-Amz-Meta", "a   b  c"),), token="session"))


def test_an_unsigned_payload_is_refused() -> None:
    request = signed(headers=(("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"),))
    for body in (request.body, b"anything"):
        assert refusal(Request("POST", "/", "", request.headers, body)).code == "InvalidSignatureException"


CASES = [
    (without(signed(), "authorization"), "MissingAuthenticationTokenException", "Missing Authentication Token"),
    (changed(signed(), "authorization", "AWS4-HMAC-SHA256", "AWS5"), "IncompleteSignatureException", "algorithm"),
    (changed(signed(), "authorization", "Signature=", "Sig="), "IncompleteSignatureException", "'Signature'"),
    (changed(signed(), "authorization", "/aws4_request", ""), "IncompleteSignatureException", "5 slash-delimited"),
    (without(signed(), "x-amz-date"), "IncompleteSignatureException", "X-Amz-Date"),
    (signed(key_id="AKIDOTHER"), "UnrecognizedClientException", "security token"),
    (signed(secret="another"), "InvalidSignatureException", "does not match the signature you provided"),
    (signed(service="kms"), "InvalidSignatureException", "'payment-cryptography'"),
    (signed(region="nowhere"), "InvalidSignatureException", "valid region"),
    (changed(signed(), "x-amz-target", "ListKeys", "DeleteKey"), "InvalidSignatureException", "does not match"),
    (changed(signed(), "authorization", "host;", ""), "InvalidSignatureException", "'Host'"),
    (changed(signed(), "authorization", ";x-amz-target", ""), "InvalidSignatureException", "not signed: x-amz-target"),
]


@pytest.mark.parametrize(("request_", "code", "text"), CASES)
def test_a_wrong_signature_is_refused_as_aws_refuses_it(request_: Request, code: str, text: str) -> None:
    error = refusal(request_)
    assert error.code == code
    assert text in error.message


def test_a_changed_body_is_refused() -> None:
    request = signed(body=b'{"KeyIdentifier": "alias/a"}')
    forged = Request("POST", "/", "", request.headers, b'{"KeyIdentifier": "alias/b"}')
    assert refusal(forged).code == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("ahead", "text"),
    [(timedelta(minutes=16), "Signature expired"), (timedelta(minutes=-16), "Signature not yet current")],
)
def test_a_stale_or_early_signature_is_refused(ahead: timedelta, text: str) -> None:
    error = refusal(signed(), Verifier(KEYS, SERVICE, lambda: utc_now() + ahead))
    assert error.code == "InvalidSignatureException"
    assert error.message.startswith(text)


def test_a_date_that_is_not_the_scopes_is_refused() -> None:
    stamp = utc_now().strftime("%Y%m%d")
    assert refusal(changed(signed(), "authorization", stamp, "20200101")).code == "InvalidSignatureException"


@pytest.mark.parametrize("minutes", [-14, 14])
def test_clocks_may_differ_by_a_quarter_of_an_hour(minutes: int) -> None:
    Verifier(KEYS, SERVICE, lambda: utc_now() + timedelta(minutes=minutes)).verify(signed())


def test_messages_do_not_show_the_secret_or_the_expected_signature() -> None:
    error = refusal(signed(secret="another"))
    assert SECRET not in error.message
    assert not any(len(word) == 64 for word in error.message.split())
