"""The service's own certificate authority: issues the certificates of wrapping and signing keys."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange import pki
from keyexchange.hsm import generate
from keyexchange.hsm.clock import Clock
from keyexchange.hsm.records import CertifiedKey
from keyexchange.hsm.store import ServiceKeys, Store
from keyexchange.hsm.vault import Vault
from keyexchange.keys import KeyAlgorithm

ROOT = "authority"
ORGANIZATION = "keyexchange rehearsal"
_ROOT_DAYS = 3650
_ROOT_MARGIN = timedelta(days=120)
"""A root is replaced when less than this is left: what it issues lives 90 days at most."""


class Authority:
    """A root, made at first use and kept in the store; it issues leaves.

    Args:
        algorithm: of the root's key pair. APC's root is RSA_4096 (AWS's sample client says so).
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        clock: Clock,
        *,
        algorithm: KeyAlgorithm = KeyAlgorithm.RSA_4096,
    ) -> None:
        self._store = store
        self._service_keys = ServiceKeys(store)
        self._vault = vault
        self._clock = clock
        self._algorithm = algorithm
        self._making = asyncio.Lock()

    async def root(self) -> x509.Certificate:
        """The root certificate; the first call makes it."""
        return (await self._root())[0]

    async def issue(
        self, common_name: str, public_key: pki.SubjectKey, *, purpose: pki.Purpose, days: int
    ) -> x509.Certificate:
        """A leaf certificate, valid from now (with an hour's grace before) for so many days."""
        root, key = await self._root()
        return pki.issue_leaf(
            common_name,
            public_key,
            root,
            key,
            purpose=purpose,
            days=days,
            now=self._clock(),
            organization=ORGANIZATION,
        )

    async def _root(self) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
        async with self._making:
            record = self._service_keys.certified_key(ROOT)
            if record is None or self._ends_soon(record):
                record = await self._make_root()
        assert record.block is not None
        return pki.load(record.certificate), self._vault.rsa_private(record.block)

    async def _make_root(self) -> CertifiedKey:
        key = await generate.key_pair(self._algorithm)
        name = f"keyexchange rehearsal root {generate.identifier()}"
        certificate = pki.issue_root(name, key, days=_ROOT_DAYS, now=self._clock(), organization=ORGANIZATION)
        block = self._vault.seal_private(key, usage="S1", algorithm=self._algorithm, mode_of_use="S")
        record = CertifiedKey(ROOT, block, pki.to_der(certificate), certificate.not_valid_after_utc)
        with self._store.savepoint():
            found = self._service_keys.certified_key(ROOT)
            if found is not None and not self._ends_soon(found):
                return found  # another process was faster
            self._service_keys.put_certified_key(record)
        await self._store.committed()
        return record

    def _ends_soon(self, record: CertifiedKey) -> bool:
        return record.valid_until < self._clock() + _ROOT_MARGIN
