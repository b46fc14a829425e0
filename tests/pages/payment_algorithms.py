"""The section of docs/reference/payment-algorithms.md that says who else believes each algorithm."""

# ruff: noqa: E501  # rows of tables

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[1] / "vectors"
PAGE = Path(__file__).parents[2] / "docs/reference/payment-algorithms.md"
TITLE, NEXT = "## Checked by\n", "## PIN blocks\n"

ABOUT = """\
Written from the figures in `tests/vectors` by `python -m tests.pages`. Each algorithm gives the figures that others have
published, or what their programs give for inputs drawn at random. *Standard*: figures that stand in a published standard
or in IBM's documentation. *AWS*: figures of its user guide or samples, or that its live service accepted, as users of it
report. *Other programs*: figures in their tests. *Libraries*: the figures were computed with them, or the tests compare
with them as they run.

"""
ALONE = """
No other source could be found for these; what they rest on is said in their sections:

| What | Rests on |
|---|---|
| American Express CSC of PANs that begin with 34; letters behind the fifth digit | one simulator's source, nickntg/thalessimulatorlibrary |
| derived CAVV (CardHolderVerificationValue); Discover dCVV | conventions of ours: no description is public |
| AS 2805: KPE, KEK validation under 82 and 84 | AWS's Python samples alone; their partner's node works with it |
| AS 2805: KEK validation under 82C0 and 84C0 | assumed after 82 and 84 |
| counter XOR for American Express scripts; American Express's PIN change | IBM CCA's description; no figures |
| EMV 2000 scripts' padding | our reading of EMV Book 2 |

No public page has figures of EMV Book 2's own or of ISO 9564: those here are of programs, of the standards of DUKPT and of
IBM. That a PAN of twelve digits is taken for a PIN block of format 0 or 3, with a zero on the left of the eleven that are
left without the check digit, is our reading; psec refuses such a PAN.

For the validation of a KEK, J8k3/CyberChef answers the complement of the cryptogram it was sent, which AWS's samples do
not take; no test holds to it. AWS's user guide prints one CSC and one ARPC (method 2): the key of the first is not
public, and the second is not what EMV Book 2 and pyemv give.

"""


@dataclass(frozen=True)
class Row:
    """An algorithm, and where its figures are.

    Args:
        name: of the algorithm.
        file: in tests/vectors, without its ending.
        operations: of vectors, any of them.
        of: which of these.
        compared: libraries that the tests run beside.
    """

    name: str
    file: str
    operations: tuple[str, ...]
    of: Callable[[dict[str, Any]], bool] = lambda _: True
    compared: tuple[str, ...] = ()


def _mac(*algorithms: str) -> Callable[[dict[str, Any]], bool]:
    return lambda inputs: inputs["algorithm"].startswith(algorithms)


_BLOCKS = ("clear_pin_block", "encrypt_pin_block", "translate", "translate_pin_data", "refuse_clear_block")
ROWS = (
    Row("PIN blocks, formats 0 to 3", "pin", _BLOCKS, compared=("psec",)),
    Row("PIN blocks, format 4", "pin", ("iso4",), compared=("psec",)),
    Row("Visa PVV", "pin", ("visa_pvv", "verify_pin_pvv"), compared=("psec",)),
    Row("IBM 3624", "pin", ("ibm3624", "verify_pin_ibm3624"), compared=("psec",)),
    Row("CVV, CVV2, iCVV", "card", ("cvv",), compared=("psec",)),
    Row("CAVV", "card", ("cavv",)),
    Row("American Express CSC", "card", ("amex_csc",)),
    Row("dCVV", "card", ("dcvv",)),
    Row("CVC3", "card", ("cvc3",), compared=("pyemv",)),
    Row("TDES DUKPT", "dukpt_tdes", ("derive", "next_ksn", "ksn_valid", "dukpt_data_key", "dukpt_pin_key")),
    Row("AES DUKPT", "dukpt_aes", ("derive", "next_ksn", "aes_dukpt_pin_key")),
    Row("MACs under DUKPT keys", "mac", ("dukpt_mac",)),
    Row("ISO 9797-1 paddings", "mac", ("pad",), compared=("psec",)),
    Row("ISO 9797-1 algorithm 1", "mac", ("mac",), _mac("iso9797_1"), ("psec",)),
    Row("ISO 9797-1 algorithm 3; AS 2805.4.1 MAC", "mac", ("mac",), _mac("iso9797_3"), ("psec",)),
    Row("CMAC, TDES", "mac", ("mac",), _mac("cmac_tdes")),
    Row("CMAC, AES", "mac", ("mac",), _mac("cmac_aes")),
    Row("HMAC", "mac", ("mac",), _mac("hmac")),
    Row("Data encryption: ECB, CBC, CFB, OFB", "data", ("encrypt",)),
    Row("EMV master keys", "emv", ("icc_master_key", "cryptogram"), compared=("pyemv",)),
    Row("EMV session keys", "emv", ("session_key", "cvn_flow", "cryptogram"), compared=("pyemv",)),
    Row("EMV cryptograms and responses", "emv", ("cryptogram", "cvn_flow"), compared=("pyemv",)),
    Row("EMV cryptograms in AWS's guide", "apc_data", ("verify_auth_request_cryptogram",)),
    Row("EMV script MACs", "emv", ("script_mac", "cvn_flow"), compared=("pyemv",)),
    Row("EMV PIN change", "emv", ("pin_change", "cvn_flow"), compared=("pyemv",)),
)
_RSA = "| Data encryption: RSA | RFC 8017's formulas | | | OpenSSL, by pyca cryptography |\n"

_AWS = {
    "J8k3/aws-payment-cryptography-hsm-proxy": "live",
    "aws-samples/": "samples",
    "AWS Payment Cryptography User Guide": "user guide",
}
_STANDARDS = ("ANSI ", "NIST ", "RFC ", "IBM ")
_LIBRARIES = {"psec": "psec", "pyemv": "pyemv", "openssl": "OpenSSL", "pycryptodome": "pycryptodome",
              "cryptography": "pyca cryptography"}  # fmt: skip


def page() -> str:
    """The page with its section written anew."""
    before, rest = PAGE.read_text("utf-8").split(TITLE)
    return f"{before}{TITLE}{ABOUT}{''.join(_table())}{ALONE}{NEXT}{rest.partition(NEXT)[2]}"


def others(row: Row) -> tuple[list[str], list[str], list[str], list[str]]:
    """Standards, AWS, other programs and libraries that an algorithm is held against."""
    standards, aws, programs, libraries = set(), set(), set(), {*row.compared}
    for vector in _vectors(row):
        for source in vector["source"].split("; ") if vector["origin"] == "public" else ():
            found = next((name for start, name in _AWS.items() if source.startswith(start)), None)
            if found:
                aws.add(found)
            elif source.startswith(_STANDARDS):
                standards.add(source.partition(",")[0].partition(" (")[0])
            else:
                programs.add(_program(source))
        libraries |= {name for each in vector.get("verified_by", []) for key, name in _LIBRARIES.items() if key == each}
    return sorted(standards), sorted(aws), sorted(programs), sorted(libraries)


def _vectors(row: Row) -> Iterator[dict[str, Any]]:
    document = json.loads((VECTORS / f"{row.file}.json").read_text("utf-8"))
    return (each for each in document["vectors"] if each["op"] in row.operations and row.of(each["inputs"]))


def _program(source: str) -> str:
    """A repository; the one page that is none is called by what it is."""
    name = source.partition(":")[0]
    return name if "/" in name and " " not in name else "a worked example of PBOC"


def _table() -> Iterable[str]:
    yield "| Algorithm | Standard | AWS | Other programs | Libraries |\n|---|---|---|---|---|\n"
    for row in ROWS:
        yield f"| {row.name} | {' | '.join(', '.join(each) for each in others(row))} |\n"
    yield _RSA
