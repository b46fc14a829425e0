"""What the store keeps, as named tuples: a server waits for these before all else, and a dataclass takes ten times as
long to make. Clear key material is never among it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from keyexchange.keys import KcvMethod, KeyAlgorithm


class KeyClass(StrEnum):
    """What kind of key material a key holds, spelled as APC spells it."""

    SYMMETRIC_KEY = "SYMMETRIC_KEY"
    ASYMMETRIC_KEY_PAIR = "ASYMMETRIC_KEY_PAIR"
    PUBLIC_KEY = "PUBLIC_KEY"


class KeyState(StrEnum):
    """Where a key is in its life, spelled as APC spells it.

    CREATE_FAILED is in the user guide ("Multi-party approval"), not yet in the model's enum.
    """

    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_FAILED = "CREATE_FAILED"
    CREATE_COMPLETE = "CREATE_COMPLETE"
    DELETE_PENDING = "DELETE_PENDING"
    DELETE_COMPLETE = "DELETE_COMPLETE"


class KeyOrigin(StrEnum):
    """Where the key material was made, spelled as APC spells it."""

    EXTERNAL = "EXTERNAL"
    AWS_PAYMENT_CRYPTOGRAPHY = "AWS_PAYMENT_CRYPTOGRAPHY"


class Home(NamedTuple):
    """Where a key, an alias or a token belongs: nobody sees it from anywhere else."""

    account: str
    region: str


class KeyRecord(NamedTuple):
    """One customer key.

    Args:
        id: 16 lower-case letters and digits.
        account: twelve digits.
        region: where the key was made; of a replica, its Primary Region.
        usage: code of X9.143 table 2, "K0".
        mode_of_use: code of X9.143 table 4, "B".
        kcv: hex digits.
        derive_key_usage: for a key agreement key pair: the usage code of what is derived with it.
        block: the key material as a TR-31 version D block under the profile main key; None for a public key and for
            a key that was deleted.
        certificate: DER of an imported public key certificate.
        issuer_id: id of the key whose certificate issued this one; None for a root.
        multi_region: whether it has replicas.
        default_regions: whether those are the region's default ones.
        mpa_session: id of the approval session of its import.
        approval_until: the end of that session, while the import waits for it.
        replica_region: where this record was looked up, when that is a replica's region; not kept with the key.
    """

    id: str
    account: str
    region: str
    key_class: KeyClass
    usage: str
    algorithm: KeyAlgorithm
    mode_of_use: str
    exportable: bool
    enabled: bool
    state: KeyState
    origin: KeyOrigin
    kcv: str
    kcv_method: KcvMethod
    created_at: datetime
    usage_start_at: datetime | None = None
    usage_stop_at: datetime | None = None
    delete_pending_at: datetime | None = None
    deleted_at: datetime | None = None
    derive_key_usage: str | None = None
    block: str | None = None
    certificate: bytes | None = None
    issuer_id: str | None = None
    multi_region: bool = False
    default_regions: bool = False
    mpa_session: str | None = None
    approval_until: datetime | None = None
    replica_region: str | None = None

    @property
    def home(self) -> Home:
        """Account and region; a replica's is where it was replicated to."""
        return Home(self.account, self.replica_region or self.region)


class AliasRecord(NamedTuple):
    """A friendly name, of one key or of none yet.

    Args:
        name: with its "alias/".
    """

    home: Home
    name: str
    key_id: str | None


class MainKeyRecord(NamedTuple):
    """A main key of the profile, wrapped under a main key of the region.

    Args:
        generation: of the profile main key, from 1; customer keys are sealed under the newest.
        under: generation of the region main key, from 1. During a rotation a key is there under two of them.
        block: a TR-31 version D block.
    """

    generation: int
    under: int
    block: str


class TokenKind(StrEnum):
    """What a token is for."""

    IMPORT = "IMPORT"
    EXPORT = "EXPORT"


class TokenRecord(NamedTuple):
    """An import or export token: names a key pair of the service.

    Args:
        id: "import-token-" or "export-token-" and 16 letters and digits.
        material_type: the exchange it serves, "TR34_KEY_BLOCK".
        algorithm: of the key pair.
        block: the private key as a TR-31 version D block under the profile main key.
        certificate: DER; the token ends with it.
    """

    id: str
    account: str
    region: str
    kind: TokenKind
    material_type: str
    algorithm: KeyAlgorithm
    block: str
    certificate: bytes
    created_at: datetime
    valid_until: datetime


class CertifiedKey(NamedTuple):
    """A key with the certificate that was issued for it.

    Args:
        name: what it belongs to: the service's authority, or a key's id.
        block: the private key as a TR-31 version D block; None where the key is kept elsewhere.
        certificate: DER.
    """

    name: str
    block: str | None
    certificate: bytes
    valid_until: datetime


class SessionStatus(StrEnum):
    """What became of an approval session, spelled as APC spells it."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    FAILED = "FAILED"


class ProtectedOperation(StrEnum):
    """What waits for an approval session."""

    IMPORT_KEY = "ImportKey"
    ASSOCIATE = "AssociateMpaTeam"
    DISASSOCIATE = "DisassociateMpaTeam"


class ApprovalSession(NamedTuple):
    """One request for the approval of a team.

    Args:
        id: a UUID.
        team_arn: who is to approve.
        status: as it was recorded; see `status_at`.
        comment: the requester's.
        subject: what is approved: the id of an imported key, or the ARN of the next team.
    """

    id: str
    account: str
    region: str
    operation: ProtectedOperation
    team_arn: str
    status: SessionStatus
    initiated_at: datetime
    expires_at: datetime
    comment: str | None = None
    subject: str | None = None

    @property
    def home(self) -> Home:
        """Account and region."""
        return Home(self.account, self.region)

    def status_at(self, now: datetime) -> SessionStatus:
        """What became of it by then: a session that nobody settled in time has failed."""
        expired = self.status is SessionStatus.PENDING and self.expires_at <= now
        return SessionStatus.FAILED if expired else self.status


class TeamAssociation(NamedTuple):
    """The approval team of a protected operation.

    Args:
        action: as APC spells it, "IMPORT_ROOT_PUBLIC_KEY_CERTIFICATE".
        session: id of the last session about the association itself.
    """

    home: Home
    action: str
    team_arn: str
    session: str | None = None
