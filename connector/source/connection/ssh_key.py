"""Reads the private key: from a file, from text, or from the SDK's own environment variables.

It does not use the SDK's loader, whose error for a key of another type holds the whole private key.
"""

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from connector.config import SDK_ENVIRONMENT
from connector.errors import ConnectorError, ErrorKind
from connector.source.connection.settings import SourceSettings
from connector.text_files import mode_for_others, read_text

PASSPHRASE_VARIABLE = "ENCORD_SYNC_SSH_KEY_PASSPHRASE"  # noqa: S105 - a name
MAKE_A_KEY = "Make one with `ssh-keygen -t ed25519` and add its public half to your Encord user or service account."
_PRIVATE_KEY = re.compile(r"(-----BEGIN OPENSSH PRIVATE KEY-----)(.*)(-----END OPENSSH PRIVATE KEY-----)", re.DOTALL)


def load_private_key(settings: SourceSettings) -> Ed25519PrivateKey:
    """The key that signs the requests.

    Raises:
        ConnectorError: CONFIGURATION, if there is none, or it cannot be read; the message never holds any of its text.
    """
    text, place = _key_text(settings)
    text = _with_line_breaks(text)
    if not text.strip():
        raise ConnectorError(ErrorKind.CONFIGURATION, f"The SSH key in {place} is empty.", remedy=MAKE_A_KEY)
    if text.lstrip().startswith(("ssh-", "ecdsa-", "sk-")):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"What is in {place} is a public key.",
            remedy="Name the private one: usually the file of the same name without .pub.",
        )
    passphrase = settings.ssh_key_passphrase.encode() if settings.ssh_key_passphrase else None
    try:
        # Every way out of this block drops the library's own error, so that no text of the key leaves with it.
        key = load_ssh_private_key(text.encode(), passphrase)
    except TypeError:
        if passphrase is not None:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"The SSH key in {place} has no passphrase, and one was given.",
                remedy=f"Leave {PASSPHRASE_VARIABLE} (ssh_key_passphrase in a configuration file) out.",
            ) from None
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The SSH key in {place} is protected by a passphrase, and none was given.",
            remedy=f"Set {PASSPHRASE_VARIABLE} (ssh_key_passphrase in a configuration file), or use a key without one.",
        ) from None
    except UnsupportedAlgorithm:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The SSH key in {place} is protected by a passphrase in a way that this installation cannot undo.",
            remedy="Protect it again with a current ssh-keygen (ssh-keygen -p -f KEY), or use a key without one.",
        ) from None
    except ValueError:
        if passphrase is not None:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"The SSH key in {place} cannot be read with this passphrase.",
                remedy=f"Check {PASSPHRASE_VARIABLE} (ssh_key_passphrase in a configuration file), and that all of"
                " the key is there.",
            ) from None
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"What is in {place} is not a private key in OpenSSH form (or it is damaged).",
            remedy=f"Check that all of it is there, line breaks included. {MAKE_A_KEY}",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The SSH key in {place} is not of type Ed25519, the only one that Encord takes.",
            remedy=MAKE_A_KEY,
        )
    return key


def key_file_warning(settings: SourceSettings) -> str | None:
    """The warning about a key file that other users of this machine can read; None if there is nothing to warn of."""
    name = settings.ssh_key_file
    mode = mode_for_others(name) if name else None
    return mode and f"The SSH key file {name} can be read by other users (mode {mode}). Run chmod 600 on it."


def _key_text(settings: SourceSettings) -> tuple[str, str]:
    """The key's text and, for messages, where it came from."""
    if settings.ssh_key_file is not None:
        return read_text(settings.ssh_key_file, "The SSH key file"), f"the file {settings.ssh_key_file}"
    if settings.ssh_key is not None:
        return settings.ssh_key, "the option ssh_key"
    raise ConnectorError(
        ErrorKind.CONFIGURATION,
        "No SSH key was given.",
        remedy=f"Name a key file with --ssh-key-file, or set {' or '.join(SDK_ENVIRONMENT)}.",
    )


def _with_line_breaks(text: str) -> str:
    """The key as ssh-keygen writes it; it may have become one line, with spaces or written escapes for line breaks."""
    found = _PRIVATE_KEY.search(text)
    if found is None:
        return text
    begin, body, end = found.groups()
    lines = re.sub(r"\\[rn]|\s", "\n", body).split()
    return "\n".join([begin, *lines, end, ""])
