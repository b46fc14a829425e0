"""AWS Payment Cryptography's API, answered by the software HSM."""

from keyexchange.hsm.apc.context import ACCOUNT
from keyexchange.hsm.apc.credentials import (
    ACCESS_KEY_VARIABLE,
    REHEARSAL,
    REHEARSAL_ACCESS_KEY,
    REHEARSAL_SECRET_KEY,
    SECRET_KEY_VARIABLE,
    find_identities,
    lets_everybody_in,
)
from keyexchange.hsm.apc.endpoint import Endpoint
from keyexchange.hsm.apc.entry import Entry
from keyexchange.hsm.apc.identities import one_pair
from keyexchange.hsm.apc.protocol import Origin, Request, Response
from keyexchange.hsm.apc.quotas import AWS_QUOTAS, QUOTA_NAMES, Quotas, with_figure
from keyexchange.hsm.apc.sigv4 import Credentials

__all__ = [
    "ACCESS_KEY_VARIABLE",
    "ACCOUNT",
    "AWS_QUOTAS",
    "QUOTA_NAMES",
    "REHEARSAL",
    "REHEARSAL_ACCESS_KEY",
    "REHEARSAL_SECRET_KEY",
    "SECRET_KEY_VARIABLE",
    "Credentials",
    "Endpoint",
    "Entry",
    "Origin",
    "Quotas",
    "Request",
    "Response",
    "find_identities",
    "lets_everybody_in",
    "one_pair",
    "with_figure",
]
