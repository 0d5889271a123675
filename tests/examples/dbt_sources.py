"""The sources of the dbt package, from the product's own texts.

python -m tests.examples.dbt_sources    # writes examples/dbt/models/sources.yml again
"""

import json
from collections.abc import Iterator

from connector.load.tables import METADATA
from connector.sql_files import column_texts
from tests.docs.reference import ROOT, PublicView, public_views

SOURCES = ROOT / "examples" / "dbt" / "models" / "sources.yml"
_RECEIPTS = "sync_run_project"
_HEAD = """\
# Written by `python -m tests.examples.dbt_sources` from the texts of the product: change them in sql/.
sources:
  - name: encord
    description: Labels of Encord, as encord-sync keeps them.
    # In DuckDB the name of the attached file, in PostgreSQL the database; other names: vars of your project.
    database: "{{ var('encord_database', 'labels' if target.type == 'duckdb' else target.dbname) }}"
    schema: "{{ var('encord_schema', 'main' if target.type == 'duckdb' else 'encord') }}"
    tables:
"""


def sources_text() -> str:
    """The whole file: each public view with its columns and a test of its key, and the receipts, for freshness."""
    lines = [line for view in public_views() for line in _view(view)]
    return _HEAD + "\n".join([*lines, *_receipts()]) + "\n"


def _view(view: PublicView) -> Iterator[str]:
    keys = view.keys.split()
    columns = [key.rstrip("?") for key in keys]
    never_null = [key for key in keys if not key.endswith("?")]
    yield f"      - name: {view.name}"
    yield f"        description: {_quoted(view.description)}"
    yield "        data_tests:"
    yield "          - key:"
    yield f"              name: key_of_{view.name}"
    yield "              arguments:"
    yield f"                columns: [{', '.join(columns)}]"
    yield f"                never_null: [{', '.join(never_null)}]"
    yield from _columns((name, text) for name, _, text in view.columns)


def _receipts() -> Iterator[str]:
    """The one table among the views: when a sync last succeeded."""
    table = METADATA.tables[_RECEIPTS]
    yield f"      - name: {_RECEIPTS}"
    yield f"        description: {_quoted(table.comment or '')}"
    yield "        config:"
    yield "          loaded_at_field: ended_at"
    yield "          freshness:"
    yield "            warn_after: { count: 24, period: hour }"
    yield "            error_after: { count: 72, period: hour }"
    yield "            filter: outcome = 'succeeded'"
    yield from _columns((column.name, column_texts().of(_RECEIPTS, column.name)) for column in table.columns)


def _columns(columns: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield "        columns:"
    for name, text in columns:
        yield f"          - {{ name: {name}, description: {_quoted(text)} }}"


def _quoted(text: str) -> str:
    """A text as YAML has it: JSON is part of YAML. dbt would run what stands in braces.

    Raises:
        ValueError: if it has such braces.
    """
    if "{{" in text or "{%" in text:
        raise ValueError(f"dbt would run a part of this text: {text}")
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    SOURCES.write_text(sources_text(), encoding="utf-8")
