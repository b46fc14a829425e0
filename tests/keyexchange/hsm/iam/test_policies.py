"""What a policy document may be, and what is said of one that may not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.errors import ConfigError
from keyexchange.hsm.iam import PolicyError, PolicyKind, decide, parse_key_policy, parse_policy

from .asking import KEY, document, identity, request, statement

ROLE = "arn:aws:iam::111122223333:role/Name"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(document(statement())),
        json.dumps({"Statement": statement()}),
        json.dumps({"Version": "2008-10-17", "Statement": [statement()]}),
        json.dumps(document(statement(Sid="One"), statement(Sid="Two"), statement(), statement())),
        json.dumps(document(statement(Condition={}))),
    ],
)
def test_a_policy_as_the_grammar_has_it_is_read(text: str) -> None:
    assert decide(request(), [parse_policy(text)]).allowed


REFUSED: list[tuple[Any, str, str]] = [
    ("", "policy", "not JSON"),
    ("[]", "policy", "not a JSON object"),
    ("null", "policy", "not a JSON object"),
    ('{"Version": NaN}', "policy", "not JSON"),
    ("[" * 20_000, "policy", "not JSON"),
    ('{"Version":' + "1" * 5000 + "}", "policy", "not JSON"),
    (" " * 20_481, "policy", "longer than 20480"),
    ('{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}', "policy", "'Effect' is there twice"),
    ({}, "policy, Statement", "missing or empty"),
    ({1: 2}, "policy", "not a JSON object"),
    ({"Statement": []}, "policy, Statement", "missing or empty"),
    ({"Statement": [1]}, "policy, statement 1", "not a JSON object"),
    ({**document(statement()), "statements": []}, "policy", "no element 'statements'"),
    ({**document(statement()), "Id": "x"}, "policy, Id", "does not belong"),
    (document(statement(), version="2012-10-18"), "policy, Version", "not a version"),
    (document(statement(Principal="*")), "policy, statement 1, Principal", "does not belong"),
    (document(statement(Sid="with space")), "policy, statement 1, Sid", "letters and digits"),
    (document(statement(Sid=7)), "policy, statement 1, Sid", "letters and digits"),
    (document(statement(Sid="A"), statement(Sid="A")), "policy, statement 2 ('A'), Sid", "there twice"),
    (document(statement("allow")), "policy, statement 1, Effect", "neither Allow nor Deny"),
    (document(statement(["Allow"])), "policy, statement 1, Effect", "neither Allow nor Deny"),
    (document({"Action": "*", "Resource": "*"}), "policy, statement 1, Effect", "neither Allow nor Deny"),
    (document({"Effect": "Allow", "Resource": "*"}), "policy, statement 1", "neither Action and NotAction"),
    (document(statement(NotResource="*")), "policy, statement 1", "both Resource and NotResource"),
    (document(statement(action=[])), "policy, statement 1, Action", "not a string or a list"),
    (document(statement(action="GetKey")), "policy, statement 1, Action", "'GetKey' is no action"),
    (document(statement(action="*:GetKey")), "policy, statement 1, Action", "is no action"),
    (document(statement(action="s3:${aws:username}")), "policy, statement 1, Action", "is no action"),
    (document(statement(resource=[{}])), "policy, statement 1, Resource", "not a string or a list"),
    (document(statement(resource="key/abc")), "policy, statement 1, Resource", "'key/abc' is no ARN"),
    (document(statement(resource="arn:aws:*")), "policy, statement 1, Resource", "is no ARN"),
    (document(statement(resource="arn:aws:*:a:b:c")), "policy, statement 1, Resource", "is no ARN"),
    (document(statement(resource="arn:aws:s3:${aws:x}:1:y")), "policy, statement 1, Resource", "fifth colon"),
    (document(statement(resource="arn:aws:s3:::${aws:x")), "policy, statement 1, Resource", "not closed"),
    (document(statement(resource="arn:aws:s3:::${${aws:x}}")), "policy, statement 1, Resource", "not closed"),
    (document(statement(resource="arn:aws:s3:::${team}")), "policy, statement 1, Resource", "not a policy variable"),
    (document(statement(Condition=[])), "policy, statement 1, Condition", "not a JSON object"),
    (document(statement(Condition={"StringEqual": {}})), "policy, statement 1, Condition", "no condition operator"),
    (document(statement(Condition={"ForAll:Bool": {}})), "policy, statement 1, Condition", "no condition operator"),
    (document(statement(Condition={"NullIfExists": {}})), "policy, statement 1, Condition", "neither prefix nor"),
    (document(statement(Condition={"Bool": 1})), "policy, statement 1, Condition, Bool", "not a JSON object"),
    (document(statement(Condition={"Bool": {"x": 1}})), "policy, statement 1, Condition, Bool", "no condition key"),
]


@pytest.mark.parametrize(("given_document", "where", "problem"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_names_the_statement_and_the_element(given_document: Any, where: str, problem: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse_policy(given_document)
    assert refused.value.where == where
    assert problem in refused.value.message
    assert refused.value.hint
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    ("operator", "value", "problem"),
    [
        ("NumericEquals", "ten", "not a number"),
        ("NumericEquals", "1e9", "not a number"),
        ("NumericEquals", "${aws:EpochTime}", "not a number"),
        ("DateLessThan", "yesterday", "not a date"),
        ("DateLessThan", "2023-02-30", "not a date"),
        ("DateLessThan", "2023-02-03T04:05:06", "not a date"),
        ("Bool", "yes", "not true or false"),
        ("BinaryEquals", "not base64!", "not base64"),
        ("BinaryEquals", "ä", "not base64"),
        ("IpAddress", "10.0.0.0/33", "not an IP address"),
        ("NotIpAddress", "10.0.0.0/255.0.0.0", "not an IP address"),
        ("Null", "perhaps", "not true or false"),
        ("StringEquals", [], "has no value"),
        ("StringEquals", None, "neither a string nor a number"),
        ("StringEquals", [["x"]], "neither a string nor a number"),
        ("StringEquals", 10**40, "neither a string nor a number"),
        ("StringLike", "${", "not closed"),
    ],
)
def test_a_value_that_the_operator_cannot_compare_is_refused(operator: str, value: Any, problem: str) -> None:
    with pytest.raises(PolicyError) as refused:
        identity(statement(Condition={operator: {"aws:SourceIp": value}}))
    assert refused.value.where == f"policy, statement 1, Condition, {operator}, 'aws:SourceIp'"
    assert problem in refused.value.message


@pytest.mark.parametrize(("wrong", "right"), [("condition", "Condition"), ("notaction", "NotAction")])
def test_the_hint_spells_an_element_right(wrong: str, right: str) -> None:
    with pytest.raises(PolicyError) as refused:
        identity(statement(**{wrong: "x"}))
    assert refused.value.hint == f"write {right}"


def test_the_hint_spells_an_operator_right() -> None:
    with pytest.raises(PolicyError) as refused:
        identity(statement(Condition={"stringequals": {"aws:username": "x"}}))
    assert refused.value.hint == "write StringEquals"


def test_an_error_is_a_configuration_error_and_quotes_no_values() -> None:
    with pytest.raises(ConfigError) as refused:
        identity(statement(Condition={"Bool": {"aws:SecureTransport": "a-value-nobody-should-see"}}))
    assert "nobody" not in refused.value.message


RESOURCE_REFUSED: list[tuple[dict[str, Any], str]] = [
    (statement(), "neither Principal and NotPrincipal"),
    (statement(Principal="*", NotPrincipal="*"), "both Principal and NotPrincipal"),
    (statement(Principal="everybody"), "not a JSON object"),
    (statement(Principal={}), "names nobody"),
    (statement(Principal={"AWS": []}), "not a string or a list"),
    (statement(Principal={"AWS": "arn:aws:iam::111122223333:role/*"}), "is no principal"),
    (statement(Principal={"AWS": "arn:aws:sts::111122223333:assumed-role/Name/*"}), "is no principal"),
    (statement(Principal={"AWS": "arn:aws:iam::111122223333:group/Name"}), "is no principal"),
    (statement(Principal={"AWS": "1111"}), "is no principal"),
    (statement(Principal={"Federated": "accounts.example.com"}), "no such kind"),
    (statement(Principal={"Service": "everything"}), "no such kind"),
    (statement(NotPrincipal={"AWS": ROLE}), "would allow everybody else"),
    (statement("Deny", NotPrincipal="*"), "leave out everybody"),
]


@pytest.mark.parametrize(("refused_statement", "problem"), RESOURCE_REFUSED)
def test_a_principal_that_cannot_be_is_refused(refused_statement: dict[str, Any], problem: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse_policy(document(refused_statement), kind=PolicyKind.RESOURCE)
    assert problem in refused.value.message


def test_the_policy_of_a_resource_may_have_an_id_and_free_statement_names() -> None:
    found = parse_policy(
        {"Id": "example key policy", **document(statement(Sid="Allow the role", Principal={"AWS": ROLE}))},
        kind=PolicyKind.RESOURCE,
    )
    assert (found.id, found.statements[0].sid) == ("example key policy", "Allow the role")


@pytest.mark.parametrize("resource", ["*", KEY, ["*", KEY]])
def test_a_key_policy_is_about_its_key(resource: Any) -> None:
    assert parse_key_policy(document(statement(resource=resource, Principal={"AWS": ROLE})), KEY).statements


@pytest.mark.parametrize("elements", [{"Resource": KEY + "x"}, {"Resource": "arn:aws:s3:::*"}, {"NotResource": KEY}])
def test_a_key_policy_about_another_resource_is_refused(elements: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="another resource"):
        parse_key_policy(
            document({"Effect": "Allow", "Action": "*", "Principal": {"AWS": ROLE}, **elements}), key_arn=KEY
        )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
ELEMENT = st.sampled_from(
    ["Sid", "Effect", "Action", "NotAction", "Resource", "Condition", "Principal", "NotPrincipal"]
)
OPERATOR = st.sampled_from(["StringLike", "Bool", "Null", "IpAddress", "DateEquals", "ForAnyValue:ArnLikeIfExists"])
PLAUSIBLE = st.sampled_from(["Allow", "Deny", "*", "s3:*", "arn:aws:s3:::${aws:username}", "${", "${*}", "arn:::::"])


@given(
    st.fixed_dictionaries(
        {
            "Version": st.just("2012-10-17"),
            "Statement": st.lists(
                st.dictionaries(ELEMENT, JSON | PLAUSIBLE | st.dictionaries(OPERATOR, JSON), max_size=6), max_size=3
            ),
        }
    ),
    st.sampled_from(PolicyKind),
)
@settings(max_examples=150)
def test_a_hostile_document_is_read_or_refused_and_nothing_else(hostile: dict[str, Any], kind: PolicyKind) -> None:
    refused: PolicyError | None = None
    try:
        parse_policy(hostile, kind=kind)
    except PolicyError as error:
        refused = error
    assert refused is None or (refused.hint and refused.message.isascii())


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_policy(text)
