"""A new key, however it came: check value, identifier, tags, a row in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass

from keyexchange.crypto import block_cipher_key, hmac_kcv
from keyexchange.hsm import generate
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.errors import quota_exceeded, validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.replication import regions_of_new_key
from keyexchange.hsm.apc.rules import kcv_method, require_attributes
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyOrigin, KeyRecord, KeyState
from keyexchange.keys import Algorithm, Kcv, KcvMethod, KeyAlgorithm
from keyexchange.secret import Secret

MAXIMUM_TAGS = 50
"""Source: AWS Payment Cryptography User Guide, "Tagging keys"."""
_KCV_DIGITS = 6


@dataclass(frozen=True)
class Attributes:
    """What a new key is, in the codes of X9.143."""

    key_class: KeyClass
    usage: str
    algorithm: KeyAlgorithm
    mode_of_use: str
    exportable: bool
    origin: KeyOrigin

    def require_valid(self) -> None:
        """Refuse attributes that no key may have.

        Raises:
            ApiError: ValidationException.
        """
        require_attributes(self.key_class, self.usage, self.algorithm, self.mode_of_use)


@dataclass(frozen=True)
class Material:
    """The key itself, as the store keeps it. See `KeyRecord`."""

    kcv: Kcv
    block: str | None = None
    certificate: bytes | None = None
    issuer_id: str | None = None
    derive_key_usage: str | None = None


def enrol(hsm: Hsm, context: Context, request: Values, attributes: Attributes, material: Material) -> KeyRecord:
    """Keep a new key, with the request's `Enabled`, `Tags` and `ReplicationRegions`.

    In a block of `Store.adding`, or a savepoint.

    Raises:
        ApiError: ValidationException, ServiceQuotaExceededException.
    """
    regions, default_regions = regions_of_new_key(hsm, context.home, request, attributes.key_class)
    tags = read_tags(request.get("Tags", []))
    _require_few(tags)
    enabled = request.get("Enabled", True)
    now = hsm.now()
    record = KeyRecord(
        id=generate.identifier(),
        account=context.home.account,
        region=context.home.region,
        key_class=attributes.key_class,
        usage=attributes.usage,
        algorithm=attributes.algorithm,
        mode_of_use=attributes.mode_of_use,
        exportable=attributes.exportable,
        enabled=enabled,
        state=KeyState.CREATE_COMPLETE,
        origin=attributes.origin,
        kcv=material.kcv.digits,
        kcv_method=material.kcv.method,
        created_at=now,
        usage_start_at=now if enabled else None,
        derive_key_usage=material.derive_key_usage,
        block=material.block,
        certificate=material.certificate,
        issuer_id=material.issuer_id,
        multi_region=bool(regions),
        default_regions=default_regions,
    )
    hsm.keys.add(record)
    hsm.replication.add(record.id, regions)
    hsm.tags.add(record.id, tags)
    return record


def enrol_secret(hsm: Hsm, context: Context, request: Values, attributes: Attributes, key: Secret) -> KeyRecord:
    """Keep a new symmetric key.

    Raises:
        ApiError: ValidationException, ServiceQuotaExceededException.
    """
    attributes.require_valid()
    method = kcv_method(attributes.algorithm, request.get("KeyCheckValueAlgorithm"))
    block = hsm.vault.seal(
        key, usage=attributes.usage, algorithm=attributes.algorithm, mode_of_use=attributes.mode_of_use
    )
    material = Material(kcv=check_value(attributes.algorithm, key, method), block=block)
    return enrol(hsm, context, request, attributes, material)


def check_value(algorithm: KeyAlgorithm, key: Secret, method: KcvMethod) -> Kcv:
    """The check value of a symmetric key by one of the methods that fit it."""
    if algorithm.letter is Algorithm.H:
        return hmac_kcv(key, algorithm)
    cipher = block_cipher_key(algorithm.letter.value, key)
    zeros = bytes(cipher.block_size)
    octets = cipher.cmac(zeros) if method is KcvMethod.CMAC else cipher.encrypt_ecb(zeros)
    return Kcv(octets.hex()[:_KCV_DIGITS], method)


def read_tags(tags: list[Values]) -> dict[str, str]:
    """The tags of a request by name.

    Raises:
        ApiError: ValidationException.
    """
    values = {tag["Key"]: tag["Value"] for tag in tags}
    if len(values) < len(tags):
        raise validation("Tags can not have two tags with the same Key")
    if any(name.lower().startswith("aws:") for name in values):
        raise validation("Tag keys can not begin with aws:")
    return values


def put_tags(hsm: Hsm, record: KeyRecord, tags: Mapping[str, str]) -> None:
    """Set tags on a key; one that is there already gets the new value.

    Raises:
        ApiError: ServiceQuotaExceededException.
    """
    names = hsm.tags.names(record.id)
    _require_few(names.union(tags))
    hsm.tags.remove(record.id, names.intersection(tags))
    hsm.tags.add(record.id, tags)


def _require_few(tags: Sized) -> None:
    if len(tags) > MAXIMUM_TAGS:
        raise quota_exceeded(f"A key can not have more than {MAXIMUM_TAGS} tags")
