"""Finds the folders `migrations/` and `sql/`: at the top of a checkout for people, inside the package in a wheel.

The wheel's build (hatch `force-include` in pyproject.toml) puts them at `connector/_migrations` and `connector/_sql`.
"""

from pathlib import Path

from connector.errors import ConnectorError, ErrorKind

_PACKAGE = Path(__file__).resolve().parent


def packaged_folder(name: str) -> Path:
    """Finds a folder that ships with the connector.

    Args:
        name: "migrations" or "sql".

    Returns:
        The folder inside the installed package, or else the one at the top of the checkout.

    Raises:
        ConnectorError: INTERNAL, if neither is there: the installation is incomplete.
    """
    installed = _PACKAGE / f"_{name}"
    if installed.is_dir():
        return installed
    checkout = _PACKAGE.parent
    # The parent of an installed package is site-packages, where a folder of this name would be somebody else's.
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise ConnectorError(
        ErrorKind.INTERNAL,
        f"The folder {name} that ships with encord-sync was found neither in {installed} nor in {checkout / name}.",
        remedy="Install encord-sync again.",
    )
