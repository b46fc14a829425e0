"""Signatures: AWS's published examples, botocore's signers in both forms, and every way to be wrong."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.protocol import Request
from keyexchange.hsm.apc.sigv4 import Caller, Credentials, Verifier
from keyexchange.hsm.apc.sigv4.canonical import canonical_path, canonical_query
from keyexchange.hsm.apc.sigv4.claims import LONGEST_KEPT
from keyexchange.hsm.apc.sigv4.verifier import _SigningKey
from keyexchange.hsm.clock import Clock, utc_now
from keyexchange.secret import Secret

SERVICE = "payment-cryptography"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzEXAMPLE/token+with=signs"
KEYS = Credentials("AKIDEXAMPLE", Secret(SECRET.encode()))
SESSION = Credentials("ASIAEXAMPLE", Secret(SECRET.encode()), Secret(TOKEN.encode()))
KNOWN = {keys.access_key_id: keys for keys in (KEYS, SESSION)}
VERIFIER = Verifier(SERVICE, utc_now)
HOST = "127.0.0.1:8080"
TARGET = "PaymentCryptographyControlPlane.ListKeys"


def verify(request: Request, clock: Clock = utc_now) -> Caller:
    return Verifier(SERVICE, clock).verify(request, KNOWN.get)


def sign(
    auth: type[SigV4Auth] = SigV4Auth,
    *,
    body: bytes = b"{}",
    path: str = "/",
    key_id: str = KEYS.access_key_id,
    secret: str = SECRET,
    region: str = "eu-west-1",
    service: str = SERVICE,
    headers: tuple[tuple[str, str], ...] = (),
    token: str | None = None,
    **options: int,
) -> Request:
    """A request signed by botocore."""
    sent = {"Host": HOST, "X-Amz-Target": TARGET, **dict(headers)}
    request = AWSRequest("POST", f"http://{HOST}{path}", headers=sent, data=body)
    auth(BotocoreCredentials(key_id, secret, token), service, region, **options).add_auth(request)
    url = urlsplit(request.url)
    fields = tuple((name.lower(), value) for name, value in request.headers.items())
    return Request("POST", url.path, url.query, fields, body)


def presigned(**choices: object) -> Request:
    """As a URL, without a body: botocore would put a body's members into the query."""
    return sign(SigV4QueryAuth, **{"body": b"", **choices})  # type: ignore[arg-type]


signed = sign


def changed(request: Request, name: str, old: str, new: str) -> Request:
    headers = tuple((each, value.replace(old, new) if each == name else value) for each, value in request.headers)
    return Request(request.method, request.path, request.query, headers, request.body)


def queried(request: Request, old: str, new: str) -> Request:
    assert old in request.query
    return Request(request.method, request.path, request.query.replace(old, new), request.headers, request.body)


def without(request: Request, name: str) -> Request:
    headers = tuple(header for header in request.headers if header[0] != name)
    return Request(request.method, request.path, request.query, headers, request.body)


def refusal(request: Request, clock: Clock = utc_now) -> ApiError:
    with pytest.raises(ApiError) as caught:
        verify(request, clock)
    return caught.value


EXAMPLE = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={}, Signature={}"
)
EXAMPLES = [
    ("/", "", (), "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("/", "Param2=value2&Param1=value1", (), "host;x-amz-date",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ("/", "", (("my-header1", "value2"), ("my-header1", "value2"), ("my-header1", "value1")),
     "host;my-header1;x-amz-date", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    ("/example/..", "", (), "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("//", "", (), "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "more", "names", "signature"), EXAMPLES)
def test_the_published_examples_verify(
    path: str, query: str, more: tuple[tuple[str, str], ...], names: str, signature: str
) -> None:
    """AWS Signature Version 4 test suite: get-vanilla, -query-order-key-case, get-header-key-duplicate, get-relative,
    get-slash."""
    headers = (("host", "example.amazonaws.com"), *more, ("x-amz-date", "20150830T123600Z"))
    headers += (("authorization", EXAMPLE.format(names, signature)),)
    verifier = Verifier("service", lambda: datetime(2015, 8, 30, 12, 40, tzinfo=UTC))
    caller = verifier.verify(Request("GET", path, query, headers, b""), KNOWN.get)
    assert (caller.access_key_id, caller.region) == ("AKIDEXAMPLE", "us-east-1")


PATHS = [
    "/",
    "/keys/arn%3Aaws%3Apayment-cryptography%3Aus-east-1%3A111122223333%3Akey%2Fkwapwa6qaifllw2h/decrypt",
    "/keys/alias%2Fa%20b~c/encrypt",
    "/a//b/./c/../d/",
    "/%25/%C3%A9",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("auth", [SigV4Auth, SigV4QueryAuth])
def test_what_botocore_signs_verifies(auth: type[SigV4Auth], path: str) -> None:
    body = b'{"a": 1}' if auth is SigV4Auth else b""
    assert verify(sign(auth, path=path, body=body)) == Caller("AKIDEXAMPLE", "eu-west-1")


SEGMENTS = st.lists(st.sampled_from(["", ".", "..", "a", "b%2Fc", "~", "%20"]), max_size=6)


@given(SEGMENTS)
@settings(max_examples=100)
def test_paths_are_normalised_as_botocore_does(segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    signer = SigV4Auth(BotocoreCredentials("a", "b"), SERVICE, "eu-west-1")
    assert canonical_path(path) == signer._normalize_url_path(path)


NAMES = st.text(alphabet="aZ-_.~ /=&%+é", max_size=4)


@given(st.lists(st.tuples(NAMES.filter(bool), NAMES), max_size=5))
@settings(max_examples=100)
def test_queries_are_sorted_and_encoded_as_botocore_does(pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    expected = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in pairs)
    assert canonical_query(query) == "&".join(f"{name}={value}" for name, value in expected)


def test_the_second_request_of_the_day_verifies_with_the_kept_key_and_another_secret_makes_another() -> None:
    verifier = Verifier(SERVICE, utc_now)
    for body in (b"1", b"2"):
        assert verifier.verify(sign(body=body), KNOWN.get).access_key_id == "AKIDEXAMPLE"
    changed_pair = Credentials(KEYS.access_key_id, Secret(b"another secret"))
    with pytest.raises(ApiError, match="does not match"):
        verifier.verify(sign(), lambda _: changed_pair)
    assert verifier.verify(sign(secret="another secret"), lambda _: changed_pair).region == "eu-west-1"


@given(st.binary(max_size=64), st.binary(max_size=300))
@settings(max_examples=50)
def test_a_signing_key_makes_the_librarys_hmac(key: bytes, text: bytes) -> None:
    signing_key = _SigningKey(key)
    assert [signing_key.mac(text) for _ in range(2)] == [hmac.digest(key, text, "sha256")] * 2


def test_the_fields_of_the_header_may_stand_in_any_order() -> None:
    request = sign()
    algorithm, _, rest = (request.header("authorization") or "").partition(" ")
    for order in ((2, 0, 1), (1, 2, 0), (0, 1, 2)):
        fields = rest.split(", ")
        header = f"{algorithm} {','.join(fields[place] for place in order)}"
        headers = tuple((name, header if name == "authorization" else value) for name, value in request.headers)
        assert verify(replace(request, headers=headers)).access_key_id == "AKIDEXAMPLE"


def test_nothing_long_is_kept_of_those_who_are_not_known() -> None:
    verifier = Verifier(SERVICE, utc_now)
    with pytest.raises(ApiError, match="security token"):
        verifier.verify(sign(key_id="A" * (LONGEST_KEPT + 1)), KNOWN.get)
    assert not verifier._scopes


def test_many_scopes_do_not_fill_the_memory() -> None:
    verifier = Verifier(SERVICE, utc_now)
    for number in range(70):
        assert verifier.verify(sign(region=f"xx-test-{number}"), KNOWN.get).region == f"xx-test-{number}"
    assert len(verifier._keys) <= 64
    assert len(verifier._scopes) <= 64


def test_spaces_in_header_values_are_folded() -> None:
    verify(sign(headers=(("X-Amz-Meta", "a   b  c"),)))


@pytest.mark.parametrize("auth", [SigV4Auth, SigV4QueryAuth])
def test_a_session_brings_its_token_and_nobody_else_brings_one(auth: type[SigV4Auth]) -> None:
    assert verify(sign(auth, key_id="ASIAEXAMPLE", token=TOKEN, body=b"")).access_key_id == "ASIAEXAMPLE"
    for key_id, token in (("ASIAEXAMPLE", None), ("ASIAEXAMPLE", "another"), ("AKIDEXAMPLE", TOKEN)):
        error = refusal(sign(auth, key_id=key_id, token=token, body=b""))
        assert error.code == "UnrecognizedClientException"
        assert TOKEN not in error.message


def test_the_date_header_stands_in_for_x_amz_date() -> None:
    """botocore signs so when the request has a Date already."""
    request = sign(headers=(("Date", "soon to be replaced"),))
    assert request.header("x-amz-date") is None
    assert "," in str(request.header("date"))
    assert verify(request).region == "eu-west-1"
    late = refusal(request, lambda: utc_now() + timedelta(minutes=20))
    assert late.message.startswith("Signature expired")
    other_day = format_datetime(utc_now() - timedelta(days=1), usegmt=True)
    assert refusal(changed(request, "date", str(request.header("date")), other_day)).code == "InvalidSignatureException"
    assert "ISO-8601" in refusal(changed(request, "date", ":", " of, ")).message


def test_an_unsigned_payload_is_refused() -> None:
    request = sign(headers=(("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"),))
    for body in (request.body, b"anything"):
        assert refusal(Request("POST", "/", "", request.headers, body)).code == "InvalidSignatureException"


CASES = [
    (lambda: without(signed(), "authorization"), "MissingAuthenticationTokenException", "Missing Authentication Token"),
    (
        lambda: changed(signed(), "authorization", "AWS4-HMAC-SHA256", "AWS5"),
        "IncompleteSignatureException",
        "algorithm",
    ),
    (lambda: changed(signed(), "authorization", "Signature=", "Sig="), "IncompleteSignatureException", "'Signature'"),
    (
        lambda: changed(signed(), "authorization", "/aws4_request", ""),
        "IncompleteSignatureException",
        "5 slash-delimited",
    ),
    (lambda: changed(signed(), "authorization", "aws4_request", "aws5"), "InvalidSignatureException", "'aws4_request'"),
    (lambda: without(signed(), "x-amz-date"), "IncompleteSignatureException", "'X-Amz-Date' or a 'Date'"),
    (lambda: changed(signed(), "x-amz-date", "T", "t"), "IncompleteSignatureException", "ISO-8601"),
    (lambda: changed(signed(), "x-amz-date", "Z", "Z0"), "IncompleteSignatureException", "ISO-8601"),
    (lambda: signed(key_id="AKIDOTHER"), "UnrecognizedClientException", "security token"),
    (lambda: signed(secret="another"), "InvalidSignatureException", "does not match the signature you provided"),
    (lambda: signed(service="kms"), "InvalidSignatureException", "'payment-cryptography'"),
    (lambda: signed(region="nowhere"), "InvalidSignatureException", "valid region"),
    (
        lambda: signed(region="nowhere", service="kms"),
        "InvalidSignatureException",
        "region. Credential should be scoped to",
    ),
    (lambda: changed(signed(), "x-amz-target", "ListKeys", "DeleteKey"), "InvalidSignatureException", "does not match"),
    (lambda: changed(signed(), "authorization", "host;", ""), "InvalidSignatureException", "'Host'"),
    (
        lambda: changed(signed(), "authorization", ";x-amz-target", ""),
        "InvalidSignatureException",
        "not signed: x-amz-target",
    ),
    (
        lambda: queried(presigned(), "X-Amz-Signature=", "X="),
        "IncompleteSignatureException",
        "'X-Amz-Signature'. Re-examine",
    ),
    (lambda: queried(presigned(), "X-Amz-Date=", "X="), "IncompleteSignatureException", "must include 'X-Amz-Date'"),
    (lambda: queried(presigned(), "AWS4-HMAC-SHA256", "AWS5"), "IncompleteSignatureException", "algorithm"),
    (lambda: queried(presigned(), "Expires=3600", "Expires=soon"), "IncompleteSignatureException", "X-Amz-Expires"),
    (lambda: presigned(expires=604_801), "IncompleteSignatureException", "less than a week"),
    (lambda: presigned(expires=0), "IncompleteSignatureException", "at least 1 second"),
    (lambda: queried(presigned(), "Expires=3600", "Expires=7200"), "InvalidSignatureException", "does not match"),
    (lambda: queried(presigned(), "X-Amz-Date", "a=b&X-Amz-Date"), "InvalidSignatureException", "does not match"),
    (lambda: presigned(secret="another"), "InvalidSignatureException", "does not match"),
    (
        lambda: changed(presigned(), "x-amz-target", "ListKeys", "DeleteKey"),
        "InvalidSignatureException",
        "does not match",
    ),
]


@pytest.mark.parametrize(("make", "code", "text"), CASES)
def test_a_wrong_signature_is_refused_as_aws_refuses_it(make: Callable[[], Request], code: str, text: str) -> None:
    error = refusal(make())
    assert error.code == code
    assert text in error.message


def test_what_is_missing_is_named_all_at_once() -> None:
    message = refusal(changed(signed(), "authorization", "Credential=", "C=")).message
    assert message == "Authorization header requires 'Credential' parameter."
    empty = refusal(Request("POST", "/", "X-Amz-Algorithm=AWS4-HMAC-SHA256", signed().headers[:2], b"{}")).message
    assert [name in empty for name in ("Credential'", "Signature'", "SignedHeaders'", "Date'")] == [True] * 4


def test_one_form_excludes_the_other() -> None:
    request = presigned()
    both = Request("POST", "/", request.query, (*request.headers, ("authorization", "AWS4-HMAC-SHA256 x")), b"{}")
    assert "both" in refusal(both).message


@pytest.mark.parametrize("make", [lambda: signed(body=b'{"KeyIdentifier": "alias/a"}'), presigned])
def test_a_changed_body_is_refused(make: Callable[[], Request]) -> None:
    request_ = make()
    assert verify(request_).region == "eu-west-1"
    forged = Request("POST", "/", request_.query, request_.headers, b'{"KeyIdentifier": "alias/b"}')
    assert refusal(forged).code == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("make", "ahead", "text"),
    [
        (signed, timedelta(minutes=16), "Signature expired"),
        (signed, timedelta(minutes=-16), "Signature not yet current"),
        (lambda: presigned(expires=60), timedelta(seconds=90), "Signature expired"),
        (lambda: presigned(expires=60), timedelta(minutes=-16), "Signature not yet current"),
    ],
)
def test_a_stale_or_early_signature_is_refused(make: Callable[[], Request], ahead: timedelta, text: str) -> None:
    error = refusal(make(), lambda: utc_now() + ahead)
    assert error.code == "InvalidSignatureException"
    assert error.message.startswith(text)


def test_the_limit_is_shown_as_aws_shows_it() -> None:
    at = datetime(2030, 6, 9, 10, 0, 15, tzinfo=UTC)
    request = signed()
    stamp = request.header("x-amz-date")
    expected = f"Signature expired: {stamp} is now earlier than 20300609T094515Z (20300609T100015Z - 15 min.)"
    assert refusal(request, lambda: at).message == expected


def test_a_presigned_request_lives_as_long_as_it_says() -> None:
    request = presigned(expires=7200)
    assert verify(request, lambda: utc_now() + timedelta(minutes=115)).region == "eu-west-1"


def test_a_date_that_is_not_the_scopes_is_refused() -> None:
    stamp = utc_now().strftime("%Y%m%d")
    assert refusal(changed(signed(), "authorization", stamp, "20200101")).code == "InvalidSignatureException"


@pytest.mark.parametrize("minutes", [-14, 14])
def test_clocks_may_differ_by_a_quarter_of_an_hour(minutes: int) -> None:
    verify(signed(), lambda: utc_now() + timedelta(minutes=minutes))


def test_messages_do_not_show_the_secret_or_the_expected_signature() -> None:
    error = refusal(signed(secret="another"))
    assert SECRET not in error.message
    assert not any(len(word) == 64 for word in error.message.split())


TEXT = st.text(alphabet=st.characters(max_codepoint=255), max_size=40)


@given(TEXT, TEXT, st.lists(st.tuples(st.sampled_from(["x-amz-date", "date", "host", "x-amz-security-token"]), TEXT)))
@settings(max_examples=100)
def test_whatever_is_sent_is_refused_with_a_signature_error(
    authorization: str, query: str, headers: list[tuple[str, str]]
) -> None:
    fields = f"Credential=a/b/c/d/e,SignedHeaders=host,Signature={query}"
    for text in (authorization, f"AWS4-HMAC-SHA256 {authorization}", f"AWS4-HMAC-SHA256 {fields}"):
        request = Request("POST", "/", query, (*headers, ("authorization", text)), b"{}")
        assert refusal(request).code.endswith(("SignatureException", "TokenException", "ClientException"))
    presigned_query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={query}&X-Amz-Date={authorization}"
    request = Request("POST", "/", presigned_query, tuple(headers), b"{}")
    assert refusal(request).code.endswith(("SignatureException", "TokenException", "ClientException"))
