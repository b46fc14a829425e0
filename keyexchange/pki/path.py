"""The way from a certificate up to one that is trusted.

Laws of this file:

- only an anchor is trusted because it was handed in as one; every other issuer must be a CA by its own extensions.
  A leaf may have no extensions at all, so a certificate without any never issues another;
- an issuer that does not fit (expired, no CA, too weak) is passed over while there is another: cross-signed
  authorities have several certificates, and one way up is enough;
- the search goes up level by level, so each certificate is met first where the fewest stand below it, which is where
  a path length allows it if it does anywhere. None is met twice and few are climbed from, so foreign certificates
  cannot make the search long;
- what follows from the octets of certificates alone (who signed which, what an issuer may do, how strong it is) is
  found out once and kept; dates and who is trusted are judged at every call.

Not checked: name constraints and policies (an issuer that marks them critical is refused).

Source: RFC 5280, 6.1; RFC 4158, 2 (several paths); NIST SP 800-57 part 1 rev. 5, 5.6 (112 bits of strength).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.errors import TrustError
from keyexchange.pki.certificates import subject_text, time_text

_LONGEST_PATH = 8
_MOST_CLIMBED = 32
"""From how many certificates the search goes up."""
_KEPT = 512
"""How many pairs of certificates are remembered."""
_LEAST_RSA_BITS, _LEAST_CURVE_BITS, _LEAST_HASH_OCTETS = 2048, 224, 32
_GENERAL_HINT = "give the issuing certificates up to the root, and check that the root is the one you trust"
_UNDERSTOOD = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.SubjectKeyIdentifier.oid,
        x509.AuthorityKeyIdentifier.oid,
    }
)


def find_path(
    leaf: x509.Certificate, issuers: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: datetime
) -> tuple[x509.Certificate, ...]:
    """The certificates from the leaf to an anchor, both included; each in date, strong enough and signed by the next.

    Args:
        issuers: certificates that may stand between; not trusted by themselves.
        anchors: certificates that are trusted, and tried first.
        at: the moment to judge dates by; aware.

    Raises:
        TrustError: chain_untrusted, expired (or not yet valid). When issuers were found and none fits, the first
            one's fault is named.
    """
    _check_dates(leaf, at)
    _check_key(leaf)
    trusted = frozenset(anchors)
    if leaf in trusted:
        _check_own_signature(leaf)
        return (leaf,)
    _check_hash(leaf)
    return _climb(leaf, (*anchors, *issuers), trusted, at)


def _climb(
    leaf: x509.Certificate, candidates: Sequence[x509.Certificate], trusted: frozenset[x509.Certificate], at: datetime
) -> tuple[x509.Certificate, ...]:
    paths: list[tuple[x509.Certificate, ...]] = [(leaf,)]
    met, faults = {leaf}, list[TrustError]()
    for path in paths:  # which grows on the way
        for issuer in (each for each in candidates if each not in met and issued(path[-1], each)):
            met.add(issuer)
            try:
                _require_fit(issuer, at, below=len(path) - 1, anchor=issuer in trusted)
            except TrustError as fault:
                faults.append(fault)
                continue
            if issuer in trusted:
                return (*path, issuer)
            if len(path) < _LONGEST_PATH - 1 and len(paths) < _MOST_CLIMBED:
                paths.append((*path, issuer))
    if faults:
        raise faults[0]
    raise _untrusted(f"nobody trusted here has issued the certificate of {subject_text(paths[-1][-1])}")


@lru_cache(maxsize=_KEPT)
def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether name and signature fit. `cryptography` refuses SHA-1 and older by itself."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _require_fit(issuer: x509.Certificate, at: datetime, *, below: int, anchor: bool) -> None:
    """Args: below: how many issuers stand between this one and the leaf."""
    _check_dates(issuer, at)
    _check_key(issuer)
    if anchor:
        _check_own_signature(issuer)
    else:
        _check_hash(issuer)
    _check_issuer(issuer, below=below, anchor=anchor)


def _check_dates(certificate: x509.Certificate, at: datetime) -> None:
    if at > certificate.not_valid_after_utc:
        what = f"expired on {time_text(certificate.not_valid_after_utc)}"
    elif at < certificate.not_valid_before_utc:
        what = f"is not valid before {time_text(certificate.not_valid_before_utc)}"
    else:
        return
    raise TrustError(f"the certificate of {subject_text(certificate)} {what}", category="expired")


def _check_own_signature(anchor: x509.Certificate) -> None:
    if anchor.issuer == anchor.subject and not issued(anchor, anchor):
        raise _untrusted(f"the certificate of {subject_text(anchor)} names itself as issuer but did not sign itself")


@lru_cache(maxsize=_KEPT)
def _check_key(certificate: x509.Certificate) -> None:
    """A key of another kind than RSA and elliptic curves signs nothing here, and is its user's to refuse."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return
    if isinstance(key, rsa.RSAPublicKey):
        weak = key.key_size < _LEAST_RSA_BITS
    else:
        weak = isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _LEAST_CURVE_BITS
    if weak:
        raise _untrusted(
            f"the key of {subject_text(certificate)} has fewer than 112 bits of strength",
            hint=f"have a new key pair made: RSA of {_LEAST_RSA_BITS} bits or more, or a curve like P-256",
        )


@lru_cache(maxsize=_KEPT)
def _check_hash(certificate: x509.Certificate) -> None:
    """SHA-256 and longer; a signature without a hash of its own (Ed25519) is judged by its key alone."""
    try:
        hashing = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return
    if hashing is not None and hashing.digest_size < _LEAST_HASH_OCTETS:
        raise _untrusted(
            f"the certificate of {subject_text(certificate)} is signed with {hashing.name}, which is too weak",
            hint="have it issued again, signed with SHA-256 or longer",
        )


@lru_cache(maxsize=_KEPT)
def _check_issuer(issuer: x509.Certificate, *, below: int, anchor: bool) -> None:
    name = subject_text(issuer)
    try:
        extensions = {extension.oid: extension for extension in issuer.extensions}
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise _untrusted(f"the extensions of {name} cannot be read") from None
    constraints = extensions.get(x509.BasicConstraints.oid)
    usage = extensions.get(x509.KeyUsage.oid)
    if constraints is None and not anchor:
        raise _untrusted(f"{name} has issued a certificate but is not said to be a certificate authority")
    if constraints is not None:
        assert isinstance(constraints.value, x509.BasicConstraints)
        if not constraints.value.ca:
            raise _untrusted(f"{name} has issued a certificate but is not a certificate authority")
        if constraints.value.path_length is not None and constraints.value.path_length < below:
            raise _untrusted(f"{name} allows fewer authorities below it than there are")
    if usage is not None:
        assert isinstance(usage.value, x509.KeyUsage)
        if not usage.value.key_cert_sign:
            raise _untrusted(f"the key of {name} may not sign certificates")
    if any(extension.critical and oid not in _UNDERSTOOD for oid, extension in extensions.items()):
        raise _untrusted(f"{name} has a critical extension that is not understood here")


def _untrusted(message: str, *, hint: str = _GENERAL_HINT) -> TrustError:
    return TrustError(message, category="chain_untrusted", hint=hint)
