"""Tables whose last column is "shown by" name tests that exist: `folder/test_file.py::test_name`, under tests/."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.reference import DOCS

TESTS = Path(__file__).parent.parent
_TABLE = re.compile(r"^\| .* \| .* \| shown by \|\n\|---\|---\|---\|\n((?:\|.*\n)+)", re.MULTILINE)


def rows() -> Iterator[list[str]]:
    for page in DOCS.glob("*.md"):
        for lines in _TABLE.findall(page.read_text(encoding="utf-8")):
            yield from ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines.splitlines())


def test_each_row_names_what_happens_and_a_test_that_exists() -> None:
    found = list(rows())
    assert len(found) >= 90
    for row in found:
        assert len(row) == 3, row
        assert all(row), row
        for test in row[2].split(", "):
            file, _, name = test.strip("`").partition("::")
            tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
            assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, test
