"""The evaluation logic: what wins, what is enough, what limits, and how a refusal is worded."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.hsm.iam import (
    ANY_RESOURCE,
    AccessRequest,
    Policy,
    PolicyType,
    Principal,
    Verdict,
    decide,
    denial_message,
)

from .asking import GET_KEY, JANE, KEY, OWNER, STRANGER, identity, of_key, request, statement

ALL = identity(statement())
NOTHING = identity(statement("Deny", "s3:Nothing"))
DENY_ALL = identity(statement("Deny", Sid="NoKeys"), arn="arn:aws:iam::111122223333:policy/Night")
SESSION = Principal(f"arn:aws:sts::{OWNER}:assumed-role/Operator/night")
ROLE = f"arn:aws:iam::{OWNER}:role/Operator"
ROOT = Principal(f"arn:aws:iam::{OWNER}:root")
ALIEN = Principal(f"arn:aws:iam::{STRANGER}:user/joe")


def key_allows(principal: Any) -> Policy:
    return of_key(statement(Principal=principal if principal == "*" else {"AWS": principal}))


def test_without_any_policy_the_answer_is_no() -> None:
    decision = decide(request(), [])
    assert (decision.verdict, decision.by, decision.allowed) == (Verdict.IMPLICIT_DENY, PolicyType.IDENTITY, False)


@pytest.mark.parametrize(
    ("policies", "by"),
    [
        ({"identity_policies": [ALL, DENY_ALL]}, PolicyType.IDENTITY),
        ({"resource_policy": of_key(statement("Deny", Principal="*"))}, PolicyType.RESOURCE),
        ({"boundary": DENY_ALL}, PolicyType.BOUNDARY),
        ({"session_policies": [ALL, DENY_ALL]}, PolicyType.SESSION),
    ],
)
def test_an_explicit_deny_in_any_policy_wins(policies: dict[str, Any], by: PolicyType) -> None:
    decision = decide(request(SESSION), **({"identity_policies": [ALL]} | policies))
    assert (decision.verdict, decision.by) == (Verdict.EXPLICIT_DENY, by)


def test_the_decision_names_the_statement_and_the_managed_policy() -> None:
    decision = decide(request(), [ALL, DENY_ALL])
    assert (decision.sid, decision.policy_arn) == ("NoKeys", "arn:aws:iam::111122223333:policy/Night")


@pytest.mark.parametrize("limit", ["boundary", "session_policies"])
@pytest.mark.parametrize(
    ("principal", "named", "limited"),
    [
        (JANE, JANE.arn, False),
        (JANE, "*", False),
        (SESSION, SESSION.arn, False),
        (SESSION, "*", False),
        (SESSION, ROLE, True),
    ],
)
def test_what_a_key_policy_grants_is_limited_only_when_it_names_the_role(
    principal: Principal, named: str, limited: bool, limit: str
) -> None:
    limits: dict[str, Any] = {"boundary": NOTHING} if limit == "boundary" else {"session_policies": [NOTHING]}
    assert decide(request(principal), [], key_allows(named)).allowed
    assert decide(request(principal), [], key_allows(named), **limits).allowed is not limited


def test_a_boundary_and_session_policies_limit_what_the_identity_may() -> None:
    assert decide(request(SESSION), [ALL], boundary=ALL, session_policies=[NOTHING, ALL]).allowed
    assert decide(request(SESSION), [ALL], boundary=NOTHING).by is PolicyType.BOUNDARY
    assert decide(request(SESSION), [ALL], session_policies=[NOTHING]).by is PolicyType.SESSION
    assert decide(request(SESSION), [], boundary=ALL, session_policies=[ALL]).by is PolicyType.IDENTITY


@pytest.mark.parametrize("named", [STRANGER, ALIEN.arn, "*"])
def test_across_accounts_both_sides_have_to_allow(named: str) -> None:
    asked = request(ALIEN)
    assert decide(asked, [ALL], key_allows(named)).allowed
    assert decide(asked, [ALL]).by is PolicyType.RESOURCE
    assert decide(asked, [ALL], key_allows(OWNER)).by is PolicyType.RESOURCE
    assert decide(asked, [], key_allows(named)).by is PolicyType.IDENTITY
    assert decide(asked, [ALL], key_allows(named), boundary=NOTHING).by is PolicyType.BOUNDARY


def test_the_root_needs_no_policy_at_home_and_the_owners_consent_elsewhere() -> None:
    assert decide(request(ROOT), []).allowed
    assert decide(request(ROOT), [], of_key(statement("Deny", Principal="*"))).by is PolicyType.RESOURCE
    alien_root = request(Principal(f"arn:aws:iam::{STRANGER}:root"))
    assert decide(alien_root, []).by is PolicyType.RESOURCE
    assert decide(alien_root, [], key_allows(STRANGER)).allowed


@pytest.mark.parametrize("name", ["PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy"])
def test_no_key_policy_speaks_about_itself(name: str) -> None:
    action = f"payment-cryptography:{name}"
    assert decide(request(JANE, action), [ALL], of_key(statement("Deny", Principal="*"))).allowed
    assert decide(request(JANE, action), [], key_allows("*")).by is PolicyType.IDENTITY
    assert decide(request(ALIEN, action), [ALL], key_allows("*")).by is PolicyType.RESOURCE


@pytest.mark.parametrize(
    ("elements", "action", "resource", "expected"),
    [
        ({"Action": "payment-cryptography:getkey", "Resource": "*"}, GET_KEY, KEY, True),
        ({"Action": "payment-cryptography:G?tK*", "Resource": "*"}, GET_KEY, KEY, True),
        ({"Action": ["s3:*", "payment-cryptography:List*"], "Resource": "*"}, GET_KEY, KEY, False),
        ({"NotAction": "payment-cryptography:Get*", "Resource": "*"}, GET_KEY, KEY, False),
        ({"NotAction": ["payment-cryptography:Put*"], "Resource": "*"}, GET_KEY, KEY, True),
        ({"Action": "*", "Resource": KEY.replace("us-east-2", "*")}, GET_KEY, KEY, True),
        ({"Action": "*", "Resource": ["arn:aws:s3:::*", KEY[:-1] + "?"]}, GET_KEY, KEY, True),
        ({"Action": "*", "Resource": KEY.upper().replace("ARN:AWS", "arn:aws")}, GET_KEY, KEY, False),
        ({"Action": "*", "NotResource": KEY}, GET_KEY, KEY, False),
        ({"Action": "*", "NotResource": KEY}, GET_KEY, KEY + "x", True),
        ({"Action": "*", "NotResource": "arn:aws:x:::${aws:userid}"}, GET_KEY, KEY, True),
        ({"Action": "*", "Resource": "*"}, GET_KEY, ANY_RESOURCE, True),
        ({"Action": "*", "Resource": "arn:aws:payment-cryptography:*:*:*"}, GET_KEY, ANY_RESOURCE, False),
    ],
)
def test_what_a_statement_covers(elements: dict[str, Any], action: str, resource: str, expected: bool) -> None:
    policy = identity({"Effect": "Allow", **elements})
    assert decide(request(JANE, action, resource), [policy]).allowed is expected


def denial(asked: AccessRequest, *policies: Policy, **others: Any) -> str:
    return denial_message(asked, decide(asked, policies, **others))


HEAD = f"User: {JANE.arn} is not authorized to perform: {GET_KEY} on resource: {KEY} "


def test_the_words_of_an_implicit_deny() -> None:
    end = f"policy allows the {GET_KEY} action"
    assert denial(request()) == HEAD + "because no identity-based " + end
    assert denial(request(), ALL, session_policies=[NOTHING]) == HEAD + "because no session " + end
    assert denial(request(), ALL, boundary=NOTHING) == (
        HEAD + f"because no permissions boundary allows the {GET_KEY} action"
    )
    assert denial(request(ALIEN), ALL) == HEAD.replace(JANE.arn, ALIEN.arn) + "because no resource-based " + end


def test_the_words_of_an_explicit_deny() -> None:
    deny = identity(statement("Deny"))
    assert denial(request(), deny) == HEAD + "with an explicit deny in an identity-based policy"
    assert denial(request(), DENY_ALL) == (
        HEAD + "with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/Night"
    )
    assert denial(request(), resource_policy=of_key(statement("Deny", Principal="*"))) == (
        HEAD + "with an explicit deny in a resource-based policy"
    )
    assert denial(request(), boundary=deny) == HEAD + "with an explicit deny in a permissions boundary"
    assert denial(request(), session_policies=[deny]) == HEAD + "with an explicit deny in a session policy"


def test_the_words_without_a_resource() -> None:
    asked = request(JANE, "payment-cryptography:ListKeys", "")
    assert denial(asked) == (
        f"User: {JANE.arn} is not authorized to perform: payment-cryptography:ListKeys "
        "because no identity-based policy allows the payment-cryptography:ListKeys action"
    )


CONDITIONS = st.sampled_from(
    [
        {},
        {"StringEquals": {"aws:ResourceTag/team": "red"}},
        {"StringNotLike": {"aws:ResourceTag/team": "r*"}},
        {"Null": {"aws:TagKeys": "true"}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}},
        {"ForAnyValue:StringLike": {"aws:TagKeys": "a*"}},
    ]
)
PRINCIPALS = st.sampled_from(["*", {"AWS": OWNER}, {"AWS": STRANGER}, {"AWS": JANE.arn}, {"AWS": ROLE}])
ACTIONS = st.sampled_from(["*", "payment-cryptography:*", GET_KEY, "payment-cryptography:ListKeys", "s3:*"])
RESOURCES = st.sampled_from(["*", KEY, "arn:aws:payment-cryptography:*:*:key/*", "arn:aws:s3:::x"])
STATEMENTS = st.builds(
    statement, st.sampled_from(["Allow", "Deny"]), ACTIONS, RESOURCES, Condition=CONDITIONS, Principal=PRINCIPALS
)
REQUESTS = st.builds(
    AccessRequest,
    st.sampled_from([JANE, SESSION, ALIEN, ROOT]),
    st.sampled_from([GET_KEY, "payment-cryptography:ListKeys", "payment-cryptography:PutResourcePolicy"]),
    st.sampled_from([KEY, ANY_RESOURCE]),
    st.fixed_dictionaries(
        {}, optional={"aws:ResourceTag/team": st.sampled_from(["red", "blue"]), "aws:TagKeys": st.lists(st.just("a"))}
    ),
)


def split(statements: list[dict[str, Any]]) -> tuple[Policy, Policy]:
    """Half of them an identity's, half a key's."""
    own = [{name: value for name, value in each.items() if name != "Principal"} for each in statements[::2]]
    return identity(*own, statement("Deny", "s3:Nothing")), of_key(
        *statements[1::2], statement("Deny", "s3:Nothing", Principal="*")
    )


@given(st.lists(STATEMENTS, max_size=5), STATEMENTS, REQUESTS)
@settings(max_examples=150)
def test_one_more_allow_never_takes_access_away(
    statements: list[dict[str, Any]], more: dict[str, Any], asked: AccessRequest
) -> None:
    before, after = split(statements), split([*statements, more | {"Effect": "Allow"}])
    assert decide(asked, [after[0]], after[1]).allowed >= decide(asked, [before[0]], before[1]).allowed


@given(st.lists(STATEMENTS, max_size=5), REQUESTS, st.booleans())
@settings(max_examples=150)
def test_a_deny_of_everything_always_wins(
    statements: list[dict[str, Any]], asked: AccessRequest, in_key_policy: bool
) -> None:
    own, keys = split(statements)
    denied = of_key(*[statement("Deny", Principal="*")]) if in_key_policy else keys
    about_itself = asked.action.endswith("ResourcePolicy")
    decision = decide(asked, [own] if in_key_policy else [own, identity(statement("Deny"))], denied)
    if not (in_key_policy and about_itself):
        assert decision.verdict is Verdict.EXPLICIT_DENY


@given(st.lists(STATEMENTS, max_size=6), REQUESTS)
@settings(max_examples=150)
def test_the_order_of_statements_and_policies_changes_nothing(
    statements: list[dict[str, Any]], asked: AccessRequest
) -> None:
    own = [{name: value for name, value in each.items() if name != "Principal"} for each in statements]
    together = decide(asked, [identity(*own, statement("Deny", "s3:Nothing"))])
    apart = decide(asked, [identity(each) for each in reversed(own)])
    assert (together.verdict, together.by) == (apart.verdict, apart.by)


def test_an_allowed_request_has_no_denial() -> None:
    with pytest.raises(AssertionError):
        denial_message(request(), decide(request(), [ALL]))
