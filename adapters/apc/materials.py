"""Members of ImportKey and ExportKey, made of what the workflows hand over; and what the answers say.

Source: AWS Payment Cryptography API reference, ImportKeyMaterial, ExportKeyMaterial, KeyBlockHeaders and WrappedKey.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.errors import ProtocolError
from keyexchange.keys import Kcv, KcvMethod, KeyAttributes
from keyexchange.protocols.messages import AgreementCredential, AgreementTerms, CertificateChain, TrustAnchor

from .attributes import MODES, USAGES
from .trust import encode_certificate

_EXPORTABILITY = {"E": "EXPORTABLE", "N": "NON_EXPORTABLE", "S": "SENSITIVE"}
_CLASSES = {"R": "ASYMMETRIC_KEY_PAIR", "E": "ASYMMETRIC_KEY_PAIR"}


def key_attributes(attributes: KeyAttributes) -> dict[str, Any]:
    """KeyAttributes of a key that is to be made or imported without a header."""
    return {
        "KeyUsage": USAGES[attributes.key_usage],
        "KeyClass": _CLASSES.get(attributes.algorithm.letter, "SYMMETRIC_KEY"),
        "KeyAlgorithm": attributes.algorithm.value,
        "KeyModesOfUse": dict.fromkeys(sorted(MODES[attributes.mode_of_use]), True),
    }


def headers(attributes: KeyAttributes) -> dict[str, Any]:
    """KeyBlockHeaders: the copy is as exportable as the reviewed file says. The rest is the key's own."""
    return {"KeyBlockHeaders": {"KeyExportability": _EXPORTABILITY[attributes.exportability]}}


def receiver(chain: CertificateChain, anchor: TrustAnchor | None) -> dict[str, str]:
    """For whom a key is wrapped."""
    assert anchor is not None  # the workflows give it to a side that has `trust_receiver`
    return {
        "CertificateAuthorityPublicKeyIdentifier": anchor.reference,
        "WrappingKeyCertificate": encode_certificate(chain.certificate),
    }


def agreement(
    own: AgreementCredential, peer: CertificateChain, terms: AgreementTerms, anchor: TrustAnchor | None
) -> dict[str, Any]:
    """All that a DiffieHellmanTr31KeyBlock says of the derived key."""
    assert anchor is not None  # the workflows give it to a side that has `trust_peer`
    return {
        "PrivateKeyIdentifier": own.reference.decode("ascii"),
        "CertificateAuthorityPublicKeyIdentifier": anchor.reference,
        "PublicKeyCertificate": encode_certificate(peer.certificate),
        "DeriveKeyAlgorithm": terms.algorithm.value,
        "KeyDerivationFunction": terms.function,
        "KeyDerivationHashAlgorithm": terms.hash,
        "DerivationData": {"SharedInformation": terms.shared_information.hex().upper()},
    }


def wrapped(answer: Mapping[str, Any]) -> tuple[str, Kcv]:
    """KeyMaterial and check value of ExportKey's answer.

    Raises:
        ProtocolError: the answer lacks what the API promises.
    """
    try:
        told = answer["WrappedKey"]
        return str(told["KeyMaterial"]), Kcv(told["KeyCheckValue"], KcvMethod[told["KeyCheckValueAlgorithm"]])
    except (KeyError, ValueError, TypeError):
        raise ProtocolError(
            "apc answered ExportKey without all that it promises",
            hint="does endpoint_url name the payment-cryptography API?",
        ) from None


def wrapped_octets(answer: Mapping[str, Any]) -> tuple[bytes, Kcv]:
    """The same where KeyMaterial is hexadecimal.

    Raises:
        ProtocolError: it is not.
    """
    text, kcv = wrapped(answer)
    try:
        return bytes.fromhex(text), kcv
    except ValueError:
        raise ProtocolError("apc answered ExportKey with key material that is not hexadecimal") from None
