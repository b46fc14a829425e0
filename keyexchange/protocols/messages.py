"""What the sides hand to each other, as frozen dataclasses.

Everything here may be journalled: certificates, ciphertext, check values and names, never a clear key or a private
key in clear. Octets are DER or ciphertext; times are aware (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from keyexchange.keys import Kcv, KeyAlgorithm, KeyAttributes
from keyexchange.pki import Purpose

Role = Literal["kdh", "krd"]

ACCOUNT = "account"
"""The detail of an identity that a service tells only when there is something to tell."""


@dataclass(frozen=True)
class DeviceIdentity:
    """What a side says it is.

    Args:
        name: adapter name, "payshield".
        details: in the order to print, such as ("firmware", "1500-0023"), ("LMK check value", "9D04A0").
        storage: tells one store of keys from another: the LMK, the region. A run is resumed with the same one only.
        lacking: commands that the side says it does not have or allow; empty too when it does not tell.
        warnings: what makes doubtful that our commands are right for it, for the report.
    """

    name: str
    details: tuple[tuple[str, str], ...]
    storage: str = ""
    lacking: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def may_be(self, other: DeviceIdentity) -> bool:
        """Whether the other one holds the same keys, as far as both tell; an account without keys tells no number."""
        ours, theirs = dict(self.details).get(ACCOUNT), dict(other.details).get(ACCOUNT)
        return self.storage == other.storage and (ours is None or theirs is None or ours == theirs)


@dataclass(frozen=True)
class SigningKey:
    """An RSA key pair made at the KDH.

    Args:
        public_key: SubjectPublicKeyInfo, DER.
        reference: the private key as the device hands it out: ciphertext under its LMK, or the octets of a name.
    """

    public_key: bytes
    reference: bytes


@dataclass(frozen=True)
class AgreementKey:
    """An elliptic curve key pair for key agreement, made at one side.

    Args:
        public_key: SubjectPublicKeyInfo, DER.
        reference: the private key as the device hands it out: ciphertext under its main key, or the octets of a name.
    """

    public_key: bytes
    reference: bytes


@dataclass(frozen=True)
class Csr:
    """A PKCS#10 certification request, DER."""

    der: bytes


@dataclass(frozen=True)
class CertificationRequest:
    """What a certificate authority is asked.

    Args:
        run: id of the run.
        common_name: for the subject.
        key_pair: whose public key is to be certified.
        csr: signed by that key; None when the authority needs none.
        exchange_dir: where files for a person go.
        purpose: what the certificate is to be for.
        role: whose key it is; names the files that a person sees.
    """

    run: str
    common_name: str
    key_pair: SigningKey | AgreementKey
    csr: Csr | None
    exchange_dir: Path
    purpose: Purpose = "sign"
    role: Role = "kdh"


@dataclass(frozen=True)
class ChainFindings:
    """What a careful reader should know about a chain that was verified and holds.

    Args:
        unlisted: subjects of which no revocation list at hand knew anything.
        outdated: revocation lists relied upon after their time, each with its issuer and when it was to be replaced.
        allowances: names of what was put up with (`pki.Allowance`).
    """

    unlisted: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    allowances: tuple[str, ...] = ()


@dataclass(frozen=True)
class CertificateChain:
    """A certificate and those above it, DER.

    Args:
        certificate: the leaf.
        issuers: from the leaf's issuer up to the root.
        findings: once it was verified.
    """

    certificate: bytes
    issuers: tuple[bytes, ...]
    findings: ChainFindings | None = None


@dataclass(frozen=True)
class TrustAnchor:
    """How the receiver names the certification authority that it now trusts (an ARN at APC).

    Args:
        reference: names the certificate that issued the KDH's certificate.
        imported: the references that were made for it, root first; empty when all were found there already.
    """

    reference: str
    imported: tuple[str, ...]


@dataclass(frozen=True)
class KrdCredential:
    """CT-KRD: the receiver's certificate, and how to name its private key when the token arrives.

    Args:
        chain: the wrapping certificate and its issuers.
        token: the receiver's handle of the private key (APC: import token).
        valid_until: None when the receiver sets no limit.
    """

    chain: CertificateChain
    token: str
    valid_until: datetime | None


@dataclass(frozen=True)
class KdhCredential:
    """CT-KDH of a sender that has a signing key and a certificate of its own.

    Args:
        chain: the signing certificate and its issuers.
        signing_key: how to name the private key when a token is made (APC: export token).
        valid_until: None when the sender sets no limit.
    """

    chain: CertificateChain
    signing_key: SigningKey
    valid_until: datetime | None


@dataclass(frozen=True)
class AgreementCredential:
    """One side's half of a key agreement.

    Args:
        chain: the certificate of its public key, and its issuers.
        reference: the private key, as in `AgreementKey`.
    """

    chain: CertificateChain
    reference: bytes


@dataclass(frozen=True)
class AgreementTerms:
    """What two sides must have in common to derive one key.

    Args:
        curve: of both key pairs.
        function: "NIST_SP800" or "ANSI_X963", spelled as APC spells it (crypto.kdf.KdfFunction).
        hash: "SHA_256", "SHA_384" or "SHA_512" (crypto.kdf.KdfHash).
        algorithm: of the derived key block protection key.
        shared_information: drawn anew for each run; no secret.
    """

    curve: KeyAlgorithm
    function: str
    hash: str
    algorithm: KeyAlgorithm
    shared_information: bytes


@dataclass(frozen=True)
class KeyCryptogram:
    """A key under the receiver's RSA key.

    Args:
        octets: as long as the modulus.
        spec: "RSA_OAEP_SHA_256" or "RSA_OAEP_SHA_512" (crypto.rsa.WrappingSpec).
        kcv: the check value that the sender states.
    """

    octets: bytes
    spec: str
    kcv: Kcv


@dataclass(frozen=True)
class AcceptedKey:
    """A public key of another side that the officers of this one have accepted.

    Args:
        reference: how this side wants it named in a command.
    """

    reference: str


@dataclass(frozen=True)
class SealedKey:
    """A new key that its HSM made in the act of sealing it for a receiver: the pieces of a TR-34 envelope.

    Args:
        key: the key as its holder names it.
        header: TR-31 header text, as it is sealed in with the key.
        wrapped_key: the one-time key under the receiver's.
        iv: of the block.
        block: the key block under the one-time key.
        token: links the pieces to the command that signs.
    """

    key: HeldKey
    header: str
    wrapped_key: bytes
    iv: bytes
    block: bytes
    token: str


@dataclass(frozen=True)
class KeyToken:
    """KT-KDH: a key in a TR-34 token.

    Args:
        der: the whole token, in the layout `layout` names.
        kcv: the check value that the sender states.
        layout: "x9_tr34_2012" or "cms".
        findings: about the sender's chain, once it was verified with the token.
    """

    der: bytes
    kcv: Kcv
    layout: str
    findings: ChainFindings | None = None


@dataclass(frozen=True)
class KeyBlock:
    """A key in a TR-31 block.

    Args:
        text: the block, beginning with its version letter.
        kcv: the check value that the sender states.
    """

    text: str
    kcv: Kcv


@dataclass(frozen=True)
class HeldKey:
    """A key as its holder names it.

    Args:
        reference: ciphertext under an LMK, or an ARN.
        kcv: the check value the holder states.
        attributes: as far as the holder tells them.
    """

    reference: str
    kcv: Kcv
    attributes: KeyAttributes | None = None


@dataclass(frozen=True)
class KeyToMove:
    """One entry of the reviewed file's `keys`, or the KEK.

    Args:
        name: unique in the run.
        reference: the key as the KDH gives it (key block or cryptogram under the LMK); empty: to be made by the KDH.
        attributes: what it is and may do at the receiver.
        kcv: what the operator wrote down, compared before anything is sent.
        vendor_key_type: where the reference does not say it (payShield variant LMK: "402").
        alias: name to give it at the receiver.
        tags: to put on it at the receiver.
    """

    name: str
    reference: str
    attributes: KeyAttributes
    kcv: Kcv | None = None
    vendor_key_type: str | None = None
    alias: str | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ImportMark:
    """Names one import of one run, so that it can be found again after a crash.

    Args:
        run: id of the run.
        key: name of the key in the run.
    """

    run: str
    key: str
