"""The resource policies of keys: parsed once, and no cost while there is none."""

from __future__ import annotations

import time
from collections.abc import Callable

from keyexchange.hsm import iam
from keyexchange.hsm.apc.identifiers import key_arn
from keyexchange.hsm.cache import LeastRecentlyUsed
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord

LOOK_SECONDS = 1.0
"""How long a policy that another process has put may go unseen while there was none before. IAM, too, is eventually
consistent. Source: IAM User Guide, "Troubleshoot IAM", "Changes that I make are not always immediately visible"."""
_PARSED = 256


class KeyPolicies:
    """The policies of one device's keys.

    Args:
        hsm: the device.
        clock: seconds that only go forward.
    """

    def __init__(self, hsm: Hsm, clock: Callable[[], float] = time.monotonic) -> None:
        self._hsm = hsm
        self._clock = clock
        self._shared = hsm.store.kind != "sqlite"
        self._seen_changes = -1
        self._looked_at = 0.0
        self._exist = False
        self._parsed: LeastRecentlyUsed[iam.Policy] = LeastRecentlyUsed(_PARSED)

    def exist(self) -> bool:
        """Whether any key has a policy. Call it while reading the store."""
        if self._seen_changes != self._hsm.policies.changes or self._is_stale():
            self._seen_changes = self._hsm.policies.changes
            self._looked_at = self._clock()
            self._exist = self._hsm.policies.any()
        return self._exist

    def _is_stale(self) -> bool:
        """Only other processes change the table behind our back."""
        return self._shared and self._clock() - self._looked_at >= LOOK_SECONDS

    def of(self, record: KeyRecord | None) -> iam.Policy | None:
        """The policy of a key, as far as `exist` has seen.

        A replica has none. Source: AWS Payment Cryptography User Guide, "Resource-based policies", "Considerations".
        """
        if not self._exist or record is None or record.replica_region is not None:
            return None
        text = self._hsm.policies.get(record.id)
        if text is None:
            return None
        arn = key_arn(record.home, record.id)
        return self._parsed.get(f"{arn} {text}", lambda: iam.parse_key_policy(text, arn))
