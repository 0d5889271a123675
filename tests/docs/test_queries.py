"""Every SQL block of the pages runs on both engines, and every result that a page shows is the real one."""

import pytest
import sqlalchemy as sa

from tests.docs.pages import Block, blocks
from tests.docs.reference import DOCS, README

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

QUERIES = list(blocks("sql"))
WITH_ROWS = {
    README,
    *(DOCS / f"{name}.md" for name in ("ask", "consensus", "manager", "quickstart", "report", "schedule", "work")),
}
"""Pages whose queries are about a sample's warehouse, and so find something in it."""
ELSEWHERE = DOCS / "quickstart.md"
"""The page whose results are those of another warehouse: test_quickstart makes and compares it."""
TWO_WEEKS_LATER = DOCS / "manager.md"
"""The page whose queries are about the sample after two more weeks; all others are about it as the demo leaves it."""


def asked(url: str, query: str) -> tuple[list[str], list[tuple[object, ...]]]:
    reader = sa.create_engine(url, poolclass=sa.NullPool)
    with reader.connect() as connection:
        if reader.dialect.name == "postgresql":
            connection.exec_driver_sql("SET search_path = encord")
        result = connection.exec_driver_sql(query, execution_options={"no_parameters": True})
        return list(result.keys()), [tuple(row) for row in result]


def statements(block: Block) -> list[str]:
    return [statement.strip() for statement in block.text.split(";\n") if statement.strip()]


def test_there_are_as_many_as_one_sees() -> None:
    assert len(QUERIES) >= 20


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_every_query_runs_and_finds_something(
    demo_urls: dict[str, str], manager_urls: dict[str, str], engine: str
) -> None:
    for block in QUERIES:
        urls = manager_urls if block.page == TWO_WEEKS_LATER else demo_urls
        for statement in statements(block):
            _, rows = asked(urls[engine], statement)
            assert rows or block.page not in WITH_ROWS, f"{block.page.name}: {statement}"


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_every_result_shown_is_the_real_one(
    demo_urls: dict[str, str], manager_urls: dict[str, str], engine: str
) -> None:
    shown = [block for block in QUERIES if block.shown is not None and block.page != ELSEWHERE]
    assert len(shown) >= 7
    for block in shown:
        urls = manager_urls if block.page == TWO_WEEKS_LATER else demo_urls
        names, rows = asked(urls[engine], block.text.strip().removesuffix(";"))
        assert block.shown == printed_table(names, rows), f"{block.page.name}: {block.text}"


def printed_table(names: list[str], rows: list[tuple[object, ...]]) -> str:
    """A result as the pages print it: numbers to the right, two spaces between columns."""
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
