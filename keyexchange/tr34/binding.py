"""Unbind and rebind tokens: a KRD is let go, or told to take keys from another KDH.

Four forms; `_FORMS` and `_NEEDED` are the whole difference between them. The KDH's own forms answer the KRD's random
number. The higher authority (the CA that certified the KRD) acts when the KDH is lost or out of order; its unbind token
has no signed attributes, so nothing in it is fresh. Binding itself has no token of its own: the two sides exchange
credentials (`credentials`).

Source: X9 TR 34-2019, Annex B.10, B.11, B.13, B.14.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum

from asn1crypto import core

from keyexchange.crypto.rsa import verify_pkcs1
from keyexchange.errors import FormatError, TrustError
from keyexchange.pki import load, require_identifier, rsa_public_key
from keyexchange.pki.der import encode, first_element
from keyexchange.tr34.algorithms import DATA, SIGNED_DATA
from keyexchange.tr34.attributes import CommonAttributes, read_common_attributes
from keyexchange.tr34.checks import require_answer, require_signer
from keyexchange.tr34.credentials import Credential, read_degenerate
from keyexchange.tr34.layouts import Tolerance
from keyexchange.tr34.signed import SignedContent, read_content, verify_attributes

_WHAT = "the binding token"
_SEQUENCE = b"\x30"
_MOST_IDENTIFIERS = 2
_OTHER = "have the sender make a token for the pair of KDH and KRD that is bound"


class BindingForm(StrEnum):
    """The forms, by signer and effect."""

    CA_UNBIND = "ca-unbind"
    """By the KRD's authority: the KRD lets go of its KDH (B.13)."""
    KDH_UNBIND = "kdh-unbind"
    """By the KDH: the KRD lets go of it (B.14)."""
    CA_REBIND = "ca-rebind"
    """By the KRD's authority: another KDH in place of the one bound (B.10)."""
    KDH_REBIND = "kdh-rebind"
    """By the KDH: another KDH in its own place (B.11)."""


class _Fresh(Enum):
    NOTHING = "no signed attributes"
    NONCE = "the KRD's random number"
    TIME = "a signing time"


_FORMS = {
    (DATA, 2): BindingForm.CA_UNBIND,
    (DATA, 1): BindingForm.KDH_UNBIND,
    (SIGNED_DATA, 2): BindingForm.CA_REBIND,
    (SIGNED_DATA, 1): BindingForm.KDH_REBIND,
}
"""By content type (a SignedData holds the new KDH's credential) and count of identifiers (KRD; KDH bound so far)."""
_NEEDED = {
    BindingForm.CA_UNBIND: _Fresh.NOTHING,
    BindingForm.KDH_UNBIND: _Fresh.NONCE,
    BindingForm.CA_REBIND: _Fresh.TIME,
    BindingForm.KDH_REBIND: _Fresh.NONCE,
}


@dataclass(frozen=True)
class BindingToken:
    """An unbind or rebind token, taken apart; nothing in it is verified.

    Args:
        form: which of the four.
        krd_id: DER IssuerAndSerialNumber of the KRD's certificate.
        kdh_id: the same of the KDH bound so far, where the authority signs; the KDH itself is the signer otherwise.
        new_kdh: rebind: the credential to bind.
        attributes: what the signature is over; None when it is over the content (CA unbind).
        signed: the SignedData.
        tolerances: what was put up with.
    """

    form: BindingForm
    krd_id: bytes
    kdh_id: bytes | None
    new_kdh: Credential | None
    attributes: CommonAttributes | None
    signed: SignedContent
    tolerances: tuple[Tolerance, ...]

    @property
    def signer_id(self) -> bytes:
        """DER IssuerAndSerialNumber of the signer's certificate."""
        return self.signed.signer_id

    @property
    def nonce(self) -> bytes | None:
        """The random number that the KDH's forms answer."""
        return None if self.attributes is None else self.attributes.nonce

    @property
    def signing_time(self) -> datetime | None:
        """When a CA rebind token was signed; for `judge_signing_time`."""
        return None if self.attributes is None else self.attributes.signing_time

    @property
    def crls(self) -> tuple[bytes, ...]:
        """DER, as carried along, beside the new certificate or outside; not verified."""
        return self.signed.crls + (() if self.new_kdh is None else self.new_kdh.crls)


def read_binding(octets: bytes) -> BindingToken:
    """Take an unbind or rebind token apart; which of the four it is, its content says.

    Raises:
        FormatError: der_malformed or structure.
    """
    signed = read_content(octets)
    content, new_kdh = signed.content, None
    if signed.content_type == SIGNED_DATA:
        content, new_kdh = _read_body(signed.content)
    identifiers = _read_identifiers(content)
    form = _FORMS.get((signed.content_type, len(identifiers)))
    if form is None:
        raise FormatError("the token is neither for unbinding nor for rebinding", category="structure")
    attributes = None if signed.attributes is None else read_common_attributes(signed.attributes)
    if _fresh_in(attributes) is not _NEEDED[form]:
        raise FormatError(f"a token of the form {form} must have {_NEEDED[form].value}", category="structure")
    return BindingToken(
        form=form,
        krd_id=identifiers[0],
        kdh_id=identifiers[1] if len(identifiers) > 1 else None,
        new_kdh=new_kdh,
        attributes=attributes,
        signed=signed,
        tolerances=signed.tolerances
        + (new_kdh.tolerances if new_kdh else ())
        + (attributes.tolerances if attributes else ()),
    )


def verify_binding(
    token: BindingToken, *, signer_certificate: bytes, krd_id: bytes, kdh_id: bytes, nonce: bytes | None
) -> None:
    """Verify that the right side signed this token, for this KRD and in answer to its random number.

    Does not verify certificates (the signer's by `pki.verify_chain`, a new KDH's by `trust.verify_credential`), nor
    that an authority's token is fresh: judge `signing_time` of a CA rebind; a CA unbind has nothing to judge.

    Args:
        signer_certificate: DER; of the KDH bound so far, or of the KRD's authority, as the form has it.
        krd_id: DER IssuerAndSerialNumber of this KRD.
        kdh_id: of the KDH bound so far.
        nonce: the random number that this KRD gave out; the KDH's forms must answer it.

    Raises:
        TrustError: signer_mismatch, signature_invalid, digest_mismatch, recipient_mismatch, nonce_mismatch.
        FormatError: category structure.
    """
    require_signer(token.signer_id, signer_certificate, "the token", role="signing")
    key = rsa_public_key(load(signer_certificate))
    signed = token.signed
    if token.attributes is None:
        verify_pkcs1(key, signed.signature, signed.content, signed.hashing)
    else:
        verify_attributes(token.attributes, signed, signed.content_type, key)
    if token.krd_id != krd_id:
        raise TrustError("the token is meant for another receiver", category="recipient_mismatch", hint=_OTHER)
    if (token.kdh_id or token.signer_id) != kdh_id:
        raise TrustError("the token is about another KDH than the one bound", category="signer_mismatch", hint=_OTHER)
    if _NEEDED[token.form] is _Fresh.NONCE:
        require_answer(token.nonce, nonce)


def _read_identifiers(content: bytes) -> tuple[bytes, ...]:
    found: list[bytes] = []
    while content and len(found) < _MOST_IDENTIFIERS:
        identifier, content = first_element(content, _WHAT)
        require_identifier(identifier)
        found.append(identifier)
    if content:
        raise FormatError("octets follow the identifiers in the token", category="structure")
    return tuple(found)


def _read_body(octets: bytes) -> tuple[bytes, Credential]:
    if octets[:1] != _SEQUENCE:
        return read_degenerate(encode(core.Sequence, octets), _WHAT)
    content, credential = read_degenerate(octets, _WHAT)
    return content, replace(credential, tolerances=(*credential.tolerances, Tolerance.INNER_SEQUENCE))


def _fresh_in(attributes: CommonAttributes | None) -> _Fresh:
    if attributes is None:
        return _Fresh.NOTHING
    return _Fresh.TIME if attributes.nonce is None else _Fresh.NONCE
