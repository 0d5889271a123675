"""Which part of a project a run is about: all of it, or the data units that a stable hash gives to one of n workers.

All branches of a data unit are in one share, because they are compared with one another.
"""

import re
import zlib
from dataclasses import dataclass

import pyarrow as pa

from connector.errors import ConnectorError, ErrorKind

_WRITTEN = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True)
class Share:
    """One of several shares of a project; number 1 of 1 is the whole.

    Attributes:
        number: which one, from 1.
        count: how many there are.
    """

    number: int
    count: int

    @classmethod
    def of(cls, text: str | None) -> "Share":
        """The share that a user writes as 1/4; None is the whole project.

        Raises:
            ConnectorError: CONFIGURATION, if it is not one.
        """
        if text is None:
            return WHOLE
        found = _WRITTEN.fullmatch(text.strip())
        if found is None or int(found[1]) > int(found[2]):
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"--shard {text[:20]!r} is not a share of a project.",
                remedy="Give its number, from 1, and how many there are: 1/4, 2/4, 3/4, 4/4.",
            )
        return cls(int(found[1]), int(found[2]))

    @property
    def is_whole(self) -> bool:
        """Whether there is no other share."""
        return self.count == 1

    @property
    def is_first(self) -> bool:
        """Whether it is the share that also writes what belongs to no data unit, such as the ontology."""
        return self.number == 1

    def overlaps(self, other: "Share") -> bool:
        """Whether two shares may have a data unit in common: all but two different ones of one count."""
        return self.count != other.count or self.number == other.number

    def holds(self, data_hash: str | None) -> bool:
        """Whether a data unit is in this share; what names no data unit is in the first one."""
        return zlib.crc32((data_hash or "").encode("utf-8", "replace")) % self.count == self.number - 1

    def rows_of(self, rows: pa.Table) -> pa.Table:
        """Those of some rows that have a data_hash whose data unit is in this share."""
        if self.is_whole:
            return rows
        return rows.filter(pa.array([self.holds(name) for name in rows["data_hash"].to_pylist()], pa.bool_()))

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


WHOLE = Share(1, 1)
"""Not a share: a run of a whole project."""
