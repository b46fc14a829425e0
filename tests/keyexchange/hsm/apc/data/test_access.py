"""IAM and quotas on the data plane, over boto3, operation by operation."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from keyexchange.hsm.apc import Quotas
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.quotas import AWS_QUOTAS, Group, RequestQuotas, data_group
from keyexchange.hsm.records import Home
from tests.keyexchange.hsm.apc.access.conftest import OWNER, Site, User, serve
from tests.keyexchange.hsm.apc.data.walks.customer import SERVICE, Asked, Customer, code_of

HOME = Home(OWNER, "us-east-1")
ASYMMETRIC = ("Asymmetric", "DiffieHellmanSymmetricKey", "DiffieHellmanTr31KeyBlock")


@pytest.fixture(scope="module")
def examples(walked: Customer) -> dict[str, Asked]:
    """One answered request of each operation."""
    return {asked.operation: asked for asked in walked.asked if asked.answer is not None}


@pytest.mark.parametrize("operation", SERVICE.operations)
def test_who_may_do_nothing_is_refused_in_awss_words(operation: str, face: Site, examples: dict[str, Asked]) -> None:
    with pytest.raises(ClientError) as refusal:
        Customer(face.url, "nobody").send(operation, examples[operation].request)
    assert type(refusal.value).__name__ == "AccessDeniedException"
    assert refusal.value.response["Error"]["Message"].startswith(
        f"User: arn:aws:iam::{OWNER}:user/Nobody is not authorized to perform: payment-cryptography:{operation} on "
        f"resource: arn:aws:payment-cryptography:us-east-1:{OWNER}:key/"
    )


@pytest.mark.parametrize("operation", SERVICE.operations)
def test_who_may_do_one_thing_may_do_that_alone(operation: str, face: Site, examples: dict[str, Asked]) -> None:
    user = Customer(face.url, f"only{operation}")
    user.send(operation, examples[operation].request)
    denied = {
        other
        for other, asked in examples.items()
        if code_of(lambda: user.send(other, asked.request)) == "AccessDeniedException"  # noqa: B023 - called at once
    }
    assert denied == {*SERVICE.operations} - {operation}


def test_every_request_counts_for_the_kind_of_key_that_it_asks_for(walked: Customer) -> None:
    groups = {Group.DATA_SYMMETRIC: 0, Group.DATA_ASYMMETRIC: 0}
    for asked in walked.asked:
        asymmetric = any(f".{name}" in fact for fact in asked.facts for name in ASYMMETRIC)
        group = data_group(asked.request)
        assert group is (Group.DATA_ASYMMETRIC if asymmetric else Group.DATA_SYMMETRIC)
        groups[group] += 1
    assert min(groups.values()) > 50


@pytest.mark.parametrize(("group", "figure"), [(Group.DATA_SYMMETRIC, 500), (Group.DATA_ASYMMETRIC, 20)])
def test_so_many_requests_a_second_as_aws_allows(group: Group, figure: int) -> None:
    now = 0.0
    quotas = RequestQuotas(AWS_QUOTAS, clock=lambda: now)

    def answered() -> int:
        return sum(code_of_spending(quotas, group) == "" for _ in range(figure + 10))

    assert answered() == figure
    assert answered() == 0
    now = 1.0
    assert answered() == figure


def code_of_spending(quotas: RequestQuotas, group: Group) -> str:
    try:
        quotas.spend(HOME, group)
    except ApiError as error:
        return error.code
    return ""


def test_what_is_beyond_a_quota_is_throttled_and_the_other_kind_goes_on(tmp_path: Path) -> None:
    quotas = Quotas(data_plane_symmetric=1, data_plane_asymmetric=0.001)
    with serve(tmp_path, {"admin": User("user/Admin")}, quotas=quotas) as addresses:
        customer = Customer(addresses.apc_url)
        plain = {"Symmetric": {"Mode": "ECB"}}
        rsa = {"Asymmetric": {"PaddingType": "PKCS1"}}
        key, pair = customer.key("D0", "AES_128", "B"), customer.key("D1", "RSA_2048", "B")
        symmetric = {"KeyIdentifier": key, "PlainText": "00" * 16, "EncryptionAttributes": plain}
        asymmetric = symmetric | {"KeyIdentifier": pair, "EncryptionAttributes": rsa}
        assert code_of(lambda: customer.send("EncryptData", asymmetric)) == "ThrottlingException"
        codes = [code_of(lambda: customer.send("EncryptData", symmetric)) for _ in range(3)]
        assert codes[0] == ""
        assert "ThrottlingException" in codes
        with pytest.raises(customer.data.exceptions.ThrottlingException, match="Rate exceeded"):
            customer.send("EncryptData", asymmetric)
