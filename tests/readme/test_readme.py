"""README.md says what is: its generated sections are up to date, its commands and queries run."""

import re

import pytest

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
