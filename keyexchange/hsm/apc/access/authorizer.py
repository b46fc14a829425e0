"""The answer to the questions: AccessDeniedException, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from keyexchange.hsm.apc.access.key_policies import KeyPolicies
from keyexchange.hsm.apc.access.naming import Naming, naming_of
from keyexchange.hsm.apc.entry import Admission
from keyexchange.hsm.apc.model import Operation
from keyexchange.hsm.apc.protocol import Origin
from keyexchange.hsm.device import Hsm

if TYPE_CHECKING:
    from keyexchange.hsm.apc.access.judgement import Judge


class Authorizer:
    """Decides about the operations of one API.

    Args:
        hsm: the device; its tags, aliases and key policies count.
        operations: of the API's model.
    """

    def __init__(self, hsm: Hsm, operations: Mapping[str, Operation]) -> None:
        self._hsm = hsm
        self._naming: Callable[[str], Naming] = cache(lambda name: naming_of(operations[name].input))
        self._key_policies = KeyPolicies(hsm)

    def require(self, operation: str, admission: Admission, origin: Origin, values: Mapping[str, Any]) -> None:
        """Refuse what the policies do not allow.

        Without a policy anywhere, whoever is in may do everything in the own account, and nothing in another.

        Args:
            operation: its name.
            admission: who asks.
            origin: where from.
            values: the input, validated.

        Raises:
            ApiError: AccessDeniedException.
        """
        naming = self._naming(operation)
        with self._hsm.store.reading():
            key_policies_exist = self._key_policies.exist()
            limited = key_policies_exist or not admission.identity.unlimited
            if limited or naming.foreign(values, admission.context.home.account):
                self._judge.require(operation, admission, origin, values, with_policies=key_policies_exist)

    @cached_property
    def _judge(self) -> Judge:
        """Loaded with the first request that needs one: on most servers nobody has a policy."""
        from keyexchange.hsm.apc.access.judgement import Judge  # noqa: PLC0415  # see above

        return Judge(self._hsm, self._naming, self._key_policies)
