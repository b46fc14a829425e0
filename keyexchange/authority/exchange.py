"""An authority that only a person can reach: a request goes out as a file, a certificate comes back as one."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from keyexchange.authority.checks import checked_chain, csr_pem, read_certificates
from keyexchange.authority.contract import AuthorityKind, Now, utc_now
from keyexchange.errors import ConfigError, RunPausedError
from keyexchange.protocols.messages import CertificateChain, CertificationRequest


class ExchangeSettings(BaseModel):
    """`certificate_authority` of kind `csr`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["csr"] = "csr"
    certificate: str | None = Field(
        default=None,
        min_length=1,
        description="path at which the certificate will be, PEM or DER; else `kdh.pem` or `krd.pem` beside the request",
    )
    issuers: str | None = Field(
        default=None,
        min_length=1,
        description="path of the certificates above it, to the root; not needed when `certificate` holds them too",
    )


class ExchangeAuthority:
    """Writes the request and pauses the run; when the run is resumed, takes the certificate.

    Args:
        settings: where the certificate will be.
        now: the clock.
    """

    name: ClassVar[str] = "csr"
    needs_csr: ClassVar[bool] = True
    new_root: ClassVar[bool] = False

    def __init__(self, settings: ExchangeSettings, *, now: Now = utc_now) -> None:
        self._settings = settings
        self._now = now

    def check(self) -> None:
        """See `Authority.check`. There is nothing to look at."""

    def certify(self, request: CertificationRequest) -> CertificateChain:
        """See `Authority.certify`.

        Raises:
            RunPausedError: the certificate, or the file of its issuers, is not there yet.
            ConfigError: another request lies where this one would be written.
        """
        files = self._files(request)
        missing = [path for path in files if not path.exists()]
        if missing:
            csr = _write_once(request.exchange_dir.absolute() / f"{request.role}.csr", csr_pem(request))
            raise _paused(request.run, csr, missing)
        certificates = [certificate for path in files for certificate in read_certificates(path)]
        return checked_chain(certificates, request.key_pair, at=self._now())

    def _files(self, request: CertificationRequest) -> list[Path]:
        configured = self._settings.certificate
        certificate = Path(configured) if configured is not None else request.exchange_dir / f"{request.role}.pem"
        issuers = [] if self._settings.issuers is None else [Path(self._settings.issuers)]
        return [path.expanduser().absolute() for path in (certificate, *issuers)]


def _write_once(path: Path, octets: bytes) -> Path:
    """Write a file, or find it there with the same content."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(octets)
    except FileExistsError:
        if path.read_bytes() != octets:
            raise ConfigError(
                f"{path} holds another request and is not overwritten", hint="move that file away, then resume the run"
            ) from None
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}", hint="check the folder and its rights") from None
    return path


def _paused(run: str, csr: Path, missing: list[Path]) -> RunPausedError:
    awaited = " and ".join(str(path) for path in missing)
    return RunPausedError(
        f"the certification request is in {csr}; the run waits for {awaited}",
        hint=f"have your authority certify {csr.name}, put certificate and issuers (to the root) there, "
        f"then `keyexchange run --resume {run}`",
    )


AUTHORITY = AuthorityKind("csr", ExchangeSettings, ExchangeAuthority)
