"""The results that README.md shows of the consensus views are those of the sample project after the demo's edits."""

import re
from pathlib import Path

import duckdb
import pytest
from pydantic import SecretStr

from connector.commands.demo import work_on
from connector.config import Settings
from connector.interruption import Interruption
from connector.report import TextReport
from connector.run import run_sync
from connector.sample import SampleServer, build_sample_world
from tests.readme.reference import README

EXAMPLE = re.compile(r"```sql\n(.*?);\n```\n\n```text\n(.*?)```", re.DOTALL)


def section() -> str:
    text = README.read_text(encoding="utf-8")
    return text[text.index("### Consensus in SQL") : text.index("### Views")]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse as the demo leaves it."""
    path = tmp_path_factory.mktemp("demo") / "labels.duckdb"
    world = build_sample_world("small", seed=7)
    project = world.projects[world.project_hash]
    with SampleServer(world) as server:
        settings = Settings(
            ssh_key=SecretStr(world.private_key),
            domain=server.domain,
            project=(world.project_hash,),
            warehouse=f"duckdb:///{path}",
        )
        for edit in (lambda: list(work_on(project)), lambda: None):
            assert run_sync(settings, TextReport(threshold="error"), Interruption()).outcome == "succeeded"
            edit()
    return path


def test_every_result_is_the_real_one(file: Path) -> None:
    examples = EXAMPLE.findall(section())
    assert len(examples) == 7
    with duckdb.connect(str(file), read_only=True) as connection:
        for query, printed in examples:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description or ()]
            assert printed == printed_table(names, cursor.fetchall())


def printed_table(names: list[str], rows: list[tuple[object, ...]]) -> str:
    """A result as the README prints it: numbers to the right, two spaces between columns."""
    cells = [names, *(["" if value is None else str(value) for value in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(names))]
    to_the_right = [all(isinstance(row[place], int) for row in rows) for place in range(len(names))]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, to_the_right, strict=True)
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"
