"""Each row of docs/bad-input.md names a test that exists, in a file of tests/: `folder/test_file.py::test_name`."""

import ast
from pathlib import Path

TESTS = Path(__file__).parent.parent
PAGE = TESTS.parent / "docs" / "bad-input.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] != "what comes in" and not row[0].startswith("---")]


def test_each_row_names_what_happens_and_a_test_that_exists() -> None:
    for row in rows():
        assert len(row) == 3, row
        assert all(row), row
        for test in row[2].split(", "):
            file, _, name = test.strip("`").partition("::")
            tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
            assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, test
