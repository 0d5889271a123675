"""Reads every text file that a user gives in the same way: the settings file, the key, an ontology.

Editors and shells write UTF-8 with or without a byte order mark, and Windows PowerShell's `>` writes UTF-16 with one;
lines end in LF or CRLF. All of them are read in the same way.
"""

import codecs
import os
import stat
from pathlib import Path

from connector.errors import ConnectorError, ErrorKind

UTF_8_MARK = codecs.BOM_UTF8
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LARGEST_BYTES = 64_000_000
"""No settings, key or ontology comes near this size; a device or a wrong file may."""


def read_text(path: Path | str, what: str) -> str:
    """The text of a file, without a byte order mark and with LF as line ends.

    Args:
        path: the file; `~` is the user's home.
        what: what the file is, for the message, such as "The configuration file".

    Raises:
        ConnectorError: CONFIGURATION, if there is no such file, it cannot be read, is too large or is not text.
    """
    try:
        with Path(path).expanduser().open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            problem = f"is larger than {LARGEST_BYTES // 1_000_000} MB, and so something else"
        else:
            return _decoded(content)
    except FileNotFoundError:
        problem = "does not exist"
    except IsADirectoryError:
        problem = "is a folder"
    except PermissionError:
        problem = "may not be read by this user"
    except UnicodeDecodeError as error:
        problem = f"is not a text file in UTF-8 (byte {error.start})"
    except (OSError, RuntimeError, ValueError) as error:  # no home to expand ~ to, a name with a null byte, …
        problem = f"cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"
    raise ConnectorError(
        ErrorKind.CONFIGURATION,
        f"{what} {str(path)!r} {problem}.",
        remedy="Check the path, that the user who runs this may read it, and that it was saved as UTF-8.",
    )


def mode_for_others(path: Path | str) -> str | None:
    """The mode of a file that other users of this machine can read, such as 0644; None if they cannot.

    Raises:
        OSError: the file is not there.
    """
    if os.name != "posix":  # elsewhere the mode says nothing
        return None
    mode = stat.S_IMODE(Path(path).expanduser().stat().st_mode)
    return f"{mode:04o}" if mode & (stat.S_IRGRP | stat.S_IROTH) else None


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith(UTF_16_MARKS) else "utf-8-sig"
    text = content.decode(encoding)
    if "\0" in text:  # UTF-16 without a mark, or no text at all
        raise UnicodeDecodeError(encoding, content, content.index(b"\0"), content.index(b"\0") + 1, "a NUL character")
    return text.replace("\r\n", "\n")
