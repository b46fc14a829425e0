"""Commands and their octets: each case is read and written, by the one declaration that adapter and face share.

Those that come from outside say so; the rest show the optional parts.
"""

from __future__ import annotations

from adapters.payshield.commands import (
    CertificationRequest,
    CertificationRequestReply,
    CheckValue,
    CheckValueReply,
    Diagnostics,
    DiagnosticsReply,
    Echo,
    EchoReply,
    ExportAttributes,
    ExportKey,
    ExportKeyReply,
    ExportTr34,
    ExportTr34Reply,
    GenerateKey,
    GenerateKeyPair,
    GenerateKeyPairReply,
    GenerateKeyReply,
    ImportPublicKey,
    ImportPublicKeyReply,
    KeyPairAttributes,
    NewKeyAttributes,
    PublicKeyAttributes,
    Subject,
)
from adapters.payshield.fields import PrivateKey

K1 = "S10128K1AN00E00002D4EB52930A20754A2D736311F481075181249EFB75830422EF31E3D1264E9CB10E4F6BF6DCDC693EBCC8004B0827E66F53C1996698E42C7"  # noqa: E501
B0 = "S10096B0TN00E00003D569260CFB3DFA04F48ACCDA8C15CADA1E8A91A934CD9A8EEF53C037C03BFDA0A0BE609C8C7970C"
D_BLOCK = (
    "RD0112B0TN00E0000B04A86D5663388B21CDDA7F5A5B298C217E46A104801FBA3E3488D00A0A8ABD0FCE488D2BCED52EFAF56DA24C48C86DE"
)
B_BLOCK = "RB0080B0TX00S0000BCCB395544093D66FE8296DFBFBE3D6268FBA63FDE5363CB86580BD21879C901"
ZMK, BDK = "U26425BB84BA9AE38C07A0E66C24682A1", "U8E3D3E2FD5919657F05A1AA90D32A014"
PUBLIC = b"\x30\x06\x02\x01\x25\x02\x01\x03"
CREDENTIAL = b"\x30\x05\x30\x00\x02\x01\x21"
PRIVATE_BLOCK = b"S10036" + b"03RS00N0000" + b"%#;&!\x19\x00\xff" + b"0123456789AB"
PRIVATE_CRYPTOGRAM = b"S%02\x19"

CASES = [
    (Echo(data=b"HELLO HELLO!"), b"000CHELLO HELLO!"),  # recorded: mszeu/PayShieldPressureTest
    (Echo(), b""),
    (EchoReply(data=b"HELLO HELLO!"), b"HELLO HELLO!"),
    (Diagnostics(), b""),
    (Diagnostics(lmk="02"), b"%02"),
    (DiagnosticsReply(check_value="9D04A00000000000", firmware="2200-1011"), b"9D04A000000000002200-1011"),  # recorded
    (
        GenerateKey(  # AWS, key-block LMK
            mode="0",
            key_type="FFF",
            scheme="S",
            attributes=NewKeyAttributes(
                key_usage="K1", algorithm="A3", mode_of_use="N", key_version_number="00", exportability="E"
            ),
        ),
        b"0FFFS#K1A3N00E00",
    ),
    (GenerateKey(mode="0", key_type="009", scheme="U", lmk="02"), b"0009U%02"),  # AWS, variant LMK
    (
        GenerateKey(  # recorded: ut-codec-payshield
            mode="1", key_type="002", scheme="U", zmk_flag="0", zmk="U" + "9" * 32, zmk_scheme="X"
        ),
        b"1002U;0U" + b"9" * 32 + b"X",
    ),
    (
        GenerateKey(  # recorded: ut-codec-payshield
            mode="1",
            key_type="FFF",
            scheme="S",
            block_zmk_flag="0",
            zmk=B0,
            zmk_scheme="S",
            lmk="01",
            attributes=NewKeyAttributes(
                key_usage="K0", algorithm="T2", mode_of_use="B", key_version_number="00", exportability="E"
            ),
            exportability="N",
            version="B",
        ),
        b"1FFFS0" + B0.encode() + b"S%01#K0T2B00E00&N!B",
    ),
    (GenerateKeyReply(key=K1, kcv="377822"), K1.encode() + b"377822"),
    (GenerateKeyReply(key=B0, exported=D_BLOCK, kcv="08D7B4"), (B0 + D_BLOCK).encode() + b"08D7B4"),
    (
        ExportKey(key_type="FFF", zmk=K1, key=B0, scheme="R", lmk="00", version="D"),  # AWS, key-block LMK
        b"FFF" + (K1 + B0).encode() + b"R%00!D",
    ),
    (
        ExportKey(key_type="FFF", zmk=K1, key=B0, scheme="S", lmk="01", exportability="N"),  # ut-codec-payshield
        b"FFF" + (K1 + B0).encode() + b"S%01&N",
    ),
    (
        ExportKey(  # AWS, variant LMK
            key_type="009",
            zmk=ZMK,
            key=BDK,
            scheme="R",
            lmk="02",
            export_attributes=ExportAttributes(
                key_usage="B0", mode_of_use="X", key_version_number="00", exportability="S"
            ),
            version="B",
        ),
        b"009" + (ZMK + BDK).encode() + b"R%02&B0X00S00!B",
    ),
    (
        ExportKey(key_type="402", zmk_flag="1", zmk=ZMK, key=BDK, scheme="X"),
        b"402;1" + (ZMK + BDK).encode() + b"X",
    ),
    (ExportKeyReply(key=D_BLOCK, kcv="08D7B4"), D_BLOCK.encode() + b"08D7B4"),
    (ExportKeyReply(key=B_BLOCK, kcv="08D7B4"), B_BLOCK.encode() + b"08D7B4"),
    (
        CheckValue(type_code="FF", length_flag="F", key=B0, key_type="FFF", options="001"),
        b"FFF" + B0.encode() + b";FFF;001",
    ),
    (
        CheckValue(type_code="02", length_flag="1", key=BDK, options="001"),  # recorded: ut-codec-payshield
        b"021" + BDK.encode() + b";001",
    ),
    (CheckValue(type_code="02", length_flag="0", key="179F3A86736D25F5", lmk="02"), b"020179F3A86736D25F5%02"),
    (CheckValueReply(kcv="08D7B4"), b"08D7B4"),
    (CheckValueReply(kcv="08D7B4", more="0000000000"), b"08D7B40000000000"),
    (
        GenerateKeyPair(  # AWS, key-block LMK
            key_type="0",
            bits="2048",
            encoding="02",
            attributes=KeyPairAttributes(key_version_number="00"),
            exportability="N",
        ),
        b"0204802#0000&N",
    ),
    (GenerateKeyPair(key_type="0", bits="2048", encoding="02", lmk="02"), b"0204802%02"),  # AWS, variant LMK
    (
        GenerateKeyPair(key_type="2", bits="1024", encoding="01", exponent=65537),
        b"21024010017\x01\x00\x01",
    ),
    (
        GenerateKeyPairReply(public_key=PUBLIC, private_key=PrivateKey(PRIVATE_BLOCK, block=True)),
        PUBLIC + b"FFFF" + PRIVATE_BLOCK,
    ),
    (
        GenerateKeyPairReply(public_key=PUBLIC, private_key=PrivateKey(PRIVATE_CRYPTOGRAM, block=False)),
        PUBLIC + b"0005" + PRIVATE_CRYPTOGRAM,
    ),
    (
        ImportPublicKey(  # recorded: KawataniShinya/hsm-payment-crypto
            encoding="02",
            public_key=PUBLIC,
            end="",
            attributes=PublicKeyAttributes(mode_of_use="N", key_version_number="00", exportability="S"),
        ),
        b"02" + PUBLIC + b"~#N00S00",
    ),
    (
        ImportPublicKey(encoding="01", public_key=PUBLIC, authentication_data="KDH 1", lmk="02"),
        b"01" + PUBLIC + b"KDH 1%02",
    ),
    (ImportPublicKeyReply(public_key=b"\x01\x02\x03\x04" + PUBLIC), b"\x01\x02\x03\x04" + PUBLIC),
    (
        CertificationRequest(  # AWS
            request_type="0",
            output_format="0",
            signature="01",
            encoding="02",
            public_key=PUBLIC,
            private_key=PRIVATE_BLOCK,
            padding="01",
            digest="06",
            subject_type="1",
            subject=Subject(
                common_name="Public Cert",
                organization="Payshield Certificate",
                organizational_unit="AWS Sample Org",
                locality="Arlington",
                state="VA",
                country="US",
            ),
        ),
        b"000102"
        + PUBLIC
        + PRIVATE_BLOCK
        + b"01061Public Cert;Payshield Certificate;AWS Sample Org;Arlington;VA;US;",
    ),
    (CertificationRequestReply(request=b"-----"), b"0005-----"),
    (
        ExportTr34(  # AWS, key-block LMK
            key_type="FFF",
            key=B0,
            kdh_id=CREDENTIAL,
            krd_id=CREDENTIAL,
            krd_public_key=PUBLIC,
            private_key=PrivateKey(PRIVATE_BLOCK, block=True),
            nonce=bytes.fromhex("ABCDABCDABCDABCD"),
            version="B",
        ),
        b"0FFF" + B0.encode() + CREDENTIAL + b"000001" + CREDENTIAL + PUBLIC + b"0099FFFF" + PRIVATE_BLOCK
        + b"01008\xab\xcd\xab\xcd\xab\xcd\xab\xcd!B",
    ),
    (
        ExportTr34(  # AWS, variant LMK
            key_type="000",
            key=ZMK,
            kdh_id=CREDENTIAL,
            krd_id=CREDENTIAL,
            krd_public_key=PUBLIC,
            private_key=PrivateKey(PRIVATE_CRYPTOGRAM, block=False),
            nonce=b"%02&!B\x19%",
            lmk="02",
            export_attributes=ExportAttributes(
                key_usage="K1", mode_of_use="B", key_version_number="00", exportability="S"
            ),
            version="B",
        ),
        b"0000" + ZMK.encode() + CREDENTIAL + b"000001" + CREDENTIAL + PUBLIC + b"00990005" + PRIVATE_CRYPTOGRAM
        + b"01008%02&!B\x19%%02&K1B00S00!B",
    ),
    (
        ExportTr34Reply(signed_attributes=b"\x31\x00", kcv=b"\x01\x02\x03", enveloped=b"\x30\x00", signature=b"sig"),
        b"\x31\x00\x01\x02\x03\x30\x000003sig",
    ),
]  # fmt: skip
