"""Who may call the fake server: registered keys, and the two ways in which Encord's SDK signs a request.

The older API carries an Ed25519 signature over the SHA-256 of the body. The v2 API uses HTTP message signatures over
method, request target and content digest.
"""

import base64
import binascii
import enum
import hashlib
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


class KeyState(enum.Enum):
    """The state of a registered key."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class AuthenticationRefusedError(Exception):
    """A request is not accepted; `code` is the older API's word for the reason, while the v2 API always answers 401."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SampleKey:
    """An Ed25519 key pair that follows from a seed."""

    def __init__(self, seed: object) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"sample key {seed}".encode()).digest())

    @property
    def private_text(self) -> str:
        """The private key as OpenSSH text, as users keep it in a file."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode("ascii")

    @property
    def public_hex(self) -> str:
        """The public key as the SDK names it in requests."""
        return self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


class KeyRing:
    """The public keys that Encord would know, each with its state."""

    def __init__(self) -> None:
        self._states: dict[str, KeyState] = {}

    def register(self, public_hex: str) -> None:
        """Accept this key from now on."""
        self._states[public_hex] = KeyState.ACTIVE

    def set_state(self, public_hex: str, state: KeyState) -> None:
        """Make a registered key expire, be revoked, or work again.

        Raises:
            KeyError: The key was never registered.
        """
        if public_hex not in self._states:
            raise KeyError(public_hex)
        self._states[public_hex] = state

    def check_legacy(self, headers: Mapping[str, str], body: bytes) -> str:
        """Verify a call to `/public` or `/public/user`, and return whose key it is.

        Raises:
            AuthenticationRefusedError: No key, an unknown or unusable one, or a signature that does not fit.
        """
        public_hex, colon, signature_hex = headers.get("Authorization", "").partition(":")
        if not colon:
            raise AuthenticationRefusedError("AUTHENTICATION_ERROR", "no signature in the Authorization header")
        self._verify(public_hex, _from_hex(signature_hex), hashlib.sha256(body).digest())
        return public_hex

    def check_v2(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> str:
        """Verify a call to `/v2/public/...`, and return whose key it is; `target` is the path with its query.

        Raises:
            AuthenticationRefusedError: As above, or the content digest is not the body's.
        """
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"
        parameters = headers.get("Signature-Input", "").removeprefix("encord-sig=")
        key = re.fullmatch(r'\("@method" "@request-target" "content-digest"\);.*keyid="([0-9a-f]{64})".*', parameters)
        signature = re.fullmatch(r"encord-sig=:(.+):", headers.get("Signature", ""))
        if key is None or signature is None:
            raise AuthenticationRefusedError("AUTHENTICATION_ERROR", "no message signature")
        if headers.get("Content-Digest") != digest:
            raise AuthenticationRefusedError("AUTHENTICATION_ERROR", "the content digest is not the body's")
        elements = {"@method": method, "@request-target": target, "content-digest": digest}
        lines = [f'"{name}": {value}' for name, value in {**elements, "@signature-params": parameters}.items()]
        self._verify(key[1], _from_base64(signature[1]), "\n".join(lines).encode())
        return key[1]

    def _verify(self, public_hex: str, signature: bytes, message: bytes) -> None:
        state = self._states.get(public_hex)
        if state is None or state is KeyState.REVOKED:
            raise AuthenticationRefusedError("SSH_KEY_NOT_FOUND_ERROR", "the key is not registered")
        if state is KeyState.EXPIRED:
            raise AuthenticationRefusedError("AUTHENTICATION_ERROR", "the key has expired")
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex)).verify(signature, message)
        except InvalidSignature as error:
            raise AuthenticationRefusedError("AUTHENTICATION_ERROR", "the signature does not fit") from error


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise AuthenticationRefusedError("AUTHENTICATION_ERROR", "the signature is not hexadecimal") from error


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise AuthenticationRefusedError("AUTHENTICATION_ERROR", "the signature is not base64") from error
