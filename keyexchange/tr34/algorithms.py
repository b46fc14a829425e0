"""Object identifiers, algorithm identifiers that never change, and the ciphers for the content.

What is fixed is encoded once, at import. Hashes stand without NULL parameters in digestAlgorithms, SignerInfo and MGF1,
SHA-256 with NULL in the first OAEP element: receivers compare octets.

Source: X9 TR 34-2019 Annex B; RFC 5754, 2; RFC 8017, A.2; NIST CSOR (AES).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from asn1crypto import core

from keyexchange.crypto import BlockCipherKey, block_cipher_key
from keyexchange.crypto.rsa import SignatureHash
from keyexchange.errors import FormatError
from keyexchange.keys import KeyAlgorithm
from keyexchange.pki.der import contents, decode, encode, reading
from keyexchange.secret import Secret
from keyexchange.tr34 import asn1


@cache
def oid(dotted: str) -> bytes:
    """DER of an object identifier of ours."""
    return bytes(core.ObjectIdentifier(dotted).dump())


@lru_cache(maxsize=64)
def dotted_of(identifier: bytes) -> str:
    """The object identifier of a DER element.

    Raises:
        ValueError: it is none; for `reading()` to turn.
    """
    dotted = str(core.ObjectIdentifier.load(identifier, strict=True).dotted)
    if oid(dotted) != identifier:
        raise ValueError
    return dotted


DATA = "1.2.840.113549.1.7.1"
"""Content type of what is encrypted; TR-34 also uses it as the type of the header attribute."""
SIGNED_DATA = "1.2.840.113549.1.7.2"
ENVELOPED_DATA = "1.2.840.113549.1.7.3"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
RANDOM_NONCE = "1.2.840.113549.1.9.25.3"
_RSAES_OAEP = "1.2.840.113549.1.1.7"
_RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
_MGF1 = "1.2.840.113549.1.1.8"
_P_SPECIFIED = "1.2.840.113549.1.1.9"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_SHA384 = "2.16.840.1.101.3.4.2.2"
_SHA512 = "2.16.840.1.101.3.4.2.3"
_DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    _SHA256: "sha256",
    _SHA384: "sha384",
    _SHA512: "sha512",
}

_NULL = bytes(core.Null().dump())
SHA256_IDENTIFIER = encode(asn1.AlgorithmIdentifier, oid(_SHA256))
DIGEST_IDENTIFIERS = {
    SignatureHash.SHA_256: SHA256_IDENTIFIER,
    SignatureHash.SHA_384: encode(asn1.AlgorithmIdentifier, oid(_SHA384)),
    SignatureHash.SHA_512: encode(asn1.AlgorithmIdentifier, oid(_SHA512)),
}
DIGEST_IDENTIFIERS_WITH_NULL = {
    hashing: encode(asn1.AlgorithmIdentifier, contents(identifier), _NULL)
    for hashing, identifier in DIGEST_IDENTIFIERS.items()
}
"""What a reader accepts besides. Source: RFC 5754, 2."""
RSA_SIGNATURE_IDENTIFIER = encode(asn1.AlgorithmIdentifier, oid(_RSA_ENCRYPTION), _NULL)
SIGNATURE_IDENTIFIERS_WITH_HASH = {
    SignatureHash.SHA_256: encode(asn1.AlgorithmIdentifier, oid("1.2.840.113549.1.1.11"), _NULL),
    SignatureHash.SHA_384: encode(asn1.AlgorithmIdentifier, oid("1.2.840.113549.1.1.12"), _NULL),
    SignatureHash.SHA_512: encode(asn1.AlgorithmIdentifier, oid("1.2.840.113549.1.1.13"), _NULL),
}
"""What a reader accepts besides: sha256WithRSAEncryption and its like. Source: RFC 5754, 3.2."""
OAEP_IDENTIFIER = encode(
    asn1.AlgorithmIdentifier,
    oid(_RSAES_OAEP),
    encode(
        asn1.OaepParameters,
        encode(asn1.AlgorithmIdentifier, oid(_SHA256), _NULL),
        encode(asn1.AlgorithmIdentifier, oid(_MGF1), SHA256_IDENTIFIER),
        encode(asn1.AlgorithmIdentifier, oid(_P_SPECIFIED), bytes(core.OctetString(b"").dump())),
    ),
)
"""RSAES-OAEP with SHA-256, MGF1 with SHA-256 and an empty label, as TR-34's samples encode it."""


@dataclass(frozen=True)
class Oaep:
    """What a token says about its OAEP.

    Args:
        digest: "sha256", or dotted when unknown.
        mgf_digest: the same, of MGF1.
        label: usually empty.
        tagged: whether the parameters are encoded with the context tags of RFC 8017.
    """

    digest: str
    mgf_digest: str
    label: bytes
    tagged: bool

    @property
    def is_tr34(self) -> bool:
        """SHA-256 throughout and no label: all that is ever opened."""
        return (self.digest, self.mgf_digest, self.label) == ("sha256", "sha256", b"")


@lru_cache(maxsize=8)
def read_oaep(identifier: bytes) -> Oaep:
    """The OAEP of a key encryption algorithm identifier, in either encoding of its parameters.

    The defaults of RFC 8017 (SHA-1) apply to what is absent from tagged parameters, and only to them: a parser made
    for the tagged form alone reads the plain form as SHA-1 without noticing. Kept for the next token: the same few
    octets stand in nearly all.

    Raises:
        FormatError: category structure.
    """
    what = "the key encryption algorithm"
    value = decode(asn1.AlgorithmIdentifier, identifier, what)
    with reading(what):
        if value["algorithm"].dotted != _RSAES_OAEP:
            raise FormatError(
                "the content key is not wrapped with RSAES-OAEP",
                category="structure",
                hint="have the sender use RSAES-OAEP with SHA-256",
            )
        parameters = value["parameters"].dump()
        tagged = _is_tagged(parameters)
        fields = decode(asn1.TaggedOaepParameters if tagged else asn1.OaepParameters, parameters, "the OAEP parameters")
        return Oaep(
            digest=_digest_name(fields["hash_algorithm"]),
            mgf_digest=_mgf_digest_name(fields["mask_gen_algorithm"]),
            label=_label(fields["p_source_algorithm"]),
            tagged=tagged,
        )


def _is_tagged(parameters: bytes) -> bool:
    return parameters[2:3] != b"\x30"


def _digest_name(identifier: object) -> str:
    if isinstance(identifier, asn1.AlgorithmIdentifier):
        dotted = str(identifier["algorithm"].dotted)
        return _DIGESTS.get(dotted, dotted)
    return "sha1"


def _mgf_digest_name(identifier: object) -> str:
    if not isinstance(identifier, asn1.AlgorithmIdentifier):
        return "sha1"
    if identifier["algorithm"].dotted != _MGF1:
        raise ValueError
    return _digest_name(decode(asn1.AlgorithmIdentifier, identifier["parameters"].dump(), "the mask generation"))


def _label(identifier: object) -> bytes:
    if not isinstance(identifier, asn1.AlgorithmIdentifier):
        return b""
    if identifier["algorithm"].dotted != _P_SPECIFIED:
        raise ValueError
    return bytes(decode(core.OctetString, identifier["parameters"].dump(), "the OAEP label").native)


@dataclass(frozen=True)
class ContentCipher:
    """A cipher for the key block, in CBC mode.

    Args:
        name: as asn1crypto and OpenSSL spell it.
        dotted: object identifier.
        letter: algorithm letter of the key.
        key_octets: exact length of the content encryption key.
        block_octets: length of a block and of the IV.
    """

    name: str
    dotted: str
    letter: str
    key_octets: int
    block_octets: int

    @cached_property
    def algorithm(self) -> KeyAlgorithm:
        """The sized algorithm, which has the strength."""
        return KeyAlgorithm.of_symmetric(self.letter, self.key_octets)

    def key(self, cek: Secret) -> BlockCipherKey:
        """The key object of a content encryption key.

        Raises:
            FormatError: category structure: not of this cipher's length.
        """
        if len(cek) != self.key_octets:
            raise FormatError(f"the content key does not have {self.key_octets} octets", category="structure")
        return block_cipher_key(self.letter, cek)


DES_EDE3_CBC = ContentCipher("des-ede3-cbc", "1.2.840.113549.3.7", "T", 24, 8)
AES128_CBC = ContentCipher("aes128-cbc", "2.16.840.1.101.3.4.1.2", "A", 16, 16)
AES256_CBC = ContentCipher("aes256-cbc", "2.16.840.1.101.3.4.1.42", "A", 32, 16)
CIPHERS = {cipher.dotted: cipher for cipher in (DES_EDE3_CBC, AES128_CBC, AES256_CBC)}

_LONGEST_UNDER_AES128 = {"A": 16, "H": 32}


def weakest_cipher(letter: str, octets: int) -> ContentCipher:
    """The weakest of the content ciphers that is as strong as a key.

    Args:
        letter: the key's algorithm, as in a header.
        octets: the key's length.
    """
    if letter in ("T", "D"):
        return DES_EDE3_CBC
    return AES128_CBC if octets <= _LONGEST_UNDER_AES128.get(letter, 0) else AES256_CBC
