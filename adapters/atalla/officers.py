"""12A: the officers of the HSM accept a public key, under dual control. The run pauses for them.

Laws of this file:

- a challenge is asked for once and written down; a run that is resumed too early sends nothing;
- the officers' answer comes in a file beside the challenge; one that the HSM refuses is moved aside and a new challenge
  is asked for, because the old one may have expired;
- the block that comes back holds the key that was asked about, octet for octet.

Source: aws-samples/samples-for-payment-cryptography-service: key_exchange/hsm/atalla/readme.md (two steps, dual
control, the administration screen).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from keyexchange import pki
from keyexchange.crypto.rsa import PUBLIC_EXPONENT
from keyexchange.errors import ConfigError, DeviceRefusedError, ProtocolError, RunPausedError, UnsupportedError

from . import akb
from .client import Client
from .commands import TrustPublicKey, TrustPublicKeyReply
from .commands.rsa import CHALLENGE, OK

RECEIVER, SENDER = "1kREE000", "1wRVE000"
_WRONG_ANSWER = frozenset({"24", "25", "27"})
_FORM = re.compile(r"[0-9A-Za-z -]{1,64}")
_NOT_SHOWN = "(not shown: see the HSM's administration screen)"
_TURNED_DOWN = ".refused"


@dataclass(frozen=True)
class _Files:
    """Where the run and the officers meet, for one public key."""

    challenge: Path
    answer: Path


class Officers:
    """Asks the officers of one HSM.

    Args:
        client: speaks to the HSM.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def accept(self, header: str, certificate: bytes, exchange_dir: Path, *, simulated: bool) -> str:
        """The key block of a certificate's public key.

        Args:
            header: RECEIVER or SENDER.
            certificate: DER.
            exchange_dir: where challenge and answer lie.
            simulated: the HSM is our simulator, which may take a challenge for its own answer.

        Raises:
            RunPausedError: the officers have not answered yet.
            DeviceRefusedError: the HSM does not do 12A.
            UnsupportedError: the key's exponent is not 65537.
        """
        request = _request(header, certificate)
        files = _files(header, request.modulus, exchange_dir)
        if files.answer.exists():
            block = self._answered(request, _read_answer(files.answer))
            if block is not None:
                return block
            files.answer.replace(files.answer.with_name(files.answer.name + _TURNED_DOWN))
            files.challenge.unlink(missing_ok=True)
        if files.challenge.exists():
            raise _paused(header, files)
        return self._challenged(request, files, simulated=simulated)

    def _answered(self, request: TrustPublicKey, answer: str) -> str | None:
        """The block; None when the HSM does not take the answer."""
        try:
            return _block(request, self._client.send(_with(request, answer)))
        except DeviceRefusedError as error:
            if error.code not in _WRONG_ANSWER:
                raise
            return None

    def _challenged(self, request: TrustPublicKey, files: _Files, *, simulated: bool) -> str:
        reply = self._client.send(request)
        if reply.status == OK:
            return _block(request, reply)
        challenge = _shown(reply)
        if simulated:
            block = self._answered(request, challenge)
            if block is not None:
                return block
        _write(files.challenge, f"{challenge}\n")
        raise _paused(request.header, files)


def _request(header: str, certificate: bytes) -> TrustPublicKey:
    numbers = pki.rsa_public_key(pki.load(certificate)).public_numbers()
    if numbers.e != PUBLIC_EXPONENT:
        raise UnsupportedError("an Atalla takes RSA keys with the exponent 65537 only")
    octets = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    return TrustPublicKey(header=header, exponent=PUBLIC_EXPONENT.to_bytes(3, "big"), modulus=octets)


def _with(request: TrustPublicKey, answer: str) -> TrustPublicKey:
    return TrustPublicKey(header=request.header, exponent=request.exponent, modulus=request.modulus, answer=answer)


def _block(request: TrustPublicKey, reply: TrustPublicKeyReply) -> str:
    """The key block of an OK, after its header and its modulus were compared."""
    text = reply.rest[0] if reply.status == OK and reply.rest else ""
    if not akb.looks_like_akb(text):
        raise ProtocolError("the reply to 12A is neither a challenge nor OK with a key block")
    block = akb.parse(text)
    if block.header != request.header or block.public_modulus != int.from_bytes(request.modulus, "big"):
        raise ProtocolError("the key block of 12A holds another key than the one that was asked about")
    return text


def _shown(reply: TrustPublicKeyReply) -> str:
    """The challenge as the officers may have to read it. Its form is not public, so any short text will do."""
    words = [word for word in (reply.status, *reply.rest) if word and word != CHALLENGE]
    text = " ".join(words)
    return text if _FORM.fullmatch(text) else _NOT_SHOWN


def _files(header: str, modulus: bytes, folder: Path) -> _Files:
    """Named by the key, so that another key needs another answer."""
    name = f"12A-{header}-{hashlib.sha256(modulus).hexdigest()[:8]}"
    folder = folder.absolute()
    return _Files(folder / f"{name}.challenge", folder / f"{name}.answer")


def _read_answer(path: Path) -> str:
    try:
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    if not _FORM.fullmatch(text):
        raise ConfigError(
            f"{path} holds no answer of the officers",
            hint="write the answer as the HSM's administration screen shows it, and nothing else",
        )
    return text


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "ascii")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}", hint="check the folder and its rights") from None


def _paused(header: str, files: _Files) -> RunPausedError:
    whose = {RECEIVER: "receiver's wrapping key", SENDER: "sender's signing key"}[header]
    challenge = files.challenge.read_text("ascii").strip()
    return RunPausedError(
        f"atalla, command 12A: the HSM's challenge for the {whose} is {challenge}; the run waits for {files.answer}",
        hint="two officers answer the challenge on the HSM's administration screen (dual control); write what it shows "
        f"into {files.answer.name}, in that folder, then resume the run",
    )
