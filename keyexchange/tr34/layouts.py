"""The shapes of a token in use, and names for every deviation that is put up with."""

from __future__ import annotations

from enum import StrEnum


class Layout(StrEnum):
    """Where the parts of EnvelopedData stand; the rest of a token is the same.

    Source: X9 TR 34-2019 Annex B; APC API reference, ImportTr34KeyBlock (KeyBlockFormat); AWS's public samples.
    """

    X9_TR34_2012 = "x9_tr34_2012"
    """What APC speaks: no SEQUENCE around EnvelopedData, the ciphertext inside the algorithm."""
    CMS = "cms"
    """As RFC 5652 has it."""


class Tolerance(StrEnum):
    """A deviation from the layout or from DER that a reader accepted, and what it is."""

    HAS_SEQUENCE = "enveloped-data-has-its-sequence"
    """Ciphertext placed as in X9_TR34_2012, in a whole EnvelopedData (TR-34 Annex B before its errata)."""
    LACKS_SEQUENCE = "enveloped-data-lacks-its-sequence"
    """Ciphertext placed as in CMS, without the SEQUENCE of EnvelopedData."""
    TAGGED_OAEP = "oaep-parameters-tagged"
    """OAEP parameters with the context tags of RFC 8017, which TR-34's samples leave out."""
    DIGEST_NULL = "digest-algorithm-has-null"
    """NULL parameters beside SHA-2 in digestAlgorithm, which RFC 5754, 2, has readers accept; TR-34 has none."""
    SIGNATURE_NAMES_HASH = "signature-algorithm-names-its-hash"
    """sha256WithRSAEncryption and its like, as RFC 5754, 3.2, has it, where TR-34 has rsaEncryption."""
    UNSORTED = "signed-attributes-unsorted"
    """Not in DER's order for a SET; the signature covers the order as written."""
    OTHER_ATTRIBUTE = "signed-attribute-not-of-tr34"
    """A signed attribute that TR-34 does not know; it is ignored."""
    UNPADDED = "content-padding-missing"
    """A key block of whole cipher blocks was encrypted without the padding block that PKCS#7 asks for."""
    VERSION_0 = "key-block-version-0"
    """The key block says version 0, as the text of TR-34 has it; its samples say 1."""
    LISTS_AFTER_SIGNERS = "revocation-lists-after-signers"
    """The empty signerInfos stand before the revocation lists, as in TR-34's own sample of a KDH credential."""
    CONTENT_ABSENT = "credential-content-absent"
    """A credential has no content at all, as RFC 5652 has it, where TR-34's samples have an empty one."""
    INNER_SEQUENCE = "inner-signed-data-has-its-sequence"
    """A rebind token holds a whole SignedData, where TR-34's samples leave out its SEQUENCE."""


def met(deviations: dict[Tolerance, bool]) -> tuple[Tolerance, ...]:
    """Those that are so."""
    return tuple(tolerance for tolerance, is_so in deviations.items() if is_so)
