"""GenerateAs2805KekValidation: two nodes make sure that they hold the same KEK before keys go under it.

Source: APC Data Plane API reference, GenerateAs2805KekValidation. What it leaves open (chaining, the mask of the second
random key, parity) is as aws-samples/samples-for-payment-cryptography-service has it in its partner's node
(python_sdk_example/as2805_node-to-node_examples, as2805_1_5); see `crypto.as2805_validation`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from keyexchange.crypto import odd_parity
from keyexchange.crypto.as2805 import KekVariant
from keyexchange.crypto.as2805_validation import answer_validation, ask_validation
from keyexchange.hsm.apc.context import Context, data_operation
from keyexchange.hsm.apc.data import keys
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.data.values import chosen, hexadecimal, octets
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.secret import Secret

_LENGTHS = {"BYTES_8": 8, "BYTES_16": 16, "BYTES_24": 24}
"""RandomKeyMaxLength."""


class _Type(NamedTuple):
    """A member of As2805KekValidationType.

    Args:
        use: what its KEK is used for.
        validate: from KEK, mask and member, what is sent and what must come back.
    """

    use: Use
    validate: Callable[[Secret, KekVariant, Values], tuple[bytes, bytes]]


@data_operation("GenerateAs2805KekValidation", writes=False)
def generate_as2805_kek_validation(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC Data Plane API reference, GenerateAs2805KekValidation."""
    validation_type, member = chosen(request["KekValidationType"], _TYPES, "KekValidationType")
    kek = keys.find(hsm, context, request["KeyIdentifier"], validation_type.use)
    sent, received = validation_type.validate(kek.secret, KekVariant[request["RandomKeySendVariantMask"]], member)
    return {
        "KeyArn": kek.arn,
        "KeyCheckValue": kek.check_value,
        "RandomKeySend": hexadecimal(sent),
        "RandomKeyReceive": hexadecimal(received),
    }


def _ask(kek: Secret, mask: KekVariant, member: Values) -> tuple[bytes, bytes]:
    algorithm = KeyAlgorithm(member["DeriveKeyAlgorithm"])
    if algorithm.letter is not Algorithm.T:
        raise validation(f"DeriveKeyAlgorithm {algorithm} is not valid for AS2805, whose keys are TDES")
    length = min(algorithm.octets, _LENGTHS[member.get("RandomKeyMaxLength", "BYTES_24")])
    return ask_validation(kek, mask, Secret(odd_parity(os.urandom(length))))


def _answer(kek: Secret, mask: KekVariant, member: Values) -> tuple[bytes, bytes]:
    sent = octets(member["RandomKeySend"])
    return sent, answer_validation(kek, mask, sent)


_TYPES = {
    "KekValidationRequest": _Type(Use.ASK_VALIDATION, _ask),
    "KekValidationResponse": _Type(Use.ANSWER_VALIDATION, _answer),
}
