"""Reads the TOML file that `--config` names: options and their values, none of them unknown."""

import difflib
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from connector.credentials import without_credentials
from connector.errors import ConnectorError, ErrorKind
from connector.text_files import read_text


def read_option_file(path: Path, known: Collection[str]) -> dict[str, Any]:
    """The values of a configuration file, by option; a path may begin with ~.

    Args:
        path: the file.
        known: the names of all options.

    Raises:
        ConnectorError: CONFIGURATION if it cannot be read, is no TOML, or has a key that is no option.
    """
    text = read_text(path, "The configuration file")
    path = path.expanduser()
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION, f"Configuration file {path} is not valid TOML: {error}."
        ) from error
    for option in values:
        if option not in known:
            close = difflib.get_close_matches(option, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"Known keys: {', '.join(known)}."
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"Configuration file {path} has an unknown key: {without_credentials(option)}.",
                remedy=hint,
            )
    return values
