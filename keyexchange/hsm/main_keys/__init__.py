"""The hierarchy above the customers' keys: region main key, profile main key, customer keys.

APC describes its own hierarchy so: a main key of the region in the HSMs, a main key of the profile under it, customer
keys in key blocks under that. Here the region main key is a file in the state directory, which a passphrase, a key file
or AWS KMS may protect; without them, who reads the file and the database has every key. It is no secure cryptographic
device. Source: AWS Payment Cryptography User Guide, "Key hierarchy" in the chapter on cryptographic details.
"""

from keyexchange.hsm.main_keys.profile import ProfileKeys
from keyexchange.hsm.main_keys.protection import PROTECTIONS, Protection
from keyexchange.hsm.main_keys.region import REGION_KEY_FILE, RegionKey, RegionKeyFile
from keyexchange.hsm.main_keys.rotation import Keeping, Rotated, alone, finish_region_rotation, finish_rotation, rotate
from keyexchange.hsm.main_keys.unlocking import KEY_FILE_VARIABLE, PASSPHRASE_VARIABLE, Unlocking

__all__ = [
    "KEY_FILE_VARIABLE",
    "PASSPHRASE_VARIABLE",
    "PROTECTIONS",
    "REGION_KEY_FILE",
    "Keeping",
    "ProfileKeys",
    "Protection",
    "RegionKey",
    "RegionKeyFile",
    "Rotated",
    "Unlocking",
    "alone",
    "finish_region_rotation",
    "finish_rotation",
    "rotate",
]
