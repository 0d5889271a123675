"""Where published copies are: the names that follow from the path of `--publish`."""

import re
from dataclasses import dataclass
from pathlib import Path

from connector.errors import ConnectorError, ErrorKind

_FILE_ENDINGS = {".duckdb", ".db", ".ddb"}
_RUN_ID = r"\d{8}T\d{6}Z-[0-9a-f]{6}"
RUN_ID = re.compile(_RUN_ID)
"""What the id of a run looks like; it is part of the names of copies."""
_VERSION = re.compile(_RUN_ID + r"(\.\d+)?")
_UNFINISHED = re.compile(r"\.(" + _RUN_ID + r"|spill|current)\.new")


@dataclass(frozen=True, slots=True)
class PublishTarget:
    """The places of one publication.

    Attributes:
        file: the DuckDB file.
        parquet: the folder of the Parquet versions, next to the file.
    """

    file: Path

    @classmethod
    def at(cls, path: Path, warehouse: Path) -> "PublishTarget":
        """The target that a path names: a file with a DuckDB ending, or the folder of one with the warehouse's name."""
        is_file = path.suffix.lower() in _FILE_ENDINGS and not path.is_dir()
        return cls(path if is_file else path / f"{warehouse.stem}.duckdb")

    def parquet_within(self) -> Path:
        """The folder of the Parquet versions.

        Raises:
            ConnectorError: CONFIGURATION, if it is a link to another place, where versions would be made and removed.
        """
        if self.parquet.resolve() != self.file.parent.resolve() / self.parquet.name:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"{self.parquet} is a link to another folder: nothing was published.",
                remedy="Give --publish the folder that it leads to, or remove the link.",
            )
        return self.parquet

    @property
    def parquet(self) -> Path:
        """The folder of the Parquet versions: `labels-parquet` next to `labels.duckdb`."""
        return self.file.with_name(f"{self.file.stem}-parquet")

    def is_version(self, path: Path) -> bool:
        """Whether a path has the name of a published Parquet version, of any run."""
        return _VERSION.fullmatch(path.name) is not None

    def is_unfinished(self, path: Path) -> bool:
        """Whether a path has the name of a leftover from a publication that was killed."""
        return _UNFINISHED.fullmatch(path.name) is not None

    def older_file(self, run_id: str) -> Path:
        """The path that keeps the DuckDB file of an older run."""
        return self.file.with_name(f"{self.file.stem}-{run_id}{self.file.suffix}")

    def older_files(self) -> list[Path]:
        """The older DuckDB files that exist, the newest first."""
        name = re.compile(re.escape(self.file.stem) + "-" + _RUN_ID + re.escape(self.file.suffix))
        found = [path for path in self.file.parent.iterdir() if name.fullmatch(path.name)]
        return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)
