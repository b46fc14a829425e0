"""The reviewed file: JSON checked by pydantic. Unknown fields are refused, and a message names the field by its path.

The sections of the sides are checked by the adapters' own Settings, so nothing here names a vendor. AWS's public
sample `input_config.json` loads unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from keyexchange import registry
from keyexchange.crypto.kdf import KdfFunction, KdfHash
from keyexchange.crypto.rsa import WrappingSpec
from keyexchange.errors import ConfigError
from keyexchange.keys import Exportability, Kcv, KcvMethod, KeyAlgorithm, KeyAttributes, KeyUsage, ModeOfUse
from keyexchange.protocols.messages import AgreementTerms, KeyToMove

DEFAULT_FILES = ("keyexchange.json", "input_config.json")
KEK = "kek"
"""The name of the KEK among a run's keys."""

_Hex = Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{4,16})?$")]
_WORDS = {"extra_forbidden": "unknown field", "missing": "missing"}
_SYMMETRIC = tuple(each.value for each in KeyAlgorithm if each.letter in ("T", "A", "H"))


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _KeyFields(_Model):
    """What a key is and may do, and how it is called at the receiver."""

    name: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*$")
    usage: KeyUsage = Field(description="X9.143 key usage, such as C0")
    algorithm: KeyAlgorithm = Field(description="a TDES, AES or HMAC key, such as AES_128")
    mode_of_use: ModeOfUse = Field(description="X9.143 mode of use, such as C")
    exportability: Exportability = Field(Exportability.E, description="of the copy that arrives: E, N or S")
    key_type: str = Field("", description="the sender's own key type, where the key does not tell it (payShield: 402)")
    alias: str = Field("", pattern=r"^(alias/[a-zA-Z0-9/_-]+)?$", max_length=256)
    tags: dict[str, str] = Field(default_factory=dict)

    @field_validator("algorithm")
    @classmethod
    def _symmetric(cls, value: KeyAlgorithm) -> KeyAlgorithm:
        if value not in _SYMMETRIC:
            raise ValueError(f"must be one of {', '.join(_SYMMETRIC)}")
        return value

    def to_move(self, reference: str, digits: str) -> KeyToMove:
        """The same in the words of the protocols.

        Args:
            reference: the key as the sender gives it; empty: the sender makes a new one.
            digits: its check value as the operator wrote it down, or empty.
        """
        attributes = KeyAttributes(self.usage.value, self.algorithm, self.mode_of_use.value, self.exportability.value)
        return KeyToMove(
            self.name,
            reference,
            attributes,
            Kcv(digits, KcvMethod.for_algorithm(self.algorithm)) if digits else None,
            self.key_type or None,
            self.alias or None,
            tuple(sorted(self.tags.items())),
        )


class KeyConfig(_KeyFields):
    """A key to move."""

    key: str = Field(
        "", description="the key as the sender gives it (under its LMK); empty: the sender makes a new one"
    )
    kcv: _Hex = Field("", description="check value the operator wrote down, compared before anything is made")


class KekConfig(_KeyFields):
    """The key under which the others travel. Its text and check value stand in the sender's section, as AWS has it."""

    name: str = Field(KEK, pattern=f"^{KEK}$")
    usage: KeyUsage = KeyUsage.K1
    algorithm: KeyAlgorithm = KeyAlgorithm.TDES_3KEY
    mode_of_use: ModeOfUse = ModeOfUse.B


class RsaConfig(_Model):
    """How keys travel by RSA wrap."""

    wrapping_spec: WrappingSpec = Field(WrappingSpec.RSA_OAEP_SHA_256, description="how the key is padded")


class EcdhConfig(_Model):
    """What both sides derive the key block protection key from, apart from their key pairs and a random value."""

    curve: Literal["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"] = Field(
        "ECC_NIST_P521", description="of both key pairs; as strong as the keys to move"
    )
    key_derivation_function: KdfFunction = KdfFunction.NIST_SP800
    key_derivation_hash: KdfHash = KdfHash.SHA_256
    derive_key_algorithm: Literal["TDES_3KEY", "AES_128", "AES_192", "AES_256"] = Field(
        "AES_256", description="the derived key block protection key"
    )

    def terms(self) -> AgreementTerms:
        """The same in the words of the protocols; the shared information is drawn by the run."""
        return AgreementTerms(
            KeyAlgorithm(self.curve),
            self.key_derivation_function.value,
            self.key_derivation_hash.value,
            KeyAlgorithm(self.derive_key_algorithm),
            b"",
        )


class Override(_Model):
    """A rule set aside, on record."""

    rule: str = Field(pattern=r"^kek-strength$")
    reason: str = Field(min_length=10)


class Config(_Model):
    """The whole file."""

    _source: str = PrivateAttr("the configuration")
    schema_url: str = Field("", alias="$schema", description="where the JSON Schema is, for editors")
    kdh: dict[str, dict[str, Any]] = Field(description="the sending sides, by adapter name")
    krd: dict[str, dict[str, Any]] = Field(description="the receiving sides, by adapter name")
    kek: KekConfig = KekConfig()
    keys: tuple[KeyConfig, ...] = ()
    rsa: RsaConfig = RsaConfig()
    ecdh: EcdhConfig = EcdhConfig()
    certificate_authority: dict[str, Any] = Field(default_factory=lambda: {"kind": "local"})
    overrides: tuple[Override, ...] = ()

    @model_validator(mode="after")
    def _names_once(self) -> Config:
        names = [KEK, *(key.name for key in self.keys)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"keys: the name {twice[0]!r} stands twice")
        aliases = [key.alias for key in (self.kek, *self.keys) if key.alias]
        twice = sorted({alias for alias in aliases if aliases.count(alias) > 1})
        if twice:
            raise ValueError(f"keys: the alias {twice[0]!r} stands twice")
        return self


def find(path: Path | None) -> Path:
    """The file to read: the one named, else the first default that is there.

    Raises:
        ConfigError: none.
    """
    if path is not None:
        return path
    for name in DEFAULT_FILES:
        if Path(name).is_file():
            return Path(name)
    raise ConfigError(
        f"no configuration: neither ./{DEFAULT_FILES[0]} nor ./{DEFAULT_FILES[1]} is here",
        hint="name one with -c FILE, or try --simulate, which needs none",
    )


def load(path: Path) -> Config:
    """Read and check a file.

    Raises:
        ConfigError: not readable, not JSON, or not as it should be; names each field by its path.
    """
    try:
        document = json.loads(path.read_text("utf-8"), object_pairs_hook=_no_duplicates)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", hint="name the file with -c FILE") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{path} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}",
            hint="a comma too many or a quote too few, usually on the line before",
        ) from None
    return parse(document, str(path))


def parse(document: object, source: str) -> Config:
    """Check a document that was read from `source`.

    Raises:
        ConfigError: names each field by its path.
    """
    config: Config = _checked(Config, document, source, "")
    config._source = source
    return config


def settings_of(entry: registry.AdapterEntry, config: Config, role: str) -> Any:
    """The settings of one side, checked by its adapter.

    Args:
        role: "kdh" or "krd".

    Raises:
        ConfigError: the section is missing or not as it should be.
    """
    sections: Mapping[str, object] = getattr(config, role)
    if entry.name not in sections:
        there = ", ".join(sorted(sections)) or "none"
        raise ConfigError(
            f"{config._source}: {role}.{entry.name} is missing (the file has: {there})", hint="see configs/README.md"
        )
    return _checked(entry.Settings, sections[entry.name], config._source, f"{role}.{entry.name}")


def authority_settings(entry: registry.AuthorityEntry, config: Config) -> Any:
    """The settings of the certificate authority, checked by it.

    Raises:
        ConfigError: not as they should be.
    """
    return _checked(entry.Settings, config.certificate_authority, config._source, "certificate_authority")


def schema() -> dict[str, Any]:
    """The JSON Schema of the file, with the sections of every adapter and authority that is installed."""
    document = Config.model_json_schema()
    definitions = document.setdefault("$defs", {})
    for role in ("kdh", "krd"):
        document["properties"][role] |= {
            "properties": {
                name: _embedded(registry.load(registry.ADAPTERS, name), definitions)
                for name in registry.names(registry.ADAPTERS)
            }
        }
    authorities = [
        _embedded(registry.load(registry.AUTHORITIES, name), definitions)
        for name in registry.names(registry.AUTHORITIES)
    ]
    document["properties"]["certificate_authority"] = {"anyOf": authorities, "default": {"kind": "local"}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}


def _embedded(entry: Any, definitions: dict[str, Any]) -> dict[str, str]:
    """Put a model's schema among the definitions; return a reference to it."""
    inner: dict[str, Any] = entry.Settings.model_json_schema(ref_template="#/$defs/{model}")
    definitions |= inner.pop("$defs", {})
    definitions[entry.Settings.__name__] = inner
    return {"$ref": f"#/$defs/{entry.Settings.__name__}"}


def _checked(model: Any, document: object, source: str, prefix: str) -> Any:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        # the errors hold the input, which may be a key under an LMK: only place and words are taken
        problems = [f"{_path(prefix, e['loc'])}: {_words(e['type'], e['msg'])}" for e in error.errors()]
        raise ConfigError(f"{source}: " + "; ".join(problems)) from None


def _words(kind: str, message: str) -> str:
    return _WORDS.get(kind) or message.removeprefix("Value error, ")


def _path(prefix: str, location: tuple[int | str, ...]) -> str:
    path = prefix
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "the file"


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document: dict[str, object] = {}
    for name, value in pairs:
        if name in document:
            raise ConfigError(
                f"the field {name!r} stands twice in one object", hint="JSON would silently take the last"
            )
        document[name] = value
    return document
