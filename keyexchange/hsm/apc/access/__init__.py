"""May they? Asked before every operation of both planes."""

from keyexchange.hsm.apc.access.authorizer import Authorizer
from keyexchange.hsm.apc.access.naming import Naming, naming_of

__all__ = ["Authorizer", "Naming", "naming_of"]
