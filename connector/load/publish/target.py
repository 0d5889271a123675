"""Where published copies lie: the names that follow from the path that `--publish` gives."""

import re
from dataclasses import dataclass
from pathlib import Path

_FILE_ENDINGS = {".duckdb", ".db", ".ddb"}
_RUN_ID = r"\d{8}T\d{6}Z-[0-9a-f]{6}"


@dataclass(frozen=True, slots=True)
class PublishTarget:
    """The places of one publication.

    Attributes:
        file: the DuckDB file.
        parquet: the folder of the Parquet versions, beside the file.
    """

    file: Path

    @classmethod
    def at(cls, path: Path, warehouse: Path) -> "PublishTarget":
        """The target that a path names: a file of a DuckDB ending, or a folder for a file named as the warehouse's."""
        is_file = path.suffix.lower() in _FILE_ENDINGS and not path.is_dir()
        return cls(path if is_file else path / f"{warehouse.stem}.duckdb")

    @property
    def parquet(self) -> Path:
        """Folder of the Parquet versions: `labels-parquet` beside `labels.duckdb`."""
        return self.file.with_name(f"{self.file.stem}-parquet")

    def older_file(self, run_id: str) -> Path:
        """The name that a DuckDB file of an older run is kept under."""
        return self.file.with_name(f"{self.file.stem}-{run_id}{self.file.suffix}")

    def older_files(self) -> list[Path]:
        """The older DuckDB files that are there, the newest first."""
        name = re.compile(re.escape(self.file.stem) + "-" + _RUN_ID + re.escape(self.file.suffix))
        found = [path for path in self.file.parent.iterdir() if name.fullmatch(path.name)]
        return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)
