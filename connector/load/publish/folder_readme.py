"""The `README.md` of a published Parquet folder: what is what, and how to open it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from connector.load.publish.views_script import FOLDER, VIEWS
from connector.sql_files import shipped_view

README = "README.md"

_TEXT = """\
# Labels of Encord, as run {run_id} left them

Published by encord-sync {connector_version} at {published_at:%Y-%m-%d %H:%M:%S}Z. Nobody changes this folder: the next
run gets one of its own, and the link `current` beside it then leads there.

- `manifest.json`: run and time, and of each file its rows, columns and SHA-256.
- `{script}`: all views and functions, for a DuckDB in any folder.
- `*.parquet`: one file for each table, and for the views below, for anything that reads Parquet.

## How to open it

All views in DuckDB's shell, the same in Python, and one file alone:

```text
duckdb -init '{folder}/{script}'
duckdb.connect().execute(pathlib.Path("{folder}/{script}").read_text())
pyarrow.parquet.read_table("{folder}/label_row.parquet")
```

What a file and its columns mean is in the file: `pyarrow.parquet.read_schema(file)` has it as `comment` in its metadata
and in that of each field, DuckDB in `parquet_kv_metadata(file)` under `comment` and `column_comments`.

**Moved or copied?** `{script}` looks in the folder above. Name another one before it, in the same session; a database
that keeps these views needs this line in each session:

```sql
SET VARIABLE {variable} = '/where/they/are';
```

## Files

| file | rows | what it holds |
|---|---:|---|
{files}

## Views without a file

In `{script}` alone, because they are computed from the files, and larger than these.

| view | what it holds |
|---|---|
{views}
"""


def folder_readme(manifest: Mapping[str, Any], views: Iterable[str], folder: Path) -> str:
    """The text, in Markdown.

    Args:
        manifest: of the folder.
        views: all views of `views.sql`.
        folder: where the files will be.
    """
    tables = manifest["tables"]
    without = [
        (name, file.description)
        for name in views
        if (file := shipped_view(name)) and not file.is_internal and name not in {table["name"] for table in tables}
    ]
    return _TEXT.format(
        **{name: manifest[name] for name in ("run_id", "connector_version", "published_at")},
        script=VIEWS,
        variable=FOLDER,
        folder=folder,
        files="\n".join(f"| `{table['file']}` | {table['rows']:,} | {_cell(table['comment'])} |" for table in tables),
        views="\n".join(f"| `{name}` | {_cell(description)} |" for name, description in without),
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
