"""The service's own certificate authority: issues the certificates of wrapping, signing and agreement keys.

RSA keys are certified under an RSA root, elliptic curve keys under one on P-521. Source of both algorithms:
aws-samples/samples-for-payment-cryptography-service, key_exchange/import_export_tr34.py and import_export_ecdh.py,
which import the service's own root with these algorithms.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec

from keyexchange import pki
from keyexchange.hsm import generate
from keyexchange.hsm.clock import Clock
from keyexchange.hsm.records import CertifiedKey
from keyexchange.hsm.store import ServiceKeys, Store
from keyexchange.hsm.vault import Vault
from keyexchange.keys import Algorithm, KeyAlgorithm

if TYPE_CHECKING:  # see keyexchange.pki
    from cryptography import x509

ROOT, EC_ROOT = "authority", "authority-ec"
ORGANIZATION = "keyexchange rehearsal"
_NAMES = {Algorithm.R: ROOT, Algorithm.E: EC_ROOT}
_ROOT_DAYS = 3650
_ROOT_MARGIN = timedelta(days=120)
"""A root is replaced when less than this is left: what it issues lives 90 days at most."""


class Authority:
    """Two roots, each made at first use and kept in the store; they issue leaves.

    Args:
        algorithm: of the RSA root's key pair. APC's root is RSA_4096 (AWS's sample client says so).
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
        self._algorithms = {ROOT: algorithm, EC_ROOT: KeyAlgorithm.ECC_NIST_P521}
        self._making = asyncio.Lock()

    async def root(self, letter: Algorithm = Algorithm.R) -> x509.Certificate:
        """The root certificate for keys of this algorithm; the first call makes it."""
        return (await self._root(_NAMES[letter]))[0]

    async def issue(
        self, common_name: str, public_key: pki.SubjectKey, *, purpose: pki.Purpose, days: int
    ) -> x509.Certificate:
        """A leaf certificate, valid from now (with an hour's grace before) for so many days."""
        letter = Algorithm.E if isinstance(public_key, ec.EllipticCurvePublicKey) else Algorithm.R
        root, key = await self._root(_NAMES[letter])
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

    async def _root(self, name: str) -> tuple[x509.Certificate, pki.AuthorityKey]:
        async with self._making:
            record = self._service_keys.certified_key(name)
            if record is None or self._ends_soon(record):
                record = await self._make_root(name)
        assert record.block is not None
        opened = self._vault.ec_private if name == EC_ROOT else self._vault.rsa_private
        return pki.load(record.certificate), opened(record.block)

    async def _make_root(self, kept_as: str) -> CertifiedKey:
        algorithm = self._algorithms[kept_as]
        key = await generate.key_pair(algorithm)
        name = f"keyexchange rehearsal root {generate.identifier()}"
        certificate = pki.issue_root(name, key, days=_ROOT_DAYS, now=self._clock(), organization=ORGANIZATION)
        block = self._vault.seal_private(key, usage="S1", algorithm=algorithm, mode_of_use="S")
        record = CertifiedKey(kept_as, block, pki.to_der(certificate), certificate.not_valid_after_utc)
        with self._store.savepoint():
            found = self._service_keys.certified_key(kept_as)
            if found is not None and not self._ends_soon(found):
                return found  # another process was faster
            self._service_keys.put_certified_key(record)
        await self._store.committed()
        return record

    def _ends_soon(self, record: CertifiedKey) -> bool:
        return record.valid_until < self._clock() + _ROOT_MARGIN
