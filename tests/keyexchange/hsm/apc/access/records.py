"""A key's record, for tests that need no key material."""

from __future__ import annotations

from keyexchange.hsm.clock import utc_now
from keyexchange.hsm.records import Home, KeyClass, KeyOrigin, KeyRecord, KeyState
from keyexchange.keys import KcvMethod, KeyAlgorithm


def key_record(home: Home, key_id: str = "kwapwa6qaifllw2h", state: KeyState = KeyState.CREATE_COMPLETE) -> KeyRecord:
    return KeyRecord(
        id=key_id,
        account=home.account,
        region=home.region,
        key_class=KeyClass.SYMMETRIC_KEY,
        usage="K0",
        algorithm=KeyAlgorithm.AES_128,
        mode_of_use="B",
        exportable=True,
        enabled=True,
        state=state,
        origin=KeyOrigin.AWS_PAYMENT_CRYPTOGRAPHY,
        kcv="ABCDEF",
        kcv_method=KcvMethod.CMAC,
        created_at=utc_now(),
    )
