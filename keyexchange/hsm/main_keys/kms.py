"""AWS KMS for the region main key: one of the two places that know boto3.

The key never leaves KMS; 32 octets go there and come back, under TLS, with an encryption context that CloudTrail shows
and that a key policy can ask for. Source: AWS KMS API reference, Encrypt and Decrypt.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from keyexchange.errors import ConfigError, UnreachableError
from keyexchange.secret import Secret

if TYPE_CHECKING:
    from botocore.client import BaseClient

CONTEXT = {"keyexchange": "region-main-key"}
_ARN = re.compile(r"arn:[\w-]+:kms:([\w-]+):\d{12}:(?:key|alias)/[\w/-]+")


class KmsKey:
    """A symmetric key of AWS KMS.

    Args:
        arn: of the key or of an alias; its region is where KMS is asked.

    Raises:
        ConfigError: it is no such ARN.
    """

    def __init__(self, arn: str) -> None:
        found = _ARN.fullmatch(arn)
        if found is None:
            raise ConfigError("this is not the ARN of a KMS key", hint="arn:aws:kms:REGION:ACCOUNT:key/ID")
        self._arn, self._region = arn, found[1]

    def encrypt(self, key: Secret) -> bytes:
        """KMS's ciphertext of a key.

        Raises:
            ConfigError, UnreachableError: KMS refuses, or does not answer.
        """
        answer = self._call("encrypt", KeyId=self._arn, Plaintext=key.reveal(), EncryptionContext=CONTEXT)
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, ciphertext: bytes) -> Secret:
        """The key of a ciphertext.

        Raises:
            ConfigError, UnreachableError: KMS refuses, or does not answer.
        """
        answer = self._call("decrypt", KeyId=self._arn, CiphertextBlob=ciphertext, EncryptionContext=CONTEXT)
        return Secret(answer["Plaintext"])

    def _call(self, operation: str, **members: object) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  # costs 170 ms; few need KMS

        try:
            answer: dict[str, Any] = getattr(self._client(), operation)(**members)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an error")
            raise ConfigError(
                f"AWS KMS refused to {operation} the region main key: {code}",
                hint=f"check the key {self._arn}, its policy and the AWS credentials of this process",
            ) from None
        except BotoCoreError as error:
            raise UnreachableError(
                f"AWS KMS was not asked to {operation} the region main key: {type(error).__name__}",
                hint="check the network and the AWS credentials of this process",
            ) from None
        return answer

    def _client(self) -> BaseClient:
        import boto3  # noqa: PLC0415

        make: Any = boto3.client  # its overloads know each service by a literal name
        client: BaseClient = make("kms", region_name=self._region)
        return client
