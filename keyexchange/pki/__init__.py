"""X.509 as a key exchange needs it: read certificates, verify a chain, issue from a small authority.

The modules are loaded with the first name that is asked for: they bring both X.509 libraries, a tenth of the time in
which a server of software keys starts, and its first requests mostly need none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyexchange.lazy import names_of

if TYPE_CHECKING:
    from keyexchange.pki.certificates import (
        curve_algorithm,
        describe,
        describe_identifier,
        fingerprint,
        issuer_and_serial,
        load,
        load_all,
        require_identifier,
        rsa_algorithm,
        rsa_public_key,
        subject_text,
        to_der,
    )
    from keyexchange.pki.chain import ChainReport, verify_chain
    from keyexchange.pki.crl import OutdatedList, Revocation, RevocationList, check_revocation, load_crl, read_list
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
    from keyexchange.pki.purpose import Allowance, Purpose, require_purpose
    from keyexchange.pki.request import build_csr

__all__ = [
    "Allowance",
    "AuthorityKey",
    "ChainReport",
    "OutdatedList",
    "Purpose",
    "Revocation",
    "RevocationList",
    "SubjectKey",
    "build_csr",
    "check_revocation",
    "curve_algorithm",
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
    "read_list",
    "require_identifier",
    "require_purpose",
    "rsa_algorithm",
    "rsa_public_key",
    "subject_text",
    "to_der",
    "verify_chain",
]

__getattr__ = names_of(
    __name__,
    {
        "certificates": (
            "curve_algorithm",
            "describe",
            "describe_identifier",
            "fingerprint",
            "issuer_and_serial",
            "load",
            "load_all",
            "require_identifier",
            "rsa_algorithm",
            "rsa_public_key",
            "subject_text",
            "to_der",
        ),
        "chain": ("ChainReport", "verify_chain"),
        "crl": ("OutdatedList", "Revocation", "RevocationList", "check_revocation", "load_crl", "read_list"),
        "csr": ("load_csr",),
        "issue": (
            "AuthorityKey",
            "SubjectKey",
            "distinguished_name",
            "issue_from_csr",
            "issue_intermediate",
            "issue_leaf",
            "issue_root",
        ),
        "purpose": ("Allowance", "Purpose", "require_purpose"),
        "request": ("build_csr",),
    },
)
