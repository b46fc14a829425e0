"""A PKCS#10 certification request whose signature an HSM makes.

Source: RFC 2986, 4; RFC 8017, A.2.4 (sha256WithRSAEncryption).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from asn1crypto import algos, core, csr, keys
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keyexchange.errors import FormatError


def build_csr(public_key: bytes, subject: Mapping[str, str], sign: Callable[[bytes], bytes]) -> bytes:
    """A request, DER. Whether key and signature belong together is for the caller to verify (`load_csr`).

    Args:
        public_key: SubjectPublicKeyInfo, DER.
        subject: names as asn1crypto spells them (`common_name`, `country_name`), each with its value, in order.
        sign: RSASSA-PKCS1-v1_5 with SHA-256.

    Raises:
        FormatError: category structure: a name that cannot stand in a certificate.
    """
    try:
        load_der_public_key(public_key)
        info = csr.CertificationRequestInfo(
            {
                "version": "v1",
                "subject": asn1_x509.Name.build(dict(subject)),
                "subject_pk_info": keys.PublicKeyInfo.load(public_key, strict=True),
                "attributes": [],
            }
        )
        octets = bytes(info.dump())
    except (ValueError, UnsupportedAlgorithm):
        raise FormatError(
            "the subject or the key of a certification request cannot be encoded",
            category="structure",
            hint="check the subject in the reviewed file: the country has two letters",
        ) from None
    request = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa", "parameters": core.Null()}),
            "signature": sign(octets),
        }
    )
    return bytes(request.dump())
