"""The ways to get a project's labels that the bench compares, each a program of its own that takes a `Job`."""

import dataclasses
import json
import sys
from typing import Self


@dataclasses.dataclass(frozen=True)
class Job:
    """What a way is told, as JSON in its only argument.

    Attributes:
        domain: the server's address.
        key_file: the private key's file.
        project: hash of the project.
        warehouse: path of the DuckDB file to write; it does not exist yet.
        request_rows: label rows per request, so that one brings about as much as the connector asks for at once.
        folder: files that were made before the clock started, for the floor.
    """

    domain: str
    key_file: str
    project: str
    warehouse: str
    request_rows: int
    folder: str = ""

    @classmethod
    def of_this_process(cls) -> Self:
        """The job that this process was started with."""
        return cls(**json.loads(sys.argv[1]))

    def as_argument(self) -> str:
        """The job as the argument of a process."""
        return json.dumps(dataclasses.asdict(self))
