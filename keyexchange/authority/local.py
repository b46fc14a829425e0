"""An authority made for one run and forgotten after it."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from keyexchange import pki
from keyexchange.authority.checks import subject_key
from keyexchange.authority.contract import AuthorityKind, Now, utc_now
from keyexchange.crypto import rsa
from keyexchange.protocols.messages import CertificateChain, CertificationRequest

_LONGEST_NAME = 64
"""Characters of a common name. Source: ITU-T X.520, ub-common-name."""


class LocalSettings(BaseModel):
    """`certificate_authority` of kind `local`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["local"] = "local"
    key_algorithm: Literal["RSA_2048", "RSA_3072", "RSA_4096"] = Field(
        default="RSA_3072",
        description="the root's key; 3072 bits are as strong as AES-128 and made in a quarter of the time of 4096",
    )
    organisation: str | None = Field(default=None, min_length=1, max_length=_LONGEST_NAME)
    root_validity_days: int = Field(default=90, ge=1, le=3650)
    validity_days: int = Field(default=30, ge=1, le=3650, description="of the certificate")


class LocalAuthority:
    """Makes a root in memory, signs a public key with it and drops the root's key.

    So nothing is left that could sign for this root again; a run that asks twice gets another root.

    Args:
        settings: sizes and dates.
        now: the clock.
    """

    name: ClassVar[str] = "local"
    needs_csr: ClassVar[bool] = False
    new_root: ClassVar[bool] = True

    def __init__(self, settings: LocalSettings, *, now: Now = utc_now) -> None:
        self._settings = settings
        self._now = now

    def check(self) -> None:
        """See `Authority.check`. There is nothing to look at."""

    def certify(self, request: CertificationRequest) -> CertificateChain:
        """See `Authority.certify`."""
        settings, now = self._settings, self._now()
        public_key = subject_key(request.key_pair)
        key = rsa.generate(int(settings.key_algorithm.removeprefix("RSA_")))
        root = pki.issue_root(
            f"keyexchange root of run {request.run}"[:_LONGEST_NAME],
            key,
            days=settings.root_validity_days,
            now=now,
            organization=settings.organisation,
        )
        leaf = pki.issue_leaf(
            request.common_name,
            public_key,
            root,
            key,
            purpose=request.purpose,
            days=settings.validity_days,
            now=now,
            organization=settings.organisation,
        )
        return CertificateChain(pki.to_der(leaf), (pki.to_der(root),))


AUTHORITY = AuthorityKind("local", LocalSettings, LocalAuthority)
