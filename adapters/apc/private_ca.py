"""AWS Private CA as the authority for the KDH's signing certificate.

Source: AWS Private CA API reference, IssueCertificate, GetCertificate.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from keyexchange import pki
from keyexchange.authority import AuthorityKind, checked_chain, csr_pem, utc_now
from keyexchange.errors import DeviceRefusedError, UnreachableError
from keyexchange.protocols.messages import CertificateChain, CertificationRequest

from .client import Access, AwsClient
from .pace import Sleep

_IN_PROGRESS = "RequestInProgressException"
_CERTIFICATES = ("Certificate", "CertificateChain")
_POLL_SECONDS = 1.0
_POLLS = 60
_TOKEN_LENGTH = 36
"""Source: IssueCertificate, IdempotencyToken: at most 36 characters."""


class PrivateCaSettings(BaseModel):
    """`certificate_authority` of kind `aws-private-ca`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["aws-private-ca"] = "aws-private-ca"
    certificate_authority_arn: str = Field(
        pattern=r"^arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/.+$"
    )
    region: str = Field(default="", description="AWS region; empty: the one in the ARN")
    profile: str = Field(default="", description="profile of the AWS configuration; empty: the default credentials")
    endpoint_url: str = Field(default="", pattern=r"^(https?://.+)?$", description="another endpoint than AWS's own")
    validity_days: int = Field(
        default=7, ge=1, le=3650, description="7 is the most that an authority for short-lived certificates gives"
    )
    signing_algorithm: Literal[
        "SHA256WITHRSA", "SHA384WITHRSA", "SHA512WITHRSA", "SHA256WITHECDSA", "SHA384WITHECDSA", "SHA512WITHECDSA"
    ] = Field(default="SHA256WITHRSA", description="must fit the authority's own key")
    template_arn: str | None = Field(default=None, description="certificate template; null: AWS's for end entities")


class PrivateCaAuthority:
    """Has the KDH's request certified by an existing private authority in AWS.

    Args:
        settings: which authority.
        client: calls acm-pca.
        sleep: waits so many seconds.
    """

    name: ClassVar[str] = "aws-private-ca"
    needs_csr: ClassVar[bool] = True
    new_root: ClassVar[bool] = False

    def __init__(self, settings: PrivateCaSettings, client: AwsClient, *, sleep: Sleep = time.sleep) -> None:
        self._settings = settings
        self._client = client
        self._sleep = sleep

    def check(self) -> None:
        """See `Authority.check`. There is nothing to look at."""

    def certify(self, request: CertificationRequest) -> CertificateChain:
        """See `Authority.certify`. AWS remembers the request for five minutes; later, another certificate is issued.

        Raises:
            UnreachableError: the certificate was not ready within a minute.
        """
        try:
            answer = self._issued(self._issue(request))
        finally:
            self._client.close()  # asked once a run; the next call would open it again
        certificates = [
            certificate for name in _CERTIFICATES if name in answer for certificate in pki.load_all(answer[name])
        ]
        return checked_chain(certificates, request.key_pair, at=utc_now())

    def _issue(self, request: CertificationRequest) -> str:
        settings = self._settings
        template = {} if settings.template_arn is None else {"TemplateArn": settings.template_arn}
        answer = self._client.call(
            "IssueCertificate",
            CertificateAuthorityArn=settings.certificate_authority_arn,
            Csr=csr_pem(request),
            SigningAlgorithm=settings.signing_algorithm,
            Validity={"Value": settings.validity_days, "Type": "DAYS"},
            IdempotencyToken=_idempotency_token(request),
            **template,
        )
        return str(answer["CertificateArn"])

    def _issued(self, arn: str) -> Mapping[str, str]:
        for _ in range(_POLLS):
            try:
                return self._client.call(
                    "GetCertificate",
                    CertificateAuthorityArn=self._settings.certificate_authority_arn,
                    CertificateArn=arn,
                )
            except DeviceRefusedError as error:
                if error.code != _IN_PROGRESS:
                    raise
            self._sleep(_POLL_SECONDS)
        raise UnreachableError(
            f"AWS Private CA did not issue {arn} within {_POLLS} attempts", hint="resume the run later"
        )


def _idempotency_token(request: CertificationRequest) -> str:
    digest = hashlib.sha256(request.run.encode() + b"\0" + request.key_pair.public_key)
    return digest.hexdigest()[:_TOKEN_LENGTH]


def _open(settings: PrivateCaSettings) -> PrivateCaAuthority:
    access = Access(
        service="acm-pca",
        side=PrivateCaAuthority.name,
        region=settings.region or settings.certificate_authority_arn.split(":")[3],
        profile=settings.profile,
        endpoint_url=settings.endpoint_url,
    )
    return PrivateCaAuthority(settings, AwsClient(access))


AUTHORITY = AuthorityKind("aws-private-ca", PrivateCaSettings, _open)
