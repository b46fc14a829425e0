"""Certificate authorities for the certificates of a run: made for the run, from files, or through a person.

Those that are a service live with their vendor and are found by entry point like these.
"""

from keyexchange.authority.checks import checked_chain, csr_pem, issuers_upwards, read_certificates
from keyexchange.authority.contract import Authority, AuthorityKind, utc_now
from keyexchange.authority.exchange import ExchangeAuthority, ExchangeSettings
from keyexchange.authority.files import FilesAuthority, FilesSettings
from keyexchange.authority.local import LocalAuthority, LocalSettings

__all__ = [
    "Authority",
    "AuthorityKind",
    "ExchangeAuthority",
    "ExchangeSettings",
    "FilesAuthority",
    "FilesSettings",
    "LocalAuthority",
    "LocalSettings",
    "checked_chain",
    "csr_pem",
    "issuers_upwards",
    "read_certificates",
    "utc_now",
]
