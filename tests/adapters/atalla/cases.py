"""Commands and their octets: each case is read and written, by the one declaration that adapter and face share.

Those that come from outside say so; the rest show the optional parts.
"""

from __future__ import annotations

from adapters.atalla.commands import (
    Approve,
    ApproveReply,
    ChangeCardPin,
    ChangeCardPinReply,
    ChangePin,
    ChangePinReply,
    CheckDigits,
    CheckDigitsReply,
    CryptData,
    CryptDataReply,
    Echo,
    EchoReply,
    EncryptPin,
    EncryptPinReply,
    ExportBlock,
    ExportBlockReply,
    ExportCryptogram,
    ExportCryptogramReply,
    ExportTr31,
    ExportTr31Reply,
    Generate,
    GenerateCvv,
    GenerateCvvReply,
    GenerateKeyPair,
    GenerateKeyPairReply,
    GenerateReply,
    ImportBlock,
    ImportBlockReply,
    ImportCryptogram,
    ImportCryptogramReply,
    ImportTr31,
    ImportTr31Reply,
    MakeHmac,
    MakeHmacReply,
    MakeMac,
    MakeMacReply,
    ReceiveRsa,
    ReceiveRsaReply,
    ReceiveTr34,
    ReceiveTr34Reply,
    ScriptMac,
    ScriptMacReply,
    SealKey,
    SealKeyReply,
    Sign,
    SignReply,
    Status,
    StatusReply,
    TranslateDukpt,
    TranslateDukptReply,
    TranslatePin,
    TranslatePinReply,
    TrustPublicKey,
    TrustPublicKeyReply,
    VerifyArqc,
    VerifyArqcReply,
    VerifyCvv,
    VerifyCvvReply,
    VerifyMac,
    VerifyMacReply,
    VerifyPin,
    VerifyPinReply,
    Version,
    VersionReply,
)

from .conftest import BLOCKS

KBPK, CVK, PIN, OTHER_PIN = BLOCKS["aws-readme"], BLOCKS["e6-cvk"], BLOCKS["pin-1"], BLOCKS["pin-2"]
KEK = "1KDNE000,4F7EFE3F44984427CF46B823CE4BDE1839E35E6F46EB2814,26A5545D383FA701"
PUBLIC = f"1kREE000,00030100010100{'B1' * 256},2035C82024886114"
PRIVATE = f"1wRGN000,{'A5' * 40},0011223344556677"
TR31 = "B0080P0TB00E00009DAB98CCD11C83654575D5B505EDA6CD81B50EFF747782F5D3091925EE1B5D5B"
"""Recorded: com.ks.konversa.hsm."""
VERSION = "Atalla HSM AT1000-AKB Version: 8.53, Date: May 26 2023, Time: 13:50:01"
SENDER = bytes.fromhex("020101301B30153113301106035504030C0A53494D204B444820434102022002")
ENABLED = '1A,55,(4A),(A0)="4",(E2)'


CASES = [
    (Echo(text="This is a test."), b"This is a test.#"),  # the manual's sample
    (EchoReply(status="000081", text="This is a test."), b"000081#This is a test.#"),  # the manual's sample
    (Version(), b""),
    (VersionReply(version=VERSION, image="B19C", product="3"), f"{VERSION}#B19C#3#".encode()),  # recorded: KB
    (Status(selector="CONFIG-ON"), b"CONFIG-ON#"),  # recorded: GY
    (Status(selector="KEY", more=""), b"KEY##"),
    (StatusReply(fields=("9999", "MFK1", "057A", "D", "PMFK1")), b"9999#MFK1#057A#D#PMFK1#"),  # recorded: GY
    (StatusReply(fields=("D18NN4", "CONFIG-ON", ENABLED)), f"D18NN4#CONFIG-ON#{ENABLED}#".encode()),
    (StatusReply(fields=()), b""),
    (Generate(header="3PUNE000", length="D"), b"3PUNE000##D#"),  # the manual's sample
    (Generate(header="1PUNE000", kek=KEK, length="S"), f"1PUNE000#{KEK}#S#".encode()),
    (GenerateReply(key=PIN, exported="", check_digits="D2B9"), f"{PIN}##D2B9#".encode()),
    (ExportBlock(kek=KEK, key=CVK), f"#{KEK}#{CVK}#".encode()),
    (ExportBlockReply(key=CVK, check_digits="08D7"), f"{CVK}#08D7#".encode()),
    (ImportBlock(kek=KEK, key=CVK), f"#{KEK}#{CVK}#".encode()),
    (ImportBlockReply(key=CVK, check_digits="08D7"), f"{CVK}#08D7#".encode()),
    (ExportCryptogram(kek=KEK, key="G1PUNN000,16"), f"0#{KEK}#G1PUNN000,16#".encode()),  # sent by PC
    (ExportCryptogramReply(cryptogram=b"\x12" * 16, check_digits="08D7B4"), b"12" * 16 + b"#08D7B4#"),
    (
        ExportCryptogramReply(cryptogram=b"\x12" * 8, check_digits="08D7", key=PIN),
        b"12" * 8 + f"#08D7#{PIN}#".encode(),
    ),
    (ImportCryptogram(cryptogram=b"\x1a" * 16, kek=KEK), b"0#" + b"1A" * 16 + f"#{KEK}#".encode()),
    (ImportCryptogramReply(key=CVK, check_digits="08D7"), f"{CVK}#08D7#".encode()),
    (CheckDigits(method="V", key=CVK), f"V##{CVK}#".encode()),
    (CheckDigitsReply(method="V", digits="08D7B4"), b"V#08D7B4#"),  # recorded: NET
    (ExportTr31(version="B", kek=KBPK, key=CVK), f"B###{KBPK}#{CVK}#00#0##".encode()),  # AWS, octet for octet
    (
        ExportTr31(version="B", usage="M3", exportability="N", kek=KBPK, key=CVK, optional_blocks="00"),  # as JP counts
        f"B#M3#N#{KBPK}#{CVK}#00#00##".encode(),
    ),
    (ExportTr31Reply(block=TR31, check_digits="08D7"), f"{TR31}#08D7#".encode()),
    (ExportTr31Reply(block=TR31, check_digits="08D7", key=CVK), f"{TR31}#08D7#{CVK}#".encode()),
    (ImportTr31(version="1", algorithm="U", kek=KBPK, block=TR31), f"1#U#{KBPK}#{TR31}#".encode()),  # as KS sends it
    (ImportTr31Reply(key=PIN, check_digits="D2B9"), f"{PIN}#D2B9#".encode()),
    (GenerateKeyPair(usage="w", exponent=b"\x01\x00\x01", bits="2048"), b"w#010001#2048#"),  # AWS
    (
        GenerateKeyPairReply(public_key=PUBLIC, private_key=PRIVATE, check_digits="1A2B"),
        f"{PUBLIC}#{PRIVATE}#1A2B#".encode(),
    ),
    (
        GenerateKeyPairReply(public_key=PUBLIC, private_key=PRIVATE, check_digits="1A2B", slot="7"),
        f"{PUBLIC}#{PRIVATE}#1A2B#7#".encode(),
    ),
    (
        TrustPublicKey(header="1kREE000", exponent=b"\x01\x00\x01", modulus=b"\xb1" * 256),  # AWS, first step
        b"1kREE000#010001#" + b"B1" * 256 + b"##",
    ),
    (TrustPublicKeyReply(status="OK", rest=(PUBLIC,)), f"OK#{PUBLIC}#".encode()),  # AWS's readme
    (TrustPublicKeyReply(status="CHALLENGE", rest=("0123ABCD",)), b"CHALLENGE#0123ABCD#"),
    (
        Sign(message=b"\x30\x82", private_key=PRIVATE),  # AWS, certification request
        f"5#1#3082######{PRIVATE}#".encode(),
    ),
    (
        Sign(  # AWS, token
            message=b"\x31\x81",
            envelope=b"\x02\x01\x00",
            key_position=237,
            iv_position=805,
            block_position=825,
            token="A65E4B7A05CD11A8",
            private_key=PRIVATE,
        ),
        f"5#1#3181#020100#0237#805#825#A65E4B7A05CD11A8#{PRIVATE}#".encode(),
    ),
    (SignReply(first="5", signature=b"\x55" * 256), b"5#" + b"55" * 256 + b"#"),
    (
        SealKey(header="B9999K1TB00E0000", sender=SENDER, receiver=PUBLIC),  # AWS
        f"T#B9999K1TB00E0000##{SENDER.hex().upper()}#D#4#{PUBLIC}#".encode(),
    ),
    (
        SealKeyReply(
            key=KBPK, check_digits="B9EB", wrapped_key=b"\xe1" * 256, iv=b"\x1a" * 8, block=b"\xeb" * 96, token="A65E"
        ),
        f"{KBPK}#B9EB#{'E1' * 256}#{'1A' * 8}#{'EB' * 96}#A65E#".encode(),
    ),
    (
        ReceiveTr34(private_key=PRIVATE, sender=PUBLIC, nonce=b"\x01" * 8, token=b"\x30" * 64),
        f"{PRIVATE}#{PUBLIC}#{'01' * 8}#{'30' * 64}#".encode(),
    ),
    (ReceiveTr34Reply(key=KBPK, check_digits="B9EB"), f"{KBPK}#B9EB#".encode()),
    (
        ReceiveRsa(private_key=PRIVATE, hash="7", header="1PUNE000", cryptogram=b"\x77" * 256),
        f"{PRIVATE}#7#1PUNE000#{'77' * 256}#".encode(),
    ),
    (ReceiveRsaReply(key=PIN, check_digits="D2B9"), f"{PIN}#D2B9#".encode()),
    (Approve(officer="ALICE", challenge="0123ABCD"), b"ALICE#0123ABCD#"),
    (ApproveReply(status="WAITING"), b"WAITING##"),
    (ApproveReply(status="ANSWER", answer="89ABCDEF"), b"ANSWER#89ABCDEF#"),
    (GenerateCvv(key=CVK, data="41234567890123458701101"), f"3#{CVK}##41234567890123458701101#".encode()),  # E6
    (GenerateCvvReply(value="56149820", check_digits="08D7"), b"56149820#08D7##"),  # E6
    (VerifyCvv(key=CVK, data="4" * 23, value="561"), f"3#{CVK}##{'4' * 23}#561#".encode()),
    (VerifyCvvReply(verified="Y", check_digits="08D7"), b"Y#08D7##"),
    (EncryptPin(key=PIN, pin="1234", pan="123456789012"), f"{PIN}#1234#123456789012#".encode()),  # E6, GR
    (EncryptPinReply(block=b"\x0b" * 8), b"0B" * 8 + b"#"),
    (
        TranslatePin(incoming_key=PIN, outgoing_key=OTHER_PIN, block=b"\x0b" * 8, pan="123456789012"),  # E6, RT
        f"1#{PIN}#{OTHER_PIN}#{'0B' * 8}#123456789012#".encode(),
    ),
    (TranslatePinReply(block=b"\x8d" * 8, sound="Y"), b"8D" * 8 + b"#Y#"),
    (TranslatePinReply(block=b"", sound="N"), b"#N#"),
    (
        ChangePin(
            incoming_key=PIN,
            outgoing_key=OTHER_PIN,
            block=b"\x0b" * 8,
            incoming_pan="123456789012",
            outgoing_pan="987654321098",
        ),  # E6, PC
        f"#1##1#{PIN}#{OTHER_PIN}#{'0B' * 8}#123456789012#987654321098#".encode(),
    ),
    (
        ChangePinReply(block=b"\x8d" * 8, sound="Y", incoming_digits="D2B9", outgoing_digits="DDB7"),
        b"8D" * 8 + b"#Y#D2B9#DDB7##",
    ),
    (
        TranslateDukpt(  # E6, with D where it has M
            incoming_key=BLOCKS["bdk"],
            incoming_scheme="D",
            incoming_ksn="FFFF9876543210E00001",
            outgoing_key=PIN,
            outgoing_scheme="M",
            outgoing_ksn="",
            block=b"\x0b" * 8,
            incoming_pan="123456789012",
            outgoing_pan="123456789012",
        ),
        f"1#1#{BLOCKS['bdk']}#D#FFFF9876543210E00001#{PIN}#M##{'0B' * 8}#123456789012#123456789012#".encode(),
    ),
    (
        TranslateDukptReply(block=b"\x8d" * 8, sound="Y", incoming_digits="08D7", outgoing_digits="D2B9"),
        b"8D" * 8 + b"#Y#08D7#D2B9##",
    ),
    (
        VerifyPin(  # E6
            method="2",
            block=b"\x0b" * 8,
            key=PIN,
            table="0123456789012345",
            offset="0000",
            validation_data="1234567890",
            pad="F",
            check_length="4",
            verification_key=CVK,
            pan="123456789012",
        ),
        f"2#1#{'0B' * 8}#{PIN}#0123456789012345#0000#1234567890#F#4#{CVK}#123456789012#".encode(),
    ),
    (
        VerifyPin(  # E6
            method="3",
            block=b"\x0b" * 8,
            key=PIN,
            verification_key=CVK,
            pvv="1234",
            key_index="1",
            eleven="23456789012",
            pan="123456789012",
        ),
        f"3#1#{'0B' * 8}#{PIN}#{CVK}##1234#1#23456789012#123456789012#".encode(),
    ),
    (VerifyPinReply(verified="Y"), b"Y#"),
    (
        CryptData(direction="E", operation="1", key=CVK, length="16", data="0011223344556677"),  # JP
        f"E#1#{CVK}#D#U#16#0011223344556677#".encode(),
    ),
    (
        CryptDataReply(
            direction="E",
            operation="1",
            check_digits="08D7",
            iv="D",
            data_format="U",
            next_iv=CVK,
            length="16",
            data="31A7364CAC91CA39",
        ),
        f"E#1#08D7#D#U#{CVK}#16#31A7364CAC91CA39#".encode(),
    ),
    (
        MakeMac(key=CVK, length_code="1", algorithm="1", data_format="B", length="5", data="hello"),  # JP
        f"{CVK}#1#1##B#5#hello#".encode(),
    ),
    (
        MakeMac(key=CVK, length_code="3", algorithm="7", data_format="U", length="4", data="00FF", more="18"),  # RT
        f"{CVK}#3#7##U#4#00FF#18#".encode(),
    ),
    (MakeMacReply(first="3", mac="B897 E748 7BF2 EE9A", check_digits="08D7"), b"3#B897 E748 7BF2 EE9A#08D7#"),
    (
        VerifyMac(
            key=CVK, algorithm="1", length_code="1", data_format="B", length="5", data="hello", mac="0296 0C36"
        ),  # JP
        f"{CVK}#1##1#B#5#hello#0296 0C36#".encode(),
    ),
    (VerifyMacReply(first="1", verified="N", check_digits="08D7"), b"1#N#08D7#"),
    (MakeHmac(key=CVK, data=b"\x00\x11"), f"{CVK}##2#0011#".encode()),  # E6
    (MakeHmacReply(mac=b"\x5a" * 32, check_digits="08D7"), b"5A" * 32 + b"#08D7##"),  # E6
    (
        VerifyArqc(  # E6
            derivation="0",
            master_key=CVK,
            pan="9901234567890123",
            sequence_number="45",
            diversifier=bytes.fromhex("1234000012345678"),
            arqc=bytes.fromhex("1F6BA35EE3DDD871"),
            data=bytes.fromhex("0123456789ABCDEF0123456789ABCDEF"),
            response_code=b"\x00\x01",
            failure_code=b"\x01\x23",
        ),
        f"0#{CVK}#9901234567890123#45#1234000012345678#1F6BA35EE3DDD871#{'0123456789ABCDEF' * 2}#0001#0123#".encode(),
    ),
    (
        VerifyArqcReply(arpc=b"\x73" * 8, session_digits="C8CA", master_digits="08D7", verified="Y"),
        b"73" * 8 + b"#C8CA#08D7#Y#",
    ),
    (VerifyArqcReply(arpc=b"", session_digits="C8CA", master_digits="08D7"), b"#C8CA#08D7#"),
    (
        ChangeCardPin(  # E6
            derivation="0",
            pin_key=PIN,
            confidentiality_key=CVK,
            integrity_key=CVK,
            new_pin=b"\x0b" * 8,
            pan="5413629900000155",
            sequence_number="01",
            diversifier=bytes.fromhex("D17B15836FAB99A2"),
            message=bytes.fromhex("8424000210"),
            pin_pan="629900000155",
        ),
        f"0#1##{PIN}#{CVK}#{CVK}##{'0B' * 8}##5413629900000155#01#D17B15836FAB99A2#8424000210#629900000155#".encode(),
    ),
    (
        ChangeCardPinReply(
            sound="Y",
            block=b"\xab" * 8,
            mac="0E90902E98339EBB",
            pin_key_digits="D2B9",
            confidentiality_digits="08D7",
            integrity_digits="08D7",
            session_confidentiality_digits="1234",
            session_integrity_digits="5678",
        ),
        b"Y#" + b"AB" * 8 + b"#0E90902E98339EBB#D2B9#08D7#08D7##1234#5678#",
    ),
    (
        ScriptMac(  # E6
            master_key=CVK,
            pan="B541362990000015512",
            sequence_number="01",
            diversifier=bytes.fromhex("D17B15836FAB99A2"),
            length_code="3",
            data=b"\x84" * 8,
        ),
        f"0#{CVK}#B541362990000015512#01#D17B15836FAB99A2#3##{'84' * 8}#".encode(),
    ),
    (
        ScriptMacReply(length_code="3", mac="0E90 902E 9833 9EBB", session_digits="1234", master_digits="08D7"),
        b"3#0E90 902E 9833 9EBB#1234#08D7#",
    ),
]
