"""Who may come in: from a request's signature to who asks, and where from."""

from __future__ import annotations

from keyexchange.hsm.apc.context import ACCOUNT, Context, Principal
from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.apc.protocol import Request
from keyexchange.hsm.apc.sigv4 import Credentials, Verifier
from keyexchange.hsm.clock import utc_now
from keyexchange.hsm.records import Home

USER = "rehearsal"


class Entry:
    """Both planes' entry; they share one signing name.

    Args:
        credentials: the pair that is let in.
        account: of the one user there is.
    """

    def __init__(self, credentials: Credentials, *, account: str = ACCOUNT) -> None:
        # signatures are held against the machine's time, which is the callers' too, whatever time the device has
        self._verifier = Verifier(credentials, load(CONTROL_PLANE).signing_name, utc_now)
        self._principal = Principal(f"arn:aws:iam::{account}:user/{USER}", account)

    def admit(self, request: Request) -> Context:
        """The surroundings of a request whose signature is right.

        Raises:
            ApiError: as `Verifier.verify`.
        """
        caller = self._verifier.verify(request)
        return Context(Home(self._principal.account, caller.region), self._principal)
