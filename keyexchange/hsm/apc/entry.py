"""Who may come in: from a request's signature to who asks, and where from."""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.identities import Identity, Source
from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.apc.protocol import Request
from keyexchange.hsm.apc.sigv4 import Caller, Credentials, Verifier
from keyexchange.hsm.clock import utc_now
from keyexchange.hsm.records import Home

_KEPT = 1024


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody who is in.

    Args:
        context: what the operation gets to know.
        identity: whose policies count.
    """

    context: Context
    identity: Identity


class Entry:
    """Both planes' entry; they share one signing name.

    Args:
        source: gives those who are let in.
    """

    def __init__(self, source: Source) -> None:
        # signatures are held against the machine's time, which is the callers' too, whatever time the device has
        self._verifier = Verifier(load(CONTROL_PLANE).signing_name, utc_now)
        self._source = source
        self._admissions: dict[Caller, Admission] = {}

    def admit(self, request: Request) -> Admission:
        """Who sent a request, if its signature is right.

        Raises:
            ApiError: as `Verifier.verify`.
        """
        identities = self._source()

        def find(access_key_id: str) -> Credentials | None:
            identity = identities.get(access_key_id)
            return identity.credentials if identity else None

        caller = self._verifier.verify(request, find)
        identity = identities[caller.access_key_id]
        kept = self._admissions.get(caller)
        if kept is None or kept.identity is not identity:
            if len(self._admissions) >= _KEPT:
                self._admissions.clear()
            context = Context(Home(identity.principal.account, caller.region), identity.principal)
            kept = self._admissions[caller] = Admission(context, identity)
        return kept
