"""X.509 as a key exchange needs it: read certificates, verify a chain, issue from a small authority.

The modules are loaded with the first name that is asked for: they bring both X.509 libraries, a tenth of the time in
which a server of software keys starts, and its first requests mostly need none.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

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

_MODULES = {
    "curve_algorithm": "certificates",
    "describe": "certificates",
    "describe_identifier": "certificates",
    "fingerprint": "certificates",
    "issuer_and_serial": "certificates",
    "load": "certificates",
    "load_all": "certificates",
    "require_identifier": "certificates",
    "rsa_algorithm": "certificates",
    "rsa_public_key": "certificates",
    "subject_text": "certificates",
    "to_der": "certificates",
    "ChainReport": "chain",
    "verify_chain": "chain",
    "OutdatedList": "crl",
    "Revocation": "crl",
    "RevocationList": "crl",
    "check_revocation": "crl",
    "load_crl": "crl",
    "read_list": "crl",
    "load_csr": "csr",
    "AuthorityKey": "issue",
    "SubjectKey": "issue",
    "distinguished_name": "issue",
    "issue_from_csr": "issue",
    "issue_intermediate": "issue",
    "issue_leaf": "issue",
    "issue_root": "issue",
    "Allowance": "purpose",
    "Purpose": "purpose",
    "require_purpose": "purpose",
    "build_csr": "request",
}


def __getattr__(name: str) -> Any:
    """A name of `__all__`, from the module that has it. Source: PEP 562."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found
