"""The published Parquet folder: one file per table, what describes them, and a link `current` to the newest.

`labels-parquet/20261123T014503Z-ab12cd/` holds one run; `labels-parquet/current` is a symbolic link to it, which is
moved in one step. Readers of several files should resolve the link first. The version before the current one always
stays, for readers that have not finished with it.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from connector import __version__
from connector.load.contract.revisions import head_revision
from connector.load.contract.warehouse_url import DuckDBLocation
from connector.load.publish.attached_warehouse import attached_warehouse
from connector.load.publish.content import PublishedContent
from connector.load.publish.file_system import file_system_failures, put_in_place, remove, settle
from connector.load.publish.folder_readme import README, folder_readme
from connector.load.publish.parquet_files import ON_REQUEST, written_files
from connector.load.publish.target import PublishTarget
from connector.load.publish.views_script import VIEWS, installed_views, views_script

MANIFEST = "manifest.json"


def publish_folder(
    location: DuckDBLocation, target: PublishTarget, content: PublishedContent, keep: int, *, with_views: bool = False
) -> Path:
    """Exports a warehouse that nobody writes to as Parquet, and makes this the current version.

    Args:
        location: the warehouse.
        target: where to put it.
        content: what the warehouse holds.
        keep: how many older versions stay, at least one.
        with_views: whether the views of `ON_REQUEST` get files as well.

    Returns:
        The version's folder.

    Raises:
        ConnectorError: WAREHOUSE or LOCKED, or CONFIGURATION if the folder is a link; then the earlier version is still
            the current one.
    """
    root = target.parquet_within()
    with file_system_failures(root):
        root.mkdir(exist_ok=True)
        for unfinished in filter(target.is_unfinished, root.iterdir()):
            remove(unfinished)
        version = _free_name(root, content.run_id)
        new = root / f".{content.run_id}.new"
        new.mkdir()
        try:
            with attached_warehouse(location, root / ".spill.new", root) as connection:
                views = list(installed_views(connection))
                manifest: dict[str, Any] = {
                    "format_version": 1,
                    "run_id": content.run_id,
                    "fingerprint": content.fingerprint,
                    "published_at": datetime.now(UTC),
                    "connector_version": __version__,
                    "schema_version": head_revision(),
                    "tables": list(written_files(connection, new, views, with_views=with_views)),
                }
                script = views_script(connection, location.schema, version.absolute())
            (new / VIEWS).write_text(script, encoding="utf-8")
            (new / README).write_text(folder_readme(manifest, views, version.absolute()), encoding="utf-8")
            (new / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
            for file in new.iterdir():
                settle(file)
            put_in_place(new, version)
            pointer = root / ".current.new"
            pointer.symlink_to(version.name)
            put_in_place(pointer, root / "current")
        finally:
            remove(new)
        _remove_older(target, version, max(keep, 1))
    return version


def published_version(target: PublishTarget, *, with_views: bool) -> tuple[Path, PublishedContent] | None:
    """The folder of the current version and what it holds; None if there is none that can be read.

    Args:
        target: where it is.
        with_views: whether it should have files of the views of `ON_REQUEST`; None if it is otherwise.
    """
    try:
        version = (target.parquet / "current").resolve(strict=True)
        if version.parent != target.parquet.resolve():
            return None
        manifest = orjson.loads((version / MANIFEST).read_bytes())
        if bool(ON_REQUEST & {table["name"] for table in manifest["tables"]}) != with_views:
            return None
        return target.parquet / version.name, PublishedContent(manifest["run_id"], manifest.get("fingerprint"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def mark_as_current(version: Path) -> None:
    """Marks a version as up to date with the warehouse, by the modification time of its manifest."""
    (version / MANIFEST).touch()


def _free_name(root: Path, run_id: str) -> Path:
    """The folder of a version: named after its run, with a number if that run was published before."""
    version, number = root / run_id, 1
    while version.exists():
        number += 1
        version = root / f"{run_id}.{number}"
    return version


def _remove_older(target: PublishTarget, current: Path, keep: int) -> None:
    found = filter(target.is_version, target.parquet.iterdir())
    versions = [version for version in found if (version / MANIFEST).is_file() and not version.is_symlink()]
    older = [version for version in versions if version != current]
    older.sort(key=lambda version: (version / MANIFEST).stat().st_mtime_ns, reverse=True)
    for version in older[keep:]:
        remove(version)
