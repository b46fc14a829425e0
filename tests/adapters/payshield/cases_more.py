"""More commands and their octets, as in `cases`: arriving keys, ECC, RSA transport, signatures, data commands."""

from __future__ import annotations

from adapters.payshield.commands import (
    AgreeKey,
    AgreeKeyReply,
    ArrivingAttributes,
    ChangedUsage,
    CheckCardValue,
    CheckCardValueReply,
    CheckCryptogram,
    CheckCryptogramReply,
    CheckMac,
    CheckMacReply,
    CheckSignature,
    CheckSignatureReply,
    CheckTerminalPvv,
    CheckTerminalPvvReply,
    CheckZonePvv,
    CheckZonePvvReply,
    Decrypt,
    DecryptReply,
    Encrypt,
    EncryptPin,
    EncryptPinReply,
    EncryptReply,
    ExportRsa,
    ExportRsaReply,
    FormKey,
    FormKeyReply,
    GenerateEccPair,
    GenerateEccPairReply,
    ImportKey,
    ImportKeyReply,
    ImportRsa,
    ImportRsaReply,
    ImportTr34,
    ImportTr34Reply,
    KeyPairAttributes,
    MakeCardValue,
    MakeCardValueReply,
    MakeMac,
    MakeMacReply,
    MakePvv,
    MakePvvReply,
    NewKeyAttributes,
    OaepParameters,
    PublicKeyAttributes,
    Sign,
    SignReply,
    Status,
    StatusReply,
    StoredPvv,
    StoredPvvReply,
    Template,
    TranslateKey,
    TranslateKeyReply,
    TranslatePrivateKey,
    TranslatePrivateKeyReply,
    TranslateTerminalPin,
    TranslateTerminalPinReply,
    TranslateZonePin,
    TranslateZonePinReply,
)
from adapters.payshield.fields import PrivateKey, PublicKey

PUBLIC = b"\x30\x06\x02\x01\x25\x02\x01\x03"
PRIVATE = PrivateKey(b"S10036" + b"03RS00N0000" + b"%#;&!\x19\x00\xff" + b"0123456789AB", block=True)
CRYPTOGRAM = PrivateKey(b"S%02\x19", block=False)
PUBLIC_BLOCK = PublicKey(b"S10036" + b"02RN00S0000" + b"0\x02;%\x19\x00\xff\xff" + b"0123456789AB", block=True)
PUBLIC_MAC = PublicKey(b"S012" + PUBLIC, block=False, authentication_data="KRD 1")
K1 = "S10128K1AN00E00002D4EB52930A20754A2D736311F481075181249EFB75830422EF31E3D1264E9CB10E4F6BF6DCDC693EBCC8004B0827E66F53C1996698E42C7"  # noqa: E501
B0 = "S10096B0TN00E00003D569260CFB3DFA04F48ACCDA8C15CADA1E8A91A934CD9A8EEF53C037C03BFDA0A0BE609C8C7970C"
IH = "S10128K1AB00E00005F3E3C42E07438EDEB03CD3AFD79A80F5503DECDF56BE2F05D3F8BD3BA8DB8BE0B6945542478ED71CF30EAAC9E63F541588E9524A7B3657B"  # noqa: E501
D_BLOCK = (
    "RD0112B0TN00E0000B04A86D5663388B21CDDA7F5A5B298C217E46A104801FBA3E3488D00A0A8ABD0FCE488D2BCED52EFAF56DA24C48C86DE"
)
B_BLOCK = "RB0080B0TX00S0000BCCB395544093D66FE8296DFBFBE3D6268FBA63FDE5363CB86580BD21879C901"
ZMK, BDK = "U26425BB84BA9AE38C07A0E66C24682A1", "U8E3D3E2FD5919657F05A1AA90D32A014"
TPK = "S0007271TN00E00019BAD23B0CEF79E33328CA0568A0E186FC17E8DE738AAF9FB67C6E1FF"
ZPK = "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9"
PVK = "S00072V2TN00E00014C0328F82856C4E6D7CCF7A9A1597CB0662C35A18CC72EB9CF97917C"
AES_DEK = K1.replace("K1AN", "D0AB")
ARRIVING = ArrivingAttributes(key_usage="72", mode_of_use="N", key_version_number="00", exportability="S")
PAIR = KeyPairAttributes(key_version_number="00")

CASES = [
    (Status(mode="00"), b"00"),
    (
        StatusReply(first="3", transport="1", sockets="64", firmware="1500-0023", reserved="00000"),
        b"31641500-002300000",
    ),
    (StatusReply(first="2"), b"2"),
    (  # recorded: ut-codec-payshield
        FormKey(count="2", key_type="402", scheme="U", components=(ZMK, BDK)),
        b"2402U" + (ZMK + BDK).encode(),
    ),
    (  # recorded: ut-codec-payshield
        FormKey(count="2", key_type="FFF", scheme="S", components=(B0, B0), lmk="01", attributes=PAIR),
        b"2FFFS" + (B0 + B0).encode() + b"%01#0000",
    ),
    (FormKeyReply(key=B0, kcv="2AE082"), B0.encode() + b"2AE082"),
    (ImportKey(key_type="FFF", zmk=K1, key=B0, scheme="S", lmk="01"), b"FFF" + (K1 + B0).encode() + b"S%01"),
    (ImportKey(key_type="109", zmk=ZMK, key="X" + BDK[1:], scheme="U"), b"109" + (ZMK + "X" + BDK[1:]).encode() + b"U"),
    (
        ImportKey(key_type="FFF", zmk=K1, key=D_BLOCK, scheme="S", changed=ChangedUsage(key_usage="41")),
        b"FFF" + (K1 + D_BLOCK).encode() + b"S#4100",
    ),
    (
        ImportKey(key_type="FFF", zmk=K1, key=BDK, scheme="S", attributes=ARRIVING),
        b"FFF" + (K1 + BDK).encode() + b"S#72N00S00",
    ),
    (ImportKeyReply(key=BDK, kcv="08D7B4"), BDK.encode() + b"08D7B4"),
    (  # recorded: ut-codec-payshield
        TranslateKey(type_code="FF", length_flag="F", key=B0, key_type="FFF", scheme="0S0", check_value="11"),
        b"FFF" + B0.encode() + b";FFF;0S0!11",
    ),
    (  # recorded: ut-codec-payshield; from variant to key block
        TranslateKey(type_code="FF", length_flag="1", key=BDK, key_type="001", attributes=ARRIVING, check_value="11"),
        b"FF1" + BDK.encode() + b";001#72N00S00!11",
    ),
    (TranslateKeyReply(key=B0), B0.encode()),
    (TranslateKeyReply(key=B0, kcv="08D7B4", more="0000000000"), B0.encode() + b"08D7B40000000000"),
    (  # AWS
        GenerateEccPair(
            curve="02",
            lmk="00",
            attributes=PublicKeyAttributes(mode_of_use="X", key_version_number="00", exportability="S"),
        ),
        b"010203%00#X00S00",
    ),
    (GenerateEccPairReply(public_key=PUBLIC, private_key=B0), b"0008" + PUBLIC + B0.encode()),
    (  # AWS
        AgreeKey(
            public_key=PUBLIC,
            private_key=B0,
            derivation="1",
            hash="06",
            shared_information=b"0123456789",
            bits="00256",
            attributes=NewKeyAttributes(
                key_usage="K1", algorithm="A3", mode_of_use="B", key_version_number="00", exportability="E"
            ),
        ),
        b"2103" + PUBLIC + B0.encode() + b"106100100123456789;0100256K1A3B00E00;:",
    ),
    (AgreeKeyReply(key=IH, kcv=b"\x37\x78\x22"), IH.encode() + b"\x37\x78\x22"),
    (  # recorded: metalcorpe/payshield-rest-api
        ImportRsa(
            padding="01",
            key_type="FFFF",
            wrapped=b"\x0e;\x19",
            private_key=PRIVATE,
            algorithm="1",
            scheme="S",
            block_type="03",
            attributes=ArrivingAttributes(
                key_usage="K0", mode_of_use="N", key_version_number="00", exportability="S"
            ),
        ),
        b"0101FFFF0003\x0e;\x19;99FFFF" + PRIVATE.octets + b";1S1=03#K0N00S00",
    ),
    (
        ImportRsa(
            padding="02",
            oaep=OaepParameters(hash="06"),
            key_type="0600",
            wrapped=b"\x0e",
            private_key=CRYPTOGRAM,
            algorithm="0",
            scheme="U",
            block_type="03",
            lmk="02",
        ),
        b"0102010600;06000001\x0e;990005" + CRYPTOGRAM.octets + b";0U1=03%02",
    ),
    (ImportRsaReply(key=B0, kcv="08D7B4"), B0.encode() + b"08D7B4"),
    (  # recorded: KawataniShinya/hsm-payment-crypto
        ExportRsa(
            padding="02",
            oaep=OaepParameters(hash="01"),
            key_type="FFFF",
            length_flag="F",
            key=B0,
            kcv="2020A20000000000",
            public_key=PUBLIC_BLOCK,
            block_type="02",
            template=Template(
                content=bytes.fromhex("0000800000000000000000000000000000000000"),
                key_offset="0004",
                kcv_length="00",
                kcv_offset="0000",
            ),
        ),
        b"0102010100;FFFFF" + B0.encode() + b"2020A20000000000" + PUBLIC_BLOCK.octets
        + b";0200200000800000000000000000000000000000000000;0004000000",
    ),
    (
        ExportRsa(
            padding="01", key_type="0600", length_flag="1", key=BDK, kcv="08D7B40000000000", public_key=PUBLIC_MAC,
            block_type="03", lmk="02",
        ),
        b"010106001" + BDK.encode() + b"08D7B40000000000" + PUBLIC_MAC.octets + b"KRD 1;03%02",
    ),
    (ExportRsaReply(wrapped=b"\x01\x02"), b"0002\x01\x02"),
    (  # recorded: KawataniShinya/hsm-payment-crypto
        Sign(hash="06", data=bytes.fromhex("ABCBAB"), private_key=PRIVATE),
        b"0601010003\xab\xcb\xab;99FFFF" + PRIVATE.octets,
    ),
    (Sign(hash="06", data=b";", private_key=CRYPTOGRAM, lmk="02"), b"0601010001;;990005" + CRYPTOGRAM.octets + b"%02"),
    (SignReply(signature=b"sig"), b"0003sig"),
    (
        CheckSignature(hash="06", signature=b"sig", data=b";", public_key=PUBLIC_BLOCK),
        b"0601010003sig;0001;;" + PUBLIC_BLOCK.octets,
    ),
    (
        CheckSignature(hash="06", signature=b"sig", data=b"x", public_key=PUBLIC_MAC, lmk="02"),
        b"0601010003sig;0001x;" + PUBLIC_MAC.octets + b"KRD 1%02",
    ),
    (CheckSignatureReply(), b""),
    (
        TranslatePrivateKey(private_key=CRYPTOGRAM, lmk="00", attributes=PAIR, exportability="N"),
        b"0005" + CRYPTOGRAM.octets + b"%00#0000&N",
    ),
    (TranslatePrivateKeyReply(private_key=PRIVATE), b"FFFF" + PRIVATE.octets),
    (  # ut-codec-payshield
        TranslateTerminalPin(
            source_key=TPK, destination_key=ZPK, block="E57BC634D4717907", source_format="01",
            destination_format="01", account="600000000000", lmk="01",
        ),
        (TPK + ZPK).encode() + b"12E57BC634D47179070101600000000000%01",
    ),
    (
        TranslateTerminalPinReply(length="06", block="E57BC634D4717907", block_format="01"),
        b"06E57BC634D471790701",
    ),
    (  # ut-codec-payshield
        TranslateZonePin(
            source_key=ZPK, destination_key=ZPK, block="AD72F973446E84E7", source_format="01",
            destination_format="01", account="850103093936", lmk="01",
        ),
        (ZPK + ZPK).encode() + b"12AD72F973446E84E70101850103093936%01",
    ),
    (TranslateZonePinReply(length="06", block="AD72F973446E84E7", block_format="01"), b"06AD72F973446E84E701"),
    (
        CheckTerminalPvv(
            pin_key=TPK, key=PVK, block="E57BC634D4717907", block_format="01", account="600000000000",
            key_index="1", pvv="2194",
        ),
        (TPK + PVK).encode() + b"E57BC634D47179070160000000000012194",
    ),
    (CheckTerminalPvvReply(), b""),
    (
        CheckZonePvv(
            pin_key=ZPK, key=PVK, block="AD72F973446E84E7", block_format="01", account="850103093936",
            key_index="1", pvv="7548", lmk="01",
        ),
        (ZPK + PVK).encode() + b"AD72F973446E84E70185010309393617548%01",
    ),
    (CheckZonePvvReply(), b""),
    (
        MakePvv(
            key_type="FFF", pin_key=ZPK, key=PVK, block="AD72F973446E84E7", block_format="01",
            account="850103093936", key_index="1",
        ),
        b"FFF" + (ZPK + PVK).encode() + b"AD72F973446E84E7018501030939361",
    ),
    (MakePvvReply(pvv="7548"), b"7548"),
    (EncryptPin(pin="1234F", account="850103093936", lmk="02"), b"1234F850103093936%02"),
    (EncryptPinReply(pin="0A1B2"), b"0A1B2"),
    (EncryptPinReply(pin="J" + "0A" * 16), b"J" + b"0A" * 16),
    (StoredPvv(key=BDK, pin="0A1B2", account="850103093936", key_index="1"), BDK.encode() + b"0A1B28501030939361"),
    (
        StoredPvv(key=PVK, pin="J" + "0A" * 16, account="850103093936", key_index="1", lmk="00"),
        PVK.encode() + b"J" + b"0A" * 16 + b"8501030939361%00",
    ),
    (StoredPvvReply(pvv="7548"), b"7548"),
    (  # ut-codec-payshield
        MakeCardValue(key=ZPK, pan="502265400089000092", expiry="2010", service_code="620"),
        ZPK.encode() + b"502265400089000092;2010620",
    ),
    (MakeCardValueReply(value="181"), b"181"),
    (
        CheckCardValue(key=BDK, value="181", pan="4123456789012345", expiry="8701", service_code="101", lmk="02"),
        BDK.encode() + b"1814123456789012345;8701101%02",
    ),
    (CheckCardValueReply(), b""),
    (
        CheckCryptogram(
            mode="1", scheme="0", key=B0, account=bytes(8), counter=b"%0", unpredictable_number=b";;;;", data=b";%",
            cryptogram=b"\x19" * 8, response_code=b"00", lmk="00",
        ),
        b"10" + B0.encode() + bytes(8) + b"%0;;;;02;%;" + b"\x19" * 8 + b"00%00",
    ),
    (CheckCryptogramReply(), b""),
    (CheckCryptogramReply(response=b"12345678"), b"12345678"),
    (
        Encrypt(mode="00", input_format="1", output_format="1", key_type="FFF", key=ZPK, data=b"ABCDEF1234567890"),
        b"0011FFF" + ZPK.encode() + b"0010ABCDEF1234567890",
    ),
    (
        Encrypt(
            mode="01", input_format="0", output_format="0", key_type="FFF", key=AES_DEK, long_iv="0" * 32,
            data=bytes(16), lmk="00",
        ),
        b"0100FFF" + AES_DEK.encode() + b"0" * 32 + b"0010" + bytes(16) + b"%00",
    ),
    (EncryptReply(data=("", b"6DD932DE48520285")), b"00106DD932DE48520285"),
    (EncryptReply(data=("6DD932DE48520285", b"12345678")), b"6DD932DE4852028500" + b"0812345678"),
    (
        Decrypt(
            mode="01", input_format="0", output_format="2", key_type="00A", key=BDK, iv="0" * 16, data=bytes(8)
        ),
        b"010200A" + BDK.encode() + b"0" * 16 + b"0008" + bytes(8),
    ),
    (DecryptReply(data=("0" * 32, b"")), b"0" * 32 + b"0000"),
    (
        MakeMac(input_format="2", size="1", algorithm="3", padding="2", key_type="008", key=BDK, data=b"1%;", lmk="02"),
        b"02132008" + BDK.encode() + b"00031%;%02",
    ),
    (MakeMacReply(mac="F9369211"), b"F9369211"),
    (MakeMacReply(mac="F9369211", more="00000000"), b"F936921100000000"),
    (  # ut-codec-payshield
        CheckMac(
            input_format="1", size="0", algorithm="1", padding="1", key_type="FFF", key=ZPK, data=b"ABCDEF12",
            mac="F9369211", lmk="01",
        ),
        b"01011FFF" + ZPK.encode() + b"0008ABCDEF12F9369211%01",
    ),
    (
        CheckMac(
            input_format="1", size="1", algorithm="1", padding="1", key_type="FFF", key=ZPK, data=b"ABCDEF12",
            long_mac="F936921100000000",
        ),
        b"01111FFF" + ZPK.encode() + b"0008ABCDEF12F936921100000000",
    ),
    (CheckMacReply(), b""),
    (
        ImportTr34(
            key_type="FFF", key_token=b"token", private_key=PRIVATE, kdh_certificate=b"cert", nonce=b"%!\x19;",
            scheme="S", lmk="00",
        ),
        b"0FFF0005token99FFFF" + PRIVATE.octets + b"0004cert04%!\x19;S%00",
    ),
    (ImportTr34Reply(key=B0, kcv="08D7B4"), B0.encode() + b"08D7B4"),
]  # fmt: skip
