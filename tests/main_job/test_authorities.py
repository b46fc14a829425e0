"""The run pauses for a person's certification authority and goes on with what it gives."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki
from keyexchange.crypto import rsa
from keyexchange.errors import RunPausedError, TrustError
from tests.main_job.site import Site

CSR = {"certificate_authority": {"kind": "csr"}, "keys": []}


class Authority:
    """A root and an intermediate that signs, as a company has them."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.root_key, self.key = rsa.generate(2048), rsa.generate(2048)
        self.root = pki.issue_root("Company Root", self.root_key, days=90, now=self.now)
        self.intermediate = pki.issue_intermediate(
            "Company HSM CA", self.key.public_key(), self.root, self.root_key, days=60, now=self.now
        )

    def sign(self, csr: Path) -> list[x509.Certificate]:
        request = csr.read_bytes()
        leaf = pki.issue_from_csr(request, self.intermediate, self.key, purpose="sign", days=30, now=self.now)
        return [leaf, self.intermediate, self.root]


def write(path: Path, certificates: list[x509.Certificate]) -> None:
    path.write_bytes(b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates))


def test_csr_out_certificate_in(site: Site) -> None:
    pause, report = site.run_failing(RunPausedError, **CSR)
    assert pause.exit_code == 10
    assert report is not None
    assert report.state == "paused"
    folder = site.folder / "runs" / report.run
    assert str(folder / "kdh.csr") in pause.message + (pause.hint or "")
    again, _ = site.run_failing(RunPausedError, resume=report.run, **CSR)
    assert again.message == pause.message, "asking again too early changes nothing"
    write(folder / "kdh.pem", Authority().sign(folder / "kdh.csr"))
    assert site.run(resume=report.run, **CSR).state == "finished"
    assert {name: len(keys) for name, keys in site.arrived().items()} == {"kek": 1}
    assert len(site.anchors()) == 2, "root and intermediate"


def test_a_certificate_for_another_key_is_refused_and_can_be_replaced(site: Site) -> None:
    _, report = site.run_failing(RunPausedError, **CSR)
    assert report is not None
    folder = site.folder / "runs" / report.run
    authority = Authority()
    other = pki.issue_leaf(
        "another key",
        rsa.generate(2048).public_key(),
        authority.intermediate,
        authority.key,
        purpose="sign",
        days=30,
        now=authority.now,
    )
    write(folder / "kdh.pem", [other, authority.intermediate, authority.root])
    error, _ = site.run_failing(TrustError, resume=report.run, **CSR)
    assert error.category == "key_mismatch"
    assert not site.anchors()
    write(folder / "kdh.pem", authority.sign(folder / "kdh.csr"))
    assert site.run(resume=report.run, **CSR).state == "finished"
