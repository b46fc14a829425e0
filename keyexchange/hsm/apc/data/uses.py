"""Which keys an operation takes: usage, algorithm and mode of use, as a table.

Source: AWS Payment Cryptography User Guide, "Valid keys for cryptographic operations". Where that table is silent, or
contradicts AWS's own examples, the row says what was taken instead.
"""

from __future__ import annotations

from enum import Enum

from keyexchange.hsm.apc.attributes import USAGE_NAMES
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.rules import AES, BLOCK, ECC, HMAC, RSA, TDES
from keyexchange.keys import KeyAlgorithm

_DOUBLE = frozenset({KeyAlgorithm.TDES_2KEY})
_BDK = _DOUBLE | AES
_ENCRYPT = frozenset("BEN")
_DECRYPT = frozenset("BDN")
_GENERATE = frozenset("CG")
_VERIFY = frozenset("CV")
_DERIVE = frozenset("X")
_DERIVE_OR_ANY = frozenset("XN")

DYNAMIC_USAGES = frozenset({"D0", "P0"})
"""Usages that a WrappedKey may have. Source: APC Data Plane API reference, EncryptData and TranslatePinData."""


class Use(Enum):
    """One thing that keys are used for, with the keys that may be.

    Args:
        usages: codes of X9.143, any of them.
        algorithms: any of them.
        modes: mode of use letters, any of them.
        operations: who asks for it, for a person.
    """

    usages: frozenset[str]
    algorithms: frozenset[KeyAlgorithm]
    modes: frozenset[str]
    operations: str

    def __init__(
        self, usages: str, algorithms: frozenset[KeyAlgorithm], modes: frozenset[str], operations: str
    ) -> None:
        self.usages = frozenset(usages.split())
        self.algorithms = algorithms
        self.modes = modes
        self.operations = operations

    ENCRYPT = "D0", BLOCK, _ENCRYPT, "EncryptData, ReEncryptData outgoing: Symmetric"
    DECRYPT = "D0", BLOCK, _DECRYPT, "DecryptData, ReEncryptData incoming: Symmetric"
    ENCRYPT_RSA = "D1", RSA, frozenset("BE"), "EncryptData, ReEncryptData outgoing: Asymmetric"
    DECRYPT_RSA = "D1", RSA, frozenset("BD"), "DecryptData, ReEncryptData incoming: Asymmetric"
    DUKPT = "B0", _BDK, _DERIVE_OR_ANY, "every operation: Dukpt"
    EMV_DATA = "E1 E6", _DOUBLE, _DERIVE, "EncryptData, DecryptData: Emv"

    GENERATE_MAC_1 = "M1", TDES, _GENERATE, "GenerateMac: ISO9797_ALGORITHM1"
    GENERATE_MAC_3 = "M3", TDES, _GENERATE, "GenerateMac: ISO9797_ALGORITHM3"  # the guide names it "M1", a slip
    GENERATE_CMAC = "M6", BLOCK, _GENERATE, "GenerateMac: CMAC"
    GENERATE_HMAC = "M7", BLOCK | HMAC, _GENERATE, "GenerateMac: HMAC"  # the guide's list is older than HMAC keys
    GENERATE_AS2805_MAC = "M0", TDES, _GENERATE, "GenerateMac: AS2805_4_1"
    VERIFY_MAC_1 = "M1", TDES, _VERIFY, "VerifyMac: ISO9797_ALGORITHM1"
    VERIFY_MAC_3 = "M3", TDES, _VERIFY, "VerifyMac: ISO9797_ALGORITHM3"
    VERIFY_CMAC = "M6", BLOCK, _VERIFY, "VerifyMac: CMAC"
    VERIFY_HMAC = "M7", BLOCK | HMAC, _VERIFY, "VerifyMac: HMAC"
    VERIFY_AS2805_MAC = "M0", TDES, _VERIFY, "VerifyMac: AS2805_4_1"

    # N alone in the guide's table, for GenerateMacEmvPinChange; its page on EMV MACs creates a key of mode X
    EMV_INTEGRITY = "E2", _DOUBLE, _DERIVE_OR_ANY, "GenerateMac, VerifyMac: EmvMac; GenerateMacEmvPinChange"
    EMV_CONFIDENTIALITY = "E1", _DOUBLE, _DERIVE, "GenerateMacEmvPinChange"
    EMV_CRYPTOGRAM = (
        "E0", _DOUBLE, _DERIVE,
        "VerifyAuthRequestCryptogram, GenerateAuthRequestCryptogram, GenerateMacEmvPinChange: Visa and Amex",
    )  # fmt: skip

    # TDES alone in the guide; AES since the model knows ISO_FORMAT_4 for these operations
    ENCRYPT_PIN = "P0", BLOCK, _ENCRYPT, "GeneratePinData, TranslatePinData outgoing"
    DECRYPT_PIN = (
        "P0", BLOCK, _DECRYPT, "VerifyPinData, TranslatePinData incoming, GeneratePinData and "
        "GenerateMacEmvPinChange of a PIN block",
    )  # fmt: skip

    # TDES_3KEY alone in the guide's table; its examples create and use TDES_2KEY
    GENERATE_PVV = "V2", TDES, _GENERATE, "GeneratePinData: VisaPin, VisaPinVerificationValue"
    VERIFY_PVV = "V2", TDES, _VERIFY, "VerifyPinData: VisaPin"
    GENERATE_IBM_3624 = "V1", TDES, _GENERATE, "GeneratePinData: Ibm3624"
    VERIFY_IBM_3624 = "V1", TDES, _VERIFY, "VerifyPinData: Ibm3624Pin"

    # of verification the guide lists Generate, which would leave a key that only verifies without an operation
    GENERATE_CVV = "C0", _DOUBLE, _GENERATE, "GenerateCardValidationData: CardVerificationValue1 and 2"
    VERIFY_CVV = "C0", _DOUBLE, _VERIFY, "VerifyCardValidationData: CardVerificationValue1 and 2"
    GENERATE_CSC = "C0", TDES, _GENERATE, "GenerateCardValidationData: AmexCardSecurityCodeVersion1 and 2"
    VERIFY_CSC = "C0", TDES, _VERIFY, "VerifyCardValidationData: AmexCardSecurityCodeVersion1 and 2"
    DYNAMIC_CODE = "E4", _DOUBLE, _DERIVE, "card validation data: DynamicCardVerificationCode"
    DYNAMIC_VALUE = (
        "E6", _DOUBLE, _DERIVE, "card validation data: DynamicCardVerificationValue, CardHolderVerificationValue, "
        "DiscoverDynamicCardVerificationCode",
    )  # fmt: skip

    # these are not in the guide's table: AWS's AS2805 samples; its text on ECDH; "Import/Export Key" there
    # what is asked is encrypted twice; to answer, it is decrypted first. AWS's samples have both modes in their KEK
    ASK_VALIDATION = "K0", TDES, _ENCRYPT, "GenerateAs2805KekValidation: KekValidationRequest"
    ANSWER_VALIDATION = "K0", TDES, frozenset("BN"), "GenerateAs2805KekValidation: KekValidationResponse"
    AGREE = "K3", ECC, _DERIVE, "DiffieHellmanSymmetricKey, TranslateKeyMaterial incoming"
    WRAP = "K0 K1", BLOCK, _ENCRYPT, "TranslateKeyMaterial outgoing"
    UNWRAP = "K0 K1", BLOCK, _DECRYPT, "WrappedKey: Tr31KeyBlock"

    @property
    def usage_names(self) -> tuple[str, ...]:
        """The usages as APC spells them."""
        return tuple(USAGE_NAMES[code] for code in sorted(self.usages))

    def require(self, usage: str, algorithm: KeyAlgorithm, mode_of_use: str | None) -> None:
        """Refuse a key that is not for this.

        Args:
            mode_of_use: None for a key that was derived with the request and has no mode of its own.

        Raises:
            ApiError: ValidationException. The first words are the service's own, as clients of it report them
                (J8k3/aws-payment-cryptography-hsm-proxy).
        """
        if usage not in self.usages:
            raise validation(
                f"KeyUsages not allowed for this operation: {USAGE_NAMES[usage]} instead of "
                f"{' or '.join(self.usage_names)}"
            )
        if algorithm not in self.algorithms:
            raise validation(
                f"KeyAlgorithm not allowed for this operation: {algorithm} instead of "
                f"{' or '.join(sorted(self.algorithms))}"
            )
        if mode_of_use is not None and mode_of_use not in self.modes:
            raise validation("KeyModesOfUse not allowed for this operation")
