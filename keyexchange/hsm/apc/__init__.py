"""AWS Payment Cryptography's API, answered by the software HSM."""

from keyexchange.hsm.apc.context import ACCOUNT
from keyexchange.hsm.apc.credentials import (
    ACCESS_KEY_VARIABLE,
    REHEARSAL,
    REHEARSAL_ACCESS_KEY,
    REHEARSAL_SECRET_KEY,
    SECRET_KEY_VARIABLE,
    find_credentials,
)
from keyexchange.hsm.apc.endpoint import Endpoint
from keyexchange.hsm.apc.entry import Entry
from keyexchange.hsm.apc.http import Application
from keyexchange.hsm.apc.quotas import CONTROL_PLANE_PER_SECOND, RequestQuota
from keyexchange.hsm.apc.sigv4 import Credentials

__all__ = [
    "ACCESS_KEY_VARIABLE",
    "ACCOUNT",
    "CONTROL_PLANE_PER_SECOND",
    "REHEARSAL",
    "REHEARSAL_ACCESS_KEY",
    "REHEARSAL_SECRET_KEY",
    "SECRET_KEY_VARIABLE",
    "Application",
    "Credentials",
    "Endpoint",
    "Entry",
    "RequestQuota",
    "find_credentials",
]
