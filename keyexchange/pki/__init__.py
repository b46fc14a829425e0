"""X.509 as a key exchange needs it: read certificates, verify a chain, issue from a small authority."""

from keyexchange.pki.certificates import (
    describe,
    describe_identifier,
    fingerprint,
    issuer_and_serial,
    load,
    load_all,
    require_identifier,
    rsa_public_key,
    subject_text,
    to_der,
)
from keyexchange.pki.chain import ChainReport, verify_chain
from keyexchange.pki.crl import OutdatedList, Revocation, check_revocation, load_crl
from keyexchange.pki.csr import load_csr
from keyexchange.pki.issue import (
    AuthorityKey,
    SubjectKey,
    distinguished_name,
    issue_from_csr,
    issue_intermediate,
    issue_leaf,
    issue_root,
)
from keyexchange.pki.purpose import Purpose, require_purpose

__all__ = [
    "AuthorityKey",
    "ChainReport",
    "OutdatedList",
    "Purpose",
    "Revocation",
    "SubjectKey",
    "check_revocation",
    "describe",
    "describe_identifier",
    "distinguished_name",
    "fingerprint",
    "issue_from_csr",
    "issue_intermediate",
    "issue_leaf",
    "issue_root",
    "issuer_and_serial",
    "load",
    "load_all",
    "load_crl",
    "load_csr",
    "require_identifier",
    "require_purpose",
    "rsa_public_key",
    "subject_text",
    "to_der",
    "verify_chain",
]
