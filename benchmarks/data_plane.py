"""The data plane of the software HSM: what an operation costs beyond HTTP, and how many a second one worker holds.

Cost is processor time, so that other work on the machine does not count: of the operation (look-up of the key,
cryptography, answer), and with the validation of its input. Load is sent over
loopback by another process, which shares the cores.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from keyexchange.hsm import ServeOptions, running
from keyexchange.hsm.apc import REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY, model
from keyexchange.hsm.apc.context import DATA
from keyexchange.hsm.device import Hsm, open_hsm
from keyexchange.keys import KeyAlgorithm
from tests.keyexchange.hsm.apc.data.desk import CONTEXT, Desk

LIMIT_MICROSECONDS = 150
QUOTA = 500
LONGEST_P99 = 0.020
SECONDS = 5
CONNECTIONS = 16
PAN, SEQUENCE = "4111111111111111", "00"
TDES_KSN, AES_KSN = "FFFF9876543210E00015", "123456789012345600000015"
MESSAGE = "31" * 64
LONGEST_DATA = 2048
"""Octets: the most that the model lets pass."""
AMEX_PAN = "371449635398431"
COUNTED = {"PanSequenceNumber": SEQUENCE, "ApplicationTransactionCounter": "001C"}
NUMBER = {"UnpredictableNumber": "00112233"}
IBM_3624 = {
    "DecimalizationTable": "0123456789012345", "PinValidationData": PAN[:12], "PinValidationDataPadCharacter": "F",
}  # fmt: skip
SESSIONS: dict[str, dict[str, str]] = {
    "EmvCommon": {"ApplicationTransactionCounter": "001C"},
    "Emv2000": {"ApplicationTransactionCounter": "001C"},
    "Mastercard": {"ApplicationTransactionCounter": "001C", **NUMBER},
    "UnionPay": {"ApplicationTransactionCounter": "001C"},
    "Visa": {},
    "Amex": {},
}

TRANSACTIONS = 1500
"""DUKPT transactions in turn: of one device that counts, as in life, or of as many devices, more than are kept."""


class Asked(NamedTuple):
    """One operation with its input; of DUKPT, from one device that counts, or from a new device each time; of EMV, of
    one card or of a new one each time."""

    name: str
    operation: str
    request: dict[str, Any]
    new_devices: bool = False
    new_cards: bool = False

    @property
    def is_dukpt(self) -> bool:
        """Whether the input has a key serial number."""
        return any(ksn in json.dumps(self.request) for ksn in (TDES_KSN, AES_KSN))

    def in_turn(self) -> Iterator[dict[str, Any]]:
        """The input for ever; of DUKPT, with one key serial number after the other."""
        text = json.dumps(self.request)
        if self.new_cards:
            pans = [f"{PAN[:6]}{number:010}" for number in range(1, TRANSACTIONS + 1)]
            return itertools.cycle([json.loads(text.replace(PAN, pan)) for pan in pans])
        if not self.is_dukpt:
            return itertools.repeat(self.request)
        serial = _of_device if self.new_devices else _of_counter
        return itertools.cycle(
            [
                json.loads(text.replace(TDES_KSN, serial(TDES_KSN, number)).replace(AES_KSN, serial(AES_KSN, number)))
                for number in range(1, TRANSACTIONS + 1)
            ]
        )


def _of_counter(ksn: str, number: int) -> str:
    return f"{ksn[:-4]}{number:04X}"


def _of_device(ksn: str, number: int) -> str:
    return f"{ksn[:4]}{number:08X}{ksn[12:]}"


def from_new_devices(asked: list[Asked]) -> list[Asked]:
    """Those of DUKPT again, from devices of which nothing is kept: the initial key and three steps, each time."""
    return [each._replace(name=f"{each.name}, new device", new_devices=True) for each in asked if each.is_dukpt]


def from_new_cards(asked: list[Asked]) -> list[Asked]:
    """Those of EMV again, of cards of which nothing is kept. What is verified is of one card alone, so not these."""
    of_emv = [each for each in asked if "MajorKeyDerivationMode" in json.dumps(each.request)]
    return [
        each._replace(name=f"{each.name}, new card", new_cards=True)
        for each in of_emv
        if not each.operation.startswith("Verify")
    ]


def operations(desk: Desk) -> tuple[list[Asked], list[Asked]]:
    """Every symmetric operation: first what the mixed load is made of, then the other methods."""
    keys = {
        usage: desk.key(usage, algorithm, mode)
        for usage, algorithm, mode in (
            ("C0", "TDES_2KEY", "C"), ("D0", "AES_128", "B"), ("E0", "TDES_2KEY", "X"), ("E1", "TDES_2KEY", "X"),
            ("E2", "TDES_2KEY", "X"), ("K0", "TDES_2KEY", "B"), ("M1", "TDES_2KEY", "C"), ("M3", "TDES_2KEY", "C"),
            ("M6", "AES_128", "C"), ("M7", "HMAC_SHA256", "C"), ("P0", "TDES_2KEY", "B"), ("V2", "TDES_2KEY", "C"),
            ("V1", "TDES_2KEY", "C"), ("B0", "TDES_2KEY", "X"), ("E4", "TDES_2KEY", "X"), ("E6", "TDES_2KEY", "X"),
            ("M0", "TDES_2KEY", "C"),
        )
    }  # fmt: skip
    aes_pin, aes_bdk = desk.key("P0", "AES_128", "B"), desk.key("B0", "AES_128", "X")
    new = desk.ask(
        "GeneratePinData",
        GenerationKeyIdentifier=keys["V2"],
        EncryptionKeyIdentifier=keys["P0"],
        PrimaryAccountNumber=PAN,
        PinBlockFormat="ISO_FORMAT_0",
        GenerationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1}},
    )
    card = {"MajorKeyDerivationMode": "EMV_OPTION_A", "PrimaryAccountNumber": PAN, "PanSequenceNumber": SEQUENCE}
    of_card = {"PrimaryAccountNumber": PAN, "PanSequenceNumber": SEQUENCE}
    session = {"EmvCommon": {**of_card, **SESSIONS["EmvCommon"]}}
    arqc = {
        "KeyIdentifier": keys["E0"],
        "TransactionData": MESSAGE,
        "MajorKeyDerivationMode": "EMV_OPTION_A",
        "SessionKeyDerivationAttributes": session,
    }
    cryptogram = desk.ask("GenerateAuthRequestCryptogram", **arqc)["AuthRequestCryptogram"]
    cvv = {"CardVerificationValue1": {"CardExpiryDate": "2912", "ServiceCode": "101"}}
    value = desk.ask(
        "GenerateCardValidationData", KeyIdentifier=keys["C0"], PrimaryAccountNumber=PAN, GenerationAttributes=cvv
    )["ValidationData"]
    emv_mac = {
        "EmvMac": {
            **card,
            "SessionKeyDerivationMode": "VISA",
            "SessionKeyDerivationValue": {"ApplicationTransactionCounter": "001C"},
        }
    }
    from_pan = {"IsoFormat0": {"PrimaryAccountNumber": PAN}}

    def mac(name: str, key: str, attributes: dict[str, Any]) -> Asked:
        request = {"KeyIdentifier": key, "MessageData": MESSAGE, "GenerationAttributes": attributes}
        return Asked(f"GenerateMac {name}", "GenerateMac", request)

    def cipher(name: str, key: str, attributes: dict[str, Any]) -> Asked:
        request = {"KeyIdentifier": key, "PlainText": MESSAGE, "EncryptionAttributes": attributes}
        return Asked(f"EncryptData {name}", "EncryptData", request)

    def long_data(mode: str) -> Asked:
        request = {"KeyIdentifier": keys["D0"], "PlainText": "31" * LONGEST_DATA}
        attributes = {"EncryptionAttributes": {"Symmetric": {"Mode": mode}}}
        return Asked(f"EncryptData AES {mode}, {LONGEST_DATA} octets", "EncryptData", request | attributes)

    def pin_change(name: str, scheme: dict[str, Any]) -> Asked:
        # format 1, which has no PAN, so that one block is good for every card
        block = desk.ask(
            "GeneratePinData",
            GenerationKeyIdentifier=keys["V2"],
            EncryptionKeyIdentifier=keys["P0"],
            PrimaryAccountNumber=PAN,
            PinBlockFormat="ISO_FORMAT_1",
            GenerationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1}},
        )["EncryptedPinBlock"]
        request = {
            "NewPinPekIdentifier": keys["P0"],
            "NewEncryptedPinBlock": block,
            "PinBlockFormat": "ISO_FORMAT_1",
            "SecureMessagingIntegrityKeyIdentifier": keys["E2"],
            "SecureMessagingConfidentialityKeyIdentifier": keys["E1"],
            "MessageData": "8424000018010203",
            "DerivationMethodAttributes": scheme,
        }
        return Asked(f"GenerateMacEmvPinChange {name}", "GenerateMacEmvPinChange", request)

    def pin(member: str, **details: Any) -> Asked:
        request = {
            "GenerationKeyIdentifier": keys["V1"],
            "EncryptionKeyIdentifier": keys["P0"],
            "PrimaryAccountNumber": PAN,
            "PinBlockFormat": "ISO_FORMAT_0",
            "GenerationAttributes": {member: IBM_3624 | details},
        }
        return Asked(f"GeneratePinData {member}", "GeneratePinData", request)

    def card_value(member: str, usage: str, **details: str) -> Asked:
        request = {
            "KeyIdentifier": keys[usage],
            "PrimaryAccountNumber": AMEX_PAN if member.startswith("Amex") else PAN,
            "GenerationAttributes": {member: details},
        }
        return Asked(f"GenerateCardValidationData {member}", "GenerateCardValidationData", request)

    def validation(member: str, **details: str) -> Asked:
        request = {"KeyIdentifier": keys["K0"], "RandomKeySendVariantMask": "VARIANT_MASK_82"}
        kind = {"KekValidationType": {member: details}}
        return Asked(f"GenerateAs2805KekValidation {member}", "GenerateAs2805KekValidation", request | kind)

    def translate(name: str, key: str, to: dict[str, Any], **further: Any) -> Asked:
        request = {
            "IncomingKeyIdentifier": keys["P0"],
            "OutgoingKeyIdentifier": key,
            "EncryptedPinBlock": new["EncryptedPinBlock"],
            "IncomingTranslationAttributes": from_pan,
            "OutgoingTranslationAttributes": to,
            **further,
        }
        return Asked(f"TranslatePinData {name}", "TranslatePinData", request)

    chosen = desk.ask("GeneratePinData", **pin("Ibm3624RandomPin").request)
    usual = [
        mac("ISO 9797-1 algorithm 1", keys["M1"], {"Algorithm": "ISO9797_ALGORITHM1"}),
        mac("ISO 9797-1 algorithm 3", keys["M3"], {"Algorithm": "ISO9797_ALGORITHM3"}),
        mac("CMAC", keys["M6"], {"Algorithm": "CMAC"}),
        mac("HMAC", keys["M7"], {"Algorithm": "HMAC"}),
        mac("EMV", keys["E2"], emv_mac),
        mac("TDES DUKPT", keys["B0"], {"DukptCmac": {"KeySerialNumber": TDES_KSN, "DukptKeyVariant": "REQUEST"}}),
        mac("AES DUKPT", aes_bdk, {"DukptCmac": {"KeySerialNumber": AES_KSN, "DukptKeyVariant": "REQUEST"}}),
        cipher("AES CBC", keys["D0"], {"Symmetric": {"Mode": "CBC"}}),
        cipher("TDES DUKPT", keys["B0"], {"Dukpt": {"KeySerialNumber": TDES_KSN}}),
        cipher("AES DUKPT", aes_bdk, {"Dukpt": {"KeySerialNumber": AES_KSN}}),
        cipher("EMV", keys["E1"], {"Emv": {**card, "SessionDerivationData": "001C000000000000"}}),
        translate("ISO 0 to ISO 3", keys["P0"], {"IsoFormat3": {"PrimaryAccountNumber": PAN}}),
        translate("TDES to AES, ISO 4", aes_pin, {"IsoFormat4": {"PrimaryAccountNumber": PAN}}),
        translate("to TDES DUKPT", keys["B0"], from_pan, OutgoingDukptAttributes={"KeySerialNumber": TDES_KSN}),
        Asked("VerifyPinData Visa", "VerifyPinData", {
            "VerificationKeyIdentifier": keys["V2"], "EncryptionKeyIdentifier": keys["P0"],
            "EncryptedPinBlock": new["EncryptedPinBlock"], "PrimaryAccountNumber": PAN,
            "PinBlockFormat": "ISO_FORMAT_0",
            "VerificationAttributes": {
                "VisaPin": {"PinVerificationKeyIndex": 1, "VerificationValue": new["PinData"]["VerificationValue"]}
            },
        }),
        Asked("GeneratePinData Visa", "GeneratePinData", {
            "GenerationKeyIdentifier": keys["V2"], "EncryptionKeyIdentifier": keys["P0"],
            "PrimaryAccountNumber": PAN, "PinBlockFormat": "ISO_FORMAT_0",
            "GenerationAttributes": {"VisaPin": {"PinVerificationKeyIndex": 1}},
        }),
        Asked("GenerateCardValidationData CVV", "GenerateCardValidationData", {
            "KeyIdentifier": keys["C0"], "PrimaryAccountNumber": PAN, "GenerationAttributes": cvv,
        }),
        Asked("VerifyCardValidationData CVV", "VerifyCardValidationData", {
            "KeyIdentifier": keys["C0"], "PrimaryAccountNumber": PAN, "VerificationAttributes": cvv,
            "ValidationData": value,
        }),
        Asked("VerifyAuthRequestCryptogram", "VerifyAuthRequestCryptogram", {
            **arqc, "AuthRequestCryptogram": cryptogram,
            "AuthResponseAttributes": {"ArpcMethod1": {"AuthResponseCode": "3030"}},
        }),
    ]  # fmt: skip
    return usual, [
        Asked("VerifyAuthRequestCryptogram method 2", "VerifyAuthRequestCryptogram", {
            **arqc, "AuthRequestCryptogram": cryptogram,
            "AuthResponseAttributes": {"ArpcMethod2": {"CardStatusUpdate": "12345678"}},
        }),
        *(Asked(f"GenerateAuthRequestCryptogram {name}", "GenerateAuthRequestCryptogram", {
            **arqc, "SessionKeyDerivationAttributes": {name: {**of_card, **more}}
        }) for name, more in SESSIONS.items()),
        pin_change("Mastercard", {"Mastercard": {**card, "ApplicationCryptogram": "0102030405060708"}}),
        pin_change("Visa", {"Visa": {
            **card, "ApplicationTransactionCounter": "001C", "AuthorizationRequestKeyIdentifier": keys["E0"],
        }}),
        Asked("GeneratePinData VisaPinVerificationValue", "GeneratePinData", {
            **pin("Ibm3624NaturalPin").request, "GenerationKeyIdentifier": keys["V2"],
            "GenerationAttributes": {"VisaPinVerificationValue": {
                "EncryptedPinBlock": new["EncryptedPinBlock"], "PinVerificationKeyIndex": 1,
            }},
        }),
        pin("Ibm3624NaturalPin"),
        pin("Ibm3624RandomPin"),
        pin("Ibm3624PinFromOffset", PinOffset="1234"),
        pin("Ibm3624PinOffset", EncryptedPinBlock=new["EncryptedPinBlock"]),
        card_value("CardVerificationValue2", "C0", CardExpiryDate="2912"),
        card_value("AmexCardSecurityCodeVersion1", "C0", CardExpiryDate="2912"),
        card_value("AmexCardSecurityCodeVersion2", "C0", CardExpiryDate="2912", ServiceCode="000"),
        card_value("DynamicCardVerificationCode", "E4", **COUNTED, **NUMBER, TrackData="31" * 19),
        card_value("DynamicCardVerificationValue", "E6", **COUNTED, CardExpiryDate="2912", ServiceCode="101"),
        card_value("CardHolderVerificationValue", "E6", **COUNTED, **NUMBER),
        validation("KekValidationRequest", DeriveKeyAlgorithm="TDES_2KEY"),
        validation("KekValidationResponse", RandomKeySend="31" * 16),
        Asked("VerifyMac CMAC", "VerifyMac", {
            "KeyIdentifier": keys["M6"], "MessageData": MESSAGE, "VerificationAttributes": {"Algorithm": "CMAC"},
            "Mac": desk.ask("GenerateMac", **mac("CMAC", keys["M6"], {"Algorithm": "CMAC"}).request)["Mac"],
        }),
        Asked("VerifyPinData IBM 3624", "VerifyPinData", {
            "VerificationKeyIdentifier": keys["V1"], "EncryptionKeyIdentifier": keys["P0"],
            "EncryptedPinBlock": chosen["EncryptedPinBlock"], "PrimaryAccountNumber": PAN,
            "PinBlockFormat": "ISO_FORMAT_0",
            "VerificationAttributes": {"Ibm3624Pin": IBM_3624 | chosen["PinData"]},
        }),
        mac("AS 2805.4.1", keys["M0"], {"Algorithm": "AS2805_4_1"}),
        Asked("DecryptData AES CBC", "DecryptData", {
            "KeyIdentifier": keys["D0"], "CipherText": MESSAGE, "DecryptionAttributes": {"Symmetric": {"Mode": "CBC"}},
        }),
        Asked("ReEncryptData AES CBC to TDES DUKPT", "ReEncryptData", {
            "IncomingKeyIdentifier": keys["D0"], "OutgoingKeyIdentifier": keys["B0"], "CipherText": MESSAGE,
            "IncomingEncryptionAttributes": {"Symmetric": {"Mode": "CBC"}},
            "OutgoingEncryptionAttributes": {"Dukpt": {"KeySerialNumber": TDES_KSN}},
        }),
        *(long_data(mode) for mode in ("CBC", "CFB", "OFB", "CFB64", "CFB8", "CFB1")),
    ]  # fmt: skip


_ROUND_SECONDS = 0.02


def processor_time(function: Callable[[], object], *, calls: int = 200, rounds: int = 40) -> float:
    """Seconds of processor time a call, the best of many short rounds: a shared core has few quiet moments."""
    function()
    begin = time.process_time()
    function()
    calls = max(1, min(calls, int(_ROUND_SECONDS / max(time.process_time() - begin, 1e-6))))
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        for _ in range(calls):
            function()
        times.append((time.process_time() - begin) / calls)
    return min(times)


def costs(desk: Desk, asked: list[Asked]) -> None:
    """A line for each operation."""
    print(f"{'Data plane, one core':<44}  operation, with validation   limit {LIMIT_MICROSECONDS} us")
    for each in asked:
        alone = processor_time(_alone(desk, each))
        whole = processor_time(_whole(desk, each))
        mark = "" if whole * 1e6 <= LIMIT_MICROSECONDS else "  OVER"
        print(f"{each.name:<44} {alone * 1e6:7.1f} us      {whole * 1e6:7.1f} us{mark}")


def _alone(desk: Desk, asked: Asked) -> Callable[[], object]:
    handler, requests = DATA.declared[asked.operation].handler, asked.in_turn()
    return lambda: handler(desk.hsm, CONTEXT, next(requests))


def _whole(desk: Desk, asked: Asked) -> Callable[[], object]:
    requests = asked.in_turn()
    return lambda: desk.ask(asked.operation, **next(requests))


class Load(NamedTuple):
    """What a rate of requests came to."""

    wanted: float
    held: float
    median: float
    p99: float
    failed: int


def signed(url: str, path: str, body: bytes) -> bytes:
    """A whole HTTP request."""
    request = AWSRequest(method="POST", url=url + path, data=body, headers={"content-type": "application/json"})
    SigV4Auth(Credentials(REHEARSAL_ACCESS_KEY, REHEARSAL_SECRET_KEY), "payment-cryptography", "us-east-1").add_auth(
        request
    )
    host = url.removeprefix("http://")
    lines = [f"POST {path} HTTP/1.1", f"host: {host}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def send(url: str, requests: list[bytes], rate: float, seconds: float) -> Load:
    """Send at a steady rate over kept connections; a request's time begins when it is due, not when it is sent."""
    host, _, port = url.removeprefix("http://").partition(":")
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    times: list[float] = []
    failed = 0

    async def connection() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(host, int(port))
        while (item := await due.get()) is not None:
            at, request = item
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            times.append(time.perf_counter() - at)
            failed += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    workers = [asyncio.create_task(connection()) for _ in range(CONNECTIONS)]
    begin = time.perf_counter()
    for number in range(int(rate * seconds)):
        at = begin + number / rate
        if (wait := at - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        due.put_nowait((at, requests[number % len(requests)]))
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    held = len(times) / (time.perf_counter() - begin)
    cuts = quantiles(times, n=100)
    return Load(rate, held, cuts[49], cuts[98], failed)


def _serve(state_dir: Path, addresses: Any, stop: Any) -> None:
    options = ServeOptions(state_dir, apc_port=0, authority_algorithm=KeyAlgorithm.RSA_2048)
    with running(options) as served:
        addresses.put(served.apc_url)
        stop.wait()


@contextmanager
def worker(state_dir: Path) -> Iterator[str]:
    """The server in a process of its own; its URL."""
    context = multiprocessing.get_context("spawn")
    addresses, stop = context.Queue(), context.Event()
    process = context.Process(target=_serve, args=(state_dir, addresses, stop))
    process.start()
    try:
        yield addresses.get(timeout=60)
    finally:
        stop.set()
        process.join()


def load(state_dir: Path, asked: list[Asked]) -> None:
    """A mixed load at AWS's quota, and at higher rates until it is not held."""
    uris = {name: operation.uri for name, operation in model.load(model.DATA_PLANE).operations.items()}
    print(f"Mixed load, one worker over loopback, {CONNECTIONS} connections, {SECONDS} s each")
    with worker(state_dir) as url:
        requests = [
            signed(url, _path(uris[each.operation], each.request), json.dumps(each.request).encode()) for each in asked
        ]
        gc.disable()
        for rate in (QUOTA, 750, 1000, 1500, 2000):
            done = asyncio.run(send(url, requests, rate, SECONDS))
            mark = "held" if done.p99 <= LONGEST_P99 and not done.failed else "not held"
            print(
                f"{done.wanted:6.0f} a second wanted, {done.held:6.0f} answered, median {done.median * 1e3:6.2f} ms, "
                f"p99 {done.p99 * 1e3:7.2f} ms, {done.failed} failed: {mark}"
            )
            if done.held < 0.95 * rate:
                break
        gc.enable()


def _path(uri: str, request: dict[str, Any]) -> str:
    before, brace, rest = uri.partition("{")
    if not brace:
        return uri
    member, _, after = rest.partition("}")
    return before + str(request[member]).replace(":", "%3A").replace("/", "%2F") + after


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        hsm: Hsm = open_hsm(Path(folder))
        desk = Desk(hsm)
        usual, further = operations(desk)
        asked = usual + further
        costs(desk, [*asked, *from_new_devices(asked), *from_new_cards(asked)])
        hsm.close()
        print()
        load(Path(folder), usual)


if __name__ == "__main__":
    main()
