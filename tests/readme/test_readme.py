"""README.md says what is: its generated sections are up to date, its commands and queries run."""

import re
from pathlib import Path

import pytest

from connector.load import open_warehouse
from connector.views import install
from tests.readme.reference import README, sections, with_sections


def test_generated_sections_are_up_to_date() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_sections(text) == text, "run `make docs`"


@pytest.mark.parametrize("name", ["tables", "views", "options", "errors"])
def test_every_generated_row_is_filled(name: str) -> None:
    rows = [line for line in sections()[name].splitlines() if line.startswith("| ") and not line.startswith("|---")]
    assert len(rows) > 10
    for row in rows:
        first, *_, last = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        assert first
        assert last, row


def queries() -> list[str]:
    """Every query in the SQL blocks of the README."""
    blocks = re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    statements = (statement.strip() for block in blocks for statement in block.split(";"))
    return [statement for statement in statements if re.search(r"^(SELECT|WITH|FROM)\b", statement, re.MULTILINE)]


def test_every_query_runs(tmp_path: Path) -> None:
    assert len(queries()) >= 4
    warehouse = open_warehouse(f"duckdb:///{tmp_path}/readme.duckdb")
    try:
        with warehouse.connection() as connection:
            install(connection)
            for query in queries():
                connection.exec_driver_sql(query).fetchall()
    finally:
        warehouse.close()
