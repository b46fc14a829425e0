"""GetParametersForImport and GetParametersForExport: tokens, each a key pair of the service with its certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from keyexchange import pki
from keyexchange.hsm import generate
from keyexchange.hsm.apc import shapes
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.errors import not_found, validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import RSA
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import TokenKind, TokenRecord
from keyexchange.keys import KeyAlgorithm

VALID_DAYS = 30
REUSE_LEFT = timedelta(days=7)
"""Source of both: APC API reference, GetParametersForImport and its ReuseLastGeneratedToken."""

TR34_KEY_BLOCK, KEY_CRYPTOGRAM = "TR34_KEY_BLOCK", "KEY_CRYPTOGRAM"


@dataclass(frozen=True)
class _Kind:
    """How import and export tokens differ."""

    kind: TokenKind
    prefix: str
    purpose: pki.Purpose
    usage: str
    mode_of_use: str
    algorithms: Mapping[str, frozenset[KeyAlgorithm]]
    """By KeyMaterialType; a type that is not here needs no token."""


_IMPORT = _Kind(TokenKind.IMPORT, "import-token-", "wrap", "K2", "D", {TR34_KEY_BLOCK: RSA, KEY_CRYPTOGRAM: RSA})
_EXPORT = _Kind(
    TokenKind.EXPORT, "export-token-", "sign", "S0", "S", {TR34_KEY_BLOCK: frozenset({KeyAlgorithm.RSA_2048})}
)
"""RSA_2048 is the only signing algorithm. Source: APC API reference, GetParametersForExport. For import the reference
names RSA_2048 too, but AWS's own sample imports with RSA_3072, which AES-128 keys need."""


@operation("GetParametersForImport", writes=True)
async def get_parameters_for_import(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC API reference, GetParametersForImport."""
    root = await hsm.authority.root()
    token = await _token(hsm, context, request, _IMPORT, KeyAlgorithm(request["WrappingKeyAlgorithm"]))
    return {
        "WrappingKeyCertificate": shapes.certificate(pki.load(token.certificate)),
        "WrappingKeyCertificateChain": shapes.certificate(root),
        "WrappingKeyAlgorithm": token.algorithm.value,
        "ImportToken": token.id,
        "ParametersValidUntilTimestamp": token.valid_until,
    }


@operation("GetParametersForExport", writes=True)
async def get_parameters_for_export(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC API reference, GetParametersForExport."""
    root = await hsm.authority.root()
    token = await _token(hsm, context, request, _EXPORT, KeyAlgorithm(request["SigningKeyAlgorithm"]))
    return {
        "SigningKeyCertificate": shapes.certificate(pki.load(token.certificate)),
        "SigningKeyCertificateChain": shapes.certificate(root),
        "SigningKeyAlgorithm": token.algorithm.value,
        "ExportToken": token.id,
        "ParametersValidUntilTimestamp": token.valid_until,
    }


def find_token(hsm: Hsm, context: Context, kind: TokenKind, token_id: str, *, material_type: str) -> TokenRecord:
    """A token that is still valid, for this kind of key material.

    Raises:
        ApiError: ResourceNotFoundException, ValidationException.
    """
    record = hsm.service_keys.token(context.home, token_id)
    if record is None or record.kind is not kind:
        raise not_found(token_id)
    if record.valid_until <= hsm.now():
        raise validation(f"The {kind.value.lower()} token has expired")
    if record.material_type != material_type:
        raise validation(f"The {kind.value.lower()} token is for KeyMaterialType {record.material_type}")
    return record


async def _token(hsm: Hsm, context: Context, request: Values, kind: _Kind, algorithm: KeyAlgorithm) -> TokenRecord:
    """The token to answer with: the last one when the caller wants it again and it lasts, else a new one."""
    material_type = request["KeyMaterialType"]
    if material_type not in kind.algorithms:
        raise validation(f"KeyMaterialType {material_type} needs no {kind.kind.value.lower()} token")
    if algorithm not in kind.algorithms[material_type]:
        raise validation(f"Key algorithm {algorithm} is not valid for KeyMaterialType {material_type}")
    if request.get("ReuseLastGeneratedToken"):
        last = hsm.service_keys.latest_token(
            context.home,
            kind.kind,
            material_type=material_type,
            algorithm=algorithm,
            valid_at=hsm.now() + REUSE_LEFT,
        )
        if last is not None:
            return last
    return await _new_token(hsm, context, material_type, kind, algorithm)


async def _new_token(
    hsm: Hsm, context: Context, material_type: str, kind: _Kind, algorithm: KeyAlgorithm
) -> TokenRecord:
    pair = await generate.key_pair(algorithm)
    token_id = f"{kind.prefix}{generate.identifier()}"
    certificate = await hsm.authority.issue(token_id, pair.public_key(), purpose=kind.purpose, days=VALID_DAYS)
    record = TokenRecord(
        id=token_id,
        account=context.home.account,
        region=context.home.region,
        kind=kind.kind,
        material_type=material_type,
        algorithm=algorithm,
        block=hsm.vault.seal_private(pair, usage=kind.usage, algorithm=algorithm, mode_of_use=kind.mode_of_use),
        certificate=pki.to_der(certificate),
        created_at=hsm.now(),
        valid_until=certificate.not_valid_after_utc,
    )
    with hsm.store.savepoint():
        hsm.service_keys.add_token(record)
    return record
