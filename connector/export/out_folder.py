"""The folder of an export: nothing is written outside of it, whatever names the warehouse has for data units."""

import os
from pathlib import Path

from connector.errors import ConnectorError, ErrorKind
from connector.normalise.ids import NAME


def folder_within(out: Path, *names: str) -> Path:
    """The folder with these names within `out`; it is not created.

    The names are checked once more, because an older release may have stored invalid ones.

    Raises:
        ConnectorError: SOURCE_CONTENT, if one of the names cannot be the name of a folder; CONFIGURATION, if a link in
            `out` leads out of it.
    """
    for name in names:
        if not NAME.is_one(name):
            raise ConnectorError(
                ErrorKind.SOURCE_CONTENT,
                f"{name[:80]!a} is no id, and no folder can be named so: nothing was written.",
                remedy="An older release let it into the warehouse; the next sync names the label row that it is from.",
            )
    folder = out.joinpath(*names)
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(out)):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{folder} is a link that leads out of {out}, or lies behind one: nothing was written.",
            remedy="Remove the link, or give --out the folder that it leads to.",
        )
    return folder
