"""Renders docs/reference/data-plane.md from the tables: `python -m tests.data_plane_page` writes it anew."""

# ruff: noqa: E501  # rows of tables

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from keyexchange.hsm.apc import data
from keyexchange.hsm.apc.context import DATA
from keyexchange.hsm.apc.data.uses import Use
from keyexchange.hsm.apc.model import DATA_PLANE, load
from keyexchange.hsm.apc.quotas import AWS_QUOTAS
from keyexchange.keys import KeyAlgorithm
from tests.keyexchange.hsm.apc.data.guide import DIFFERENT

assert data.__all__  # importing them declares the operations

PAGE = Path(__file__).parent.parent / "docs/reference/data-plane.md"

ABOUT = """\
# The data plane of the software HSM

Written from the code by `python -m tests.data_plane_page`; a test holds it there. `keyexchange serve --apc-port 8080`
answers both APIs of AWS Payment Cryptography on one port: give `--endpoint-url` to the AWS CLI, or `endpoint_url` to a
`payment-cryptography-data` client. The formulas behind the operations: [payment algorithms](payment-algorithms.md).

## Operations
"""

KEYS = """\
## Which keys an operation takes
Usage, algorithm and mode of use must all fit; else the answer is a ValidationException, and so it is for a key that is
disabled, waiting for its deletion or deleted. A key that does not exist is a ResourceNotFoundException. What a check
value, MAC, PIN or cryptogram does not verify is a VerificationFailedException with its reason.

Source: AWS Payment Cryptography User Guide, "Valid keys for cryptographic operations"; where a row differs from it, the
second table says why. Modes: B encrypt and decrypt, E encrypt, D decrypt, C generate and
verify, G generate, V verify, X derive, N no restrictions.

"""

WRAPPED = """\
## Keys that come with the request
`WrappedKey` brings a working key that is used once and not kept. The key identifier is then that of the key that
protects it, and so is `KeyArn` in the answer; `KeyCheckValue` is the working key's own.

| Member | The identifier names | The working key |
|---|---|---|
| `Tr31KeyBlock` | a KEK (K0 or K1) that may unwrap | D0 or P0, with the mode that the operation needs; not stronger than the KEK |
| `DiffieHellmanSymmetricKey` | a key agreement key pair (K3) whose DeriveKeyUsage is D0 or P0; without one it derives PIN keys (P0) alone | derived; not stronger than the curve |

The other side's certificate must be issued by the authority that `CertificateAuthorityPublicKeyIdentifier` names, and
in date. TranslateKeyMaterial takes a K3 key pair whose DeriveKeyUsage is K0 or K1; the header of the key goes along,
optional blocks too, but for `PB` and `KP`, which belong to the old block.

## Where AWS's documents leave something open
What is done here, and on what ground. *Live*: users of the service report it
(J8k3/aws-payment-cryptography-hsm-proxy, its grounding report; aws-samples/samples-for-payment-cryptography-service).

| Question | Here | Ground |
|---|---|---|
| length of an ISO 9797-1 MAC without MacLength | 4 octets; the guide's example shows 8 | live |
| a message under an M1, M3 or M0 key that ends within a block | filled with zeros, though the guide wants it padded | live |
| a message under DUKPT (ISO 9797-1) and EMV keys | must come padded to whole blocks | live |
| least message of CMAC and under DUKPT | 8 octets | live |
| length of a MAC that VerifyMac takes without MacLength | of 8 octets, 4 or all; else 4 or more | live |
| SessionKeyDerivationValue of EmvMac | counter for EMV2000, AMEX and VISA; cryptogram for EMV_COMMON and MASTERCARD | live |
| the same, UNION_PAY | counter | assumed |
| default length of EmvMac | 8 octets | assumed |
| HMAC under a TDES or AES key of usage M7, Algorithm HMAC | SHA-256 | assumed |
| DukptKeyVariant when absent | REQUEST, as the data of AWS's Java sample are | sample |
| DukptKeyDerivationType when absent | TDES_2KEY; under an AES key its own algorithm | assumed |
| Mode of Emv when absent | CBC, as documented for DUKPT | assumed |
| PaddingType beside a symmetric mode, an IV beside ECB | without effect | assumed |
| CFB and OFB | whole blocks, as every mode | guide |
| Asymmetric without PaddingType | plain RSA over data that the caller has padded | guide |
| digits that VerifyPinData compares for Ibm3624Pin | as many as PinDataLength says, 4 without it, from the right of PIN and offset alike | guide; the offset's side assumed |
| PinDataLength beside VisaPin, when verified | without effect: a PVV covers the first four digits | assumed |
| PinData of Ibm3624NaturalPin and Ibm3624PinFromOffset | an offset of zeros; the offset of the request | assumed |
| EncryptedPinBlock of GeneratePinData for a PIN that the request brings | the request's | assumed |
| card keys of dynamic card values | option A; PAN sequence number 00 for Discover's | assumed |
| option B for a PAN of 16 digits or fewer | refused | live |
| TransactionData that end within a block | refused; the guide wants them padded | assumed |
| what an ARPC of method 1 is under | the session key; for Mastercard's own session keys the card's master key | as pyemv and jPOS |
| an ARPC of method 2 | as EMV Book 2 has it; the guide's one example shows another value | standard |
| GenerateMacEmvPinChange: EncryptedPinBlock, Mac | the enciphered block; over MessageData and that block, padding method 2 | guide's example |
| the format of CurrentEncryptedPinBlock | PinBlockFormat | assumed |
| decimalization tables of few digits | refused: eight different digits at least, none more than four times, as payment HSMs have it | assumed |
| DeriveKeyUsage of a key pair, when absent | P0 alone, which AWS's ECDH samples need: one usage, as every key has | assumed |
| TranslatePinData from format 0, 3 or 4 to format 1 | refused: its blocks open for any card (PCI PIN Security Requirements, 3-3) | assumed |
| counters of DUKPT | keys are derived for any counter, zero and those that devices skip too | assumed |
| parity of TDES keys that come wrapped or are derived | not looked at: keys of DUKPT and ECDH have none, and DES ignores it | assumed |
| DES's weak keys as parts of a TDES key | taken, but equal parts are refused: they make it single DES | assumed |
| masks of a KEK validation's answer | 84 to 82; 84C0 to 82C0 | sample; the second assumed |
| zero octets in SharedInformation | taken, though the reference says there must be none; AWS's own sample draws it at random | sample |

## What leads to a PIN
No member of an answer is a clear PIN. Whoever may call several operations, or one very often, can still come to PINs:

| Way | Here |
|---|---|
| an offset under a decimalization table that tells the natural PIN: with sixteen zeros it is the PIN | closed for tables of few digits: refused |
| the offsets of one PIN under two tables that nobody refuses: where they differ tells each digit of the natural PIN, and so the PIN | open: it is the method. Who may choose the table learns PINs: let nobody call GeneratePinData with V1 keys who may not |
| an offset, for who knows one PIN under the same validation data and key: offsets differ as their PINs do | open: it is the method. Let few call GeneratePinData with V1 keys |
| TranslatePinData to a key agreed by ECDH, then DecryptData under it | closed: such a key is for PINs or for data |
| GenerateMacEmvPinChange, then DecryptData with Emv, the same E1 key and the same session data: the answer is the clear PIN block | left open: the guide allows E1 keys for both, so AWS may answer too. Use other E1 keys for PIN changes than for data, and let nobody who may call GenerateMacEmvPinChange call DecryptData with those keys |
| TranslatePinData from format 0 or 3 with a PAN that is not the one of the block: error or none narrows down a digit, dozens of times a PIN | left open: it is in the formats, and AWS refuses such blocks too. Use format 4, and policies that let few translate |
| VerifyPinData with one guess after the other | left open, as an issuer's host counts wrong PINs |

## Known differences from AWS
| AWS | Here |
|---|---|
| ReEncryptData from one stored symmetric key to another is refused, as two users report; the reference allows it | served |
| VerifyPinData with DUKPT and VisaPin answers a 500, as a user reports | served |
| its words for refusals are mostly not public | its first words where they are known, then ours |
| runs in certified HSMs | keys are in the memory of a process: for rehearsals and tests |

Opened keys, card master keys and the keys of recent DUKPT transactions stay in memory, bounded and least recently used
first out. A change to a key or an alias counts at once; one made by another process on the same PostgreSQL database,
after a quarter of a second at most.

"""


def page() -> str:
    """The whole page."""
    return (
        "\n".join(
            [
                ABOUT + "\n".join(_operations()),
                "",
                KEYS + "\n".join(_uses()),
                "",
                *_differences(),
                "",
                WRAPPED + "\n".join(_quotas()),
            ]
        )
        + "\n"
    )


def _operations() -> Iterator[str]:
    served = DATA.declared
    yield f"{len(served)} of the model's {len(load(DATA_PLANE).operations)} operations are served."
    yield ""
    yield "| Operation | Path | Module |"
    yield "|---|---|---|"
    for name, operation in sorted(load(DATA_PLANE).operations.items()):
        module = served[name].handler.__module__.rpartition(".")[2] if name in served else "not served"
        yield f"| {name} | `{operation.uri}` | `{module}` |"


def _uses() -> Iterator[str]:
    yield "| For | Usage | Algorithms | Modes |"
    yield "|---|---|---|---|"
    for use in Use:
        usages, modes = " ".join(sorted(use.usages)), " ".join(sorted(use.modes))
        yield f"| {use.operations} | {usages} | {_sizes(use.algorithms)} | {modes} |"


def _differences() -> Iterator[str]:
    yield "| A row that is not the guide's | Why |"
    yield "|---|---|"
    for use in Use:
        if use in DIFFERENT:
            yield f"| {use.operations} | {DIFFERENT[use].reason} |"


def _sizes(algorithms: frozenset[KeyAlgorithm]) -> str:
    """Algorithms with their sizes side by side: "TDES 2KEY 3KEY, AES 128"."""
    families: dict[str, list[str]] = {}
    for algorithm in KeyAlgorithm:
        if algorithm in algorithms:
            family, _, size = algorithm.value.partition("_")
            families.setdefault(family, []).append(size.removeprefix("NIST_"))
    return ", ".join(" ".join([family, *sizes]) for family, sizes in families.items())


def _quotas() -> Iterator[str]:
    yield "## Quotas"
    yield (
        f"With `--quotas`, {AWS_QUOTAS.data_plane_symmetric:.0f} requests a second with symmetric keys and "
        f"{AWS_QUOTAS.data_plane_asymmetric:.0f} with key pairs (RSA, ECDH), as AWS has them; what is beyond gets a "
        "ThrottlingException."
    )


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
