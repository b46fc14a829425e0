"""Commands and their octets: each case is read and written, by the one declaration that adapter and face share.

Those that come from outside say so; the rest show the optional parts.
"""

from __future__ import annotations

from adapters.futurex.commands import (
    AgreeKey,
    AgreeKeyReply,
    CardValueMastercardReply,
    CardValueReply,
    CertificationRequest,
    CertificationRequestReply,
    CheckCardValue,
    CheckCardValueMastercard,
    CheckCardValueMastercardReply,
    CheckCardValueReply,
    CheckPin,
    CheckPinReply,
    CheckSignature,
    CheckSignatureReply,
    Decrypt,
    DecryptPin,
    DecryptPinReply,
    DecryptReply,
    EccPairReply,
    Echo,
    EchoReply,
    Encrypt,
    EncryptPin,
    EncryptPinReply,
    EncryptReply,
    ExportKey,
    ExportKeyReply,
    ExportRsa,
    ExportRsaReply,
    ExportTr34,
    ExportTr34Reply,
    GenerateEccPair,
    GenerateKey,
    GenerateKeyReply,
    GenerateRsaPair,
    GenerateWorkingKey,
    GenerateWorkingKeyReply,
    ImportKey,
    ImportKeyReply,
    ImportPlain,
    ImportPlainReply,
    ImportRsa,
    ImportRsaReply,
    ImportTr34,
    ImportTr34Reply,
    MacReply,
    MakeCardValue,
    MakeCardValueMastercard,
    MakeMac,
    MakePvv,
    MakePvvReply,
    MakeScriptMac,
    RsaPairReply,
    ScriptMacReply,
    SelfSign,
    SelfSignReply,
    Sign,
    SignReply,
    SignRequest,
    SignRequestReply,
    TranslatePin,
    TranslatePinReply,
    TrustCertificate,
    TrustCertificateReply,
)

from .conftest import BDK, EXPORTED, KBPK

CERTIFICATE = b"\x30\x01\xab"
PAIR_REPLY = {"private_key": "PRIVATE", "trusted_key": "TRUSTED", "public_key": CERTIFICATE}

CASES = [
    (Echo(), "AOECHO;"),  # J8k3/aws-payment-cryptography-hsm-proxy
    (Echo(details="1"), "AOECHO;EX1;"),
    (EchoReply(status="Y"), "AOECHO;BBY;"),  # J8k3/aws-payment-cryptography-hsm-proxy
    (EchoReply(version="7.6", product="P", serial="1", firmware="7.6.1"), "AOECHO;EX7.6;PNP;SN1;FW7.6.1;"),
    (GenerateKey(key_type="3", header="D0000K1TB00E0000"), "AOGPGS;FS6;CT3;AKD0000K1TB00E0000;"),  # AWS
    (GenerateKeyReply(key=KBPK, kcv="B9EBA5"), f"AOGPGS;BG{KBPK};AEB9EBA5;"),
    (ExportKey(kek=KBPK, key=BDK), f"AOTWKA;FS6;AP{KBPK};BG{BDK};OFT;"),  # AWS
    (ExportKeyReply(key=EXPORTED, kcv="5802BA"), f"AOTWKA;BH{EXPORTED};AE5802BA;"),
    (ExportKeyReply(key=EXPORTED), f"AOTWKA;BH{EXPORTED};"),
    (ImportKey(kek=KBPK, key=EXPORTED), f"AOTWKS;FS6;AP{KBPK};BH{EXPORTED};"),
    (ImportKeyReply(key=BDK, kcv="5802BA"), f"AOTWKS;BG{BDK};AE5802BA;"),
    (GenerateRsaPair(bits="2048", mode="G"), "AOGRSA;RB2048;CZG;BJ6;RA10001;KB1;KF1;SP1;"),  # AWS
    (RsaPairReply(**PAIR_REPLY), "AOGRSA;RCPRIVATE;SDTRUSTED;RD3001AB;"),
    (GenerateEccPair(curve="4", mode="X"), "AOGECC;BJ6;RA4;KB1;CZX;"),  # AWS
    (EccPairReply(**PAIR_REPLY), "AOGECC;RCPRIVATE;SDTRUSTED;RD3001AB;"),
    (
        SelfSign(  # AWS
            first_day="20260131",
            days="1122",
            usages="digitalSignature,nonRepudiation,keyCertSign",
            hash="6",
            constraints="CA:TRUE",
            common_name="KDH CA1",
            label="SelfSignedCertificate",
            serial="10101",
            private_key="PRIVATE",
        ),
        "AOASGC;RY3;BF20260131;XE1122;KUdigitalSignature,nonRepudiation,keyCertSign;AL6;AD1;BCCA:TRUE;RTKDH CA1;"
        "RSSelfSignedCertificate;SG10101;FS6;RCPRIVATE;",
    ),
    (SelfSignReply(certificate=CERTIFICATE), "AOASGC;RV3001AB;"),
    (
        CertificationRequest(  # AWS
            hash="6",
            usages="critical,digitalSignature,keyEncipherment",
            common_name="PublicKey Cert",
            private_key="PRIVATE",
        ),
        "AOASYR;RG6;KUcritical,digitalSignature,keyEncipherment;RTPublicKey Cert;LA10201;FS6;RCPRIVATE;",
    ),
    (CertificationRequestReply(request=CERTIFICATE), "AOASYR;RU3001AB;"),
    (
        SignRequest(  # AWS
            first_day="20260131",
            days="1122",
            hash="6",
            usages="digitalSignature,nonRepudiation",
            request=b"\x01",
            serial="20301",
            issuer=CERTIFICATE,
            private_key="PRIVATE",
        ),
        "AOASSR;RY3;BF20260131;XE1122;AL6;KUdigitalSignature,nonRepudiation;RU01;SG20301;FS6;RH3001AB;RCPRIVATE;RG1;",
    ),
    (SignRequestReply(certificate=CERTIFICATE), "AOASSR;RV3001AB;"),
    (TrustCertificate(mode="V", certificate=CERTIFICATE), "AOAVPC;FS6;RY3;KB1;CZV;RV3001AB;"),  # AWS
    (
        TrustCertificate(mode="X", issuer="TRUSTED", certificate=CERTIFICATE),  # AWS
        "AOAVPC;FS6;RY3;KB1;CZX;SATRUSTED;RV3001AB;",
    ),
    (TrustCertificateReply(trusted_key="TRUSTED"), "AOAVPC;RDTRUSTED;"),
    (
        ExportTr34(  # AWS
            kdh_certificate=CERTIFICATE,
            private_key="PRIVATE",
            krd_certificate=b"\x02",
            krd_issuer="TRUSTED",
            key=KBPK,
            nonce=bytes.fromhex("A58FB3F454385C1F"),
        ),
        f"AOTRTP;ZA3;FS6;CT3;RV3001AB;RCPRIVATE;SJ02;SATRUSTED;BG{KBPK};BJA58FB3F454385C1F;",
    ),
    (ExportTr34Reply(key_token=CERTIFICATE), "AOTRTP;SJ3001AB;"),
    (ExportTr34Reply(key_token=CERTIFICATE, kcv="B9EB"), "AOTRTP;SJ3001AB;AEB9EB;"),
    (
        AgreeKey(  # AWS
            key_type="6",
            hash="4",
            shared_information=bytes.fromhex("0123456789"),
            kdf="0",
            private_key="PRIVATE",
            peer="TRUSTED",
        ),
        "AOSDDH;FS6;AS0;CT6;RG4;AK0123456789;KM0;RCPRIVATE;RDTRUSTED;",
    ),
    (AgreeKeyReply(key=KBPK), f"AOSDDH;BG{KBPK};"),
    (
        ImportTr34(
            key_token=CERTIFICATE, private_key="PRIVATE", kdh_certificate=b"\x02", kdh_issuer="TRUSTED", nonce=bytes(8)
        ),
        "AOZTRI;FS6;SJ3001AB;RCPRIVATE;RV02;SATRUSTED;BJ0000000000000000;",
    ),
    (
        ImportTr34(key_token=CERTIFICATE, private_key="PRIVATE", kdh_certificate=b"\x02", kdh_issuer="T", nonce=b""),
        "AOZTRI;FS6;SJ3001AB;RCPRIVATE;RV02;SAT;BJ;",
    ),
    (ImportTr34Reply(key=KBPK, kcv="B9EBA5"), f"AOZTRI;BG{KBPK};AEB9EBA5;"),
    (
        ImportRsa(private_key="PRIVATE", wrapped=bytes(256), hash="4", header="D0000K1TB00E0000"),
        f"AOZRSI;FS6;RCPRIVATE;RF{'00' * 256};RG4;AKD0000K1TB00E0000;",
    ),
    (ImportRsaReply(key=KBPK, kcv="B9EBA5"), f"AOZRSI;BG{KBPK};AEB9EBA5;"),
    (
        ExportRsa(certificate=CERTIFICATE, issuer="TRUSTED", key=KBPK, hash="6"),
        f"AOZRSE;FS6;RV3001AB;SATRUSTED;BG{KBPK};RG6;",
    ),
    (ExportRsaReply(wrapped=bytes(256), kcv="B9EBA5"), f"AOZRSE;RF{'00' * 256};AEB9EBA5;"),
    # The data commands: tokens of published clients, whose keys lie in slots under the MFK; here a block and FS6.
    (
        MakeCardValue(pan="4123456789012345", key="CVKEY", expiry="8701", service_code="101", second=True),
        "AOGCVV;FS6;AV4123456789012345;CACVKEY;FA8701;FB101;FT;",
    ),
    (CardValueReply(value="561", second_value="526"), "AOGCVV;FC561;FT526;"),
    (CardValueReply(value="561"), "AOGCVV;FC561;"),
    (
        MakeCardValueMastercard(pan="4123456789012345", key="CVKEY", expiry="8701", service_code="101"),
        "AOGCVC;FS6;AV4123456789012345;CACVKEY;FA8701;FB101;",
    ),
    (CardValueMastercardReply(value="561"), "AOGCVC;FC561;"),
    (
        CheckCardValue(pan="4123456789012345", key="CVKEY", expiry="8701", service_code="101", value="561"),
        "AOVCVV;FS6;AV4123456789012345;CACVKEY;FA8701;FB101;FC561;",
    ),
    (CheckCardValueReply(verdict="Y"), "AOVCVV;BBY;"),
    (
        CheckCardValueMastercard(
            pan="4123456789012345", key="CVKEY", expiry="8701", service_code="101", second_value="561"
        ),
        "AOVCVC;FS6;AV4123456789012345;CACVKEY;FA8701;FB101;FT561;",
    ),
    (CheckCardValueMastercardReply(verdict="N"), "AOVCVC;BBN;"),
    (
        TranslatePin(
            form="1", incoming_key="PEK_1", outgoing_key="PEK_2", block=bytes(8), pan_part="561237487695", switch_za="1"
        ),
        "AOTPIN;FS6;AW1;AXPEK_1;BTPEK_2;AL0000000000000000;AK561237487695;ZA1;",
    ),
    (TranslatePinReply(block=b"U" * 8, verdict="Y"), "AOTPIN;AL5555555555555555;BBY;"),  # FuturexHSMNode.cpp, its mock
    (TranslatePinReply(verdict="S"), "AOTPIN;BBS;"),
    (EncryptPin(key="PEK_1", pin="1234", account="561237487695"), "AOEPIN;FS6;AXPEK_1;AF1234;AV561237487695;"),
    (
        EncryptPin(key="PEK_1", pin="1234", form="1", pan_part="561237487695"),
        "AOEPIN;FS6;AXPEK_1;AF1234;AW1;AK561237487695;",
    ),
    (EncryptPinReply(block=bytes(8)), "AOEPIN;AL0000000000000000;"),
    (
        DecryptPin(form="1", block=bytes(8), key="PEK_1", pan_part="561237487695"),
        "AOCPIN;FS6;AW1;AL0000000000000000;AXPEK_1;AK561237487695;",
    ),
    (DecryptPinReply(pin="1234", verdict="Y"), "AOCPIN;AF1234;BBY;"),
    (
        MakePvv(
            method="3",
            block=bytes(8),
            pin_key="PEK_1",
            key="PVKEY",
            key_index="1",
            account="12345678901",
            pan_part="561237487695",
        ),
        "AOGOFF;FS6;BF3;AL0000000000000000;AXPEK_1;CAPVKEY;BY1;BZ12345678901;AK561237487695;",
    ),
    (MakePvvReply(pvv="1234"), "AOGOFF;BX1234;"),
    (
        CheckPin(
            method="3",
            form="1",
            block=bytes(8),
            pin_key="PEK_1",
            key="PVKEY",
            pvv="1234",
            key_index="1",
            account="12345678901",
            pan_part="561237487695",
        ),
        "AOVPIN;FS6;BF3;AW1;AL0000000000000000;AXPEK_1;CAPVKEY;BX1234;BY1;BZ12345678901;AK561237487695;",
    ),
    (CheckPinReply(verdict="Y"), "AOVPIN;BBY;"),
    (MakeMac(key="MACKEY", data=b"\x01\x02"), "AOGMAC;FS6;BN0;ARMACKEY;BO0102;BF1;AD8;CZ1;"),
    (MacReply(mac=bytes(8), kcv="08D7B4"), "AOGMAC;BP0000000000000000;AE08D7B4;"),
    (
        Encrypt(key="D_KEY", iv=bytes(8), data=b"12345678"),
        "AOCBCE;FS6;GGD_KEY;GH0000000000000000;BO3132333435363738;BF1;",
    ),
    (EncryptReply(data=b"12345678", last_block=bytes(8)), "AOCBCE;BP3132333435363738;GH0000000000000000;"),
    (
        Decrypt(key="D_KEY", iv=bytes(8), data=b"12345678"),
        "AOCBCD;FS6;GGD_KEY;GH0000000000000000;BO3132333435363738;BF1;",
    ),
    (DecryptReply(data=b"12345678", last_block=bytes(8)), "AOCBCD;BP3132333435363738;GH0000000000000000;"),
    (
        MakeScriptMac(
            selector="0",
            derivation="1",
            key="MDKEY",
            diversifier=b"\x00\x02",
            data=b"\x84",
            length="8",
            pan="1234567890123456",
            sequence_number="01",
        ),
        "AOEMVM;FS0;KM1;KOMDKEY;KS0002;BO84;BJ8;KQ1234567890123456;KR01;",
    ),
    (ScriptMacReply(mac=bytes(8)), "AOEMVM;KV0000000000000000;"),
    (Sign(private_key="PRIVATE", data=b"\x01"), "AORSAS;FS6;RCPRIVATE;RF01;RG4;BN0;KY1;ZA1;"),
    (SignReply(signature=bytes(256)), f"AORSAS;RH{'00' * 256};"),
    (
        CheckSignature(signature=b"\x02", public_key="TRUSTED", data=b"\x01"),
        "AORSAV;FS6;RH02;RDTRUSTED;RF01;RG4;BN0;KY1;ZA1;",
    ),
    (CheckSignatureReply(verdict="Y"), "AORSAV;BBY;"),
    # Under the MFK; FuturexHSMNode.cpp sends these and its mock answers so.
    (
        ExportKey(major_key=None, modifier="0", kek="A" * 32, key="9" * 32, form=None),
        f"AOTWKA;AS0;AP{'A' * 32};BG{'9' * 32};",
    ),
    (ExportKeyReply(key="B" * 32, kcv="1122"), f"AOTWKA;BH{'B' * 32};AE1122;"),
    (ImportKey(major_key=None, modifier="1", kek="A" * 32, key="9" * 32), f"AOTWKS;AS1;AP{'A' * 32};BH{'9' * 32};"),
    (ImportKeyReply(key="6" * 32, kcv="8866"), f"AOTWKS;BG{'6' * 32};AE8866;"),
    (ImportPlain(modifier="1", kek="A" * 32, key="9" * 32), f"AOTWKM;AS1;AP{'A' * 32};BH{'9' * 32};"),
    (ImportPlain(modifier="1", kek="A" * 32, key="9" * 32, form="C"), f"AOTWKM;AS1;AP{'A' * 32};BH{'9' * 32};OFC;"),
    (ImportPlainReply(key="7" * 32, kcv="8877"), f"AOTWKM;BG{'7' * 32};AE8877;"),
    (GenerateWorkingKey(modifier="1", kek="A" * 32), f"AOGWKS;AS1;AP{'A' * 32};FS2;"),
    (
        GenerateWorkingKeyReply(key="9" * 32, exported="A" * 32, kcv="1122", length="2"),
        f"AOGWKS;BG{'9' * 32};BH{'A' * 32};AE1122;FS2;",
    ),
    (GenerateWorkingKeyReply(key="9" * 32, kcv="1122"), f"AOGWKS;BG{'9' * 32};AE1122;"),
]
