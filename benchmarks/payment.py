"""Payment algorithms against psec and pyemv, key objects kept as a server keeps them.

The derived keys of DUKPT and EMV are made anew for each message, as they are in life; the rest of the cost is theirs.
Where no public library knows an operation, its time alone is shown.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

from psec import mac as psec_mac
from pyemv import ac, kd

from benchmarks import pins
from benchmarks.measure import microseconds, per_call, side_by_side
from keyexchange.crypto import AesKey, TdesKey
from keyexchange.payment import dukpt_aes, dukpt_tdes, mac
from keyexchange.payment.data import CipherMode, encrypt
from keyexchange.payment.dukpt_aes import AesKeyType, AesKsn, AesUsage
from keyexchange.payment.dukpt_tdes import TdesKsn, TdesUsage
from keyexchange.payment.emv import cryptograms, master_keys, session_keys
from keyexchange.secret import Secret

OCTETS = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
KEY = TdesKey(Secret(OCTETS))
AES = AesKey(Secret(bytes(range(16))))
AES_256 = AesKey(Secret(bytes(range(32))))
MESSAGE = bytes(range(200))
TRANSACTION = MESSAGE[:37]
PAN, SEQUENCE, COUNTER = "4111111111111111", "00", bytes.fromhex("001C")
USUAL_TDES = TdesKsn(bytes.fromhex("FFFF9876543210E00015"))
WORST_TDES = TdesKsn(bytes.fromhex("FFFF9876543210EFFC00"))
USUAL_AES = AesKsn(bytes.fromhex("123456789012345600000015"))
WORST_AES = AesKsn(bytes.fromhex("1234567890123456FFFF0000"))

Row = tuple[str, Callable[[], object], Callable[[], object] | None]


def emv_ours() -> bytes:
    """Card key, session key and cryptogram of one transaction."""
    card = master_keys.icc_master_key_a(KEY, PAN, SEQUENCE)
    return cryptograms.application_cryptogram(session_keys.common_of_counter(card, COUNTER), TRANSACTION)


def emv_theirs() -> bytes:
    """The same with pyemv."""
    card = kd.derive_icc_mk_a(OCTETS, PAN, SEQUENCE)
    session = kd.derive_common_sk(card, COUNTER + bytes(6))
    return ac.generate_ac(session, TRANSACTION, ac.PaddingType.EMV)


ROWS: list[Row] = [
    (
        "retail MAC, 200 octets",
        partial(mac.iso9797_algorithm_3, KEY, MESSAGE),
        partial(psec_mac.generate_retail_mac, OCTETS[:8], OCTETS[8:], MESSAGE, 1),
    ),
    (
        "CBC-MAC, 200 octets",
        partial(mac.iso9797_algorithm_1, KEY, MESSAGE),
        partial(psec_mac.generate_cbc_mac, OCTETS, MESSAGE, 1, algorithm=psec_mac.Algorithm.DES),
    ),
    ("CMAC AES, 200 octets", partial(mac.cmac, AES, MESSAGE), None),
    ("HMAC SHA-256, 200 octets", partial(mac.hmac_mac, AES.secret, MESSAGE, mac.HmacHash.SHA_256), None),
    ("TDES DUKPT, 3 steps", partial(dukpt_tdes.derive, KEY, USUAL_TDES, TdesUsage.PIN), None),
    ("TDES DUKPT, 10 steps", partial(dukpt_tdes.derive, KEY, WORST_TDES, TdesUsage.DATA_REQUEST), None),
    ("AES DUKPT, 3 steps", partial(dukpt_aes.derive, AES, USUAL_AES, AesUsage.PIN, AesKeyType.AES_128), None),
    ("AES DUKPT, 16 steps", partial(dukpt_aes.derive, AES_256, WORST_AES, AesUsage.PIN, AesKeyType.AES_256), None),
    ("EMV cryptogram", emv_ours, emv_theirs),
    (
        "EMV 2000 session key",
        partial(session_keys.emv2000, KEY, COUNTER),
        partial(kd.derive_emv2000_tree_sk, OCTETS, COUNTER),
    ),
    ("TDES CBC, 2048 octets", partial(encrypt, KEY, CipherMode.CBC, bytes(2048)), None),
    ("AES CFB128, 2048 octets", partial(encrypt, AES, CipherMode.CFB128, bytes(2048)), None),
    ("AES CFB1, 16 octets", partial(encrypt, AES, CipherMode.CFB1, bytes(16)), None),
]


def main() -> None:
    """Print a line for each operation."""
    warnings.simplefilter("ignore")  # psec and pyemv use names that cryptography deprecates
    assert emv_ours() == emv_theirs()
    print(f"{'Payment algorithms':<26}       ours   psec, pyemv     ratio")
    for name, ours, theirs in [*ROWS, *pins.ROWS]:
        if theirs is None:
            print(f"{name:<26} {microseconds(per_call(ours))}")
            continue
        mine, other = side_by_side([ours, theirs], rounds=40, seconds=0.02)
        print(f"{name:<26} {microseconds(mine)}  {microseconds(other)}  {other / mine:6.1f}x")


if __name__ == "__main__":
    main()
