"""ASN.1 that certificates and tokens share. Declarations, and the one base that makes them strict."""

from __future__ import annotations

from asn1crypto import core


class StrictSequence(core.Sequence):
    """A SEQUENCE with its declared fields and no more; asn1crypto by itself passes over further ones."""

    def _parse_children(self, recurse: bool = False) -> None:
        super()._parse_children(recurse)
        if len(self.children) != len(self._fields):
            raise ValueError


class Explicit3(core.Sequence):
    """The [3] around a certificate's extensions, RFC 5280, 4.1."""

    class_ = 2
    tag = 3


class IssuerAndSerialNumber(StrictSequence):
    """RFC 5652, 10.2.4, with the issuer's Name left as it stands."""

    _fields = [  # noqa: RUF012  # asn1crypto's way of declaring
        ("issuer", core.Any),
        ("serial_number", core.Integer),
    ]
