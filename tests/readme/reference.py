"""The reference sections of README.md, made from the declarations: `make docs` writes them, a test compares them."""

import ast
import inspect
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from bench.readme_section import performance_lines
from connector import errors
from connector.commands.options import default_text, has_flag
from connector.config import OPTIONS, Settings
from connector.errors import ErrorKind
from connector.load import open_warehouse
from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal
from connector.sql_files import column_texts
from connector.views import install

README = Path(__file__).parent.parent.parent / "README.md"

VIEW_COLUMNS = """
SELECT v.view_name, v.description, v.key_columns, c.column_name, c.data_type, c.comment
FROM installed_view v JOIN duckdb_columns() c USING (schema_name)
WHERE c.table_name = v.view_name AND v.schema_name = 'main'
ORDER BY v.position, c.column_index
"""


def sections() -> dict[str, str]:
    """Markdown of each generated section, by the name in its markers."""
    return {
        "tables": "\n".join(_tables()),
        "views": "\n".join(_views()),
        "options": "\n".join(_options()),
        "errors": "\n".join(_errors()),
        "performance": "\n".join(performance_lines()),
    }


def with_sections(text: str) -> str:
    """README text with every generated section replaced.

    Raises:
        ValueError: if a section's markers are missing.
    """
    for name, content in sections().items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"README.md has no markers for section {name}")
        text = f"{before}{begin}{content}\n{end}{after}"
    return text


def _tables() -> Iterator[str]:
    texts = column_texts()
    for table in METADATA.sorted_tables:
        if is_internal(table):
            continue
        keys = ", ".join(f"`{column.name}`" for column in table.primary_key)
        yield from _details(table.name, f"{table.comment} Key: {keys}.")
        for column in table.columns:
            yield f"| `{column.name}` | {column.type} | {_cell(texts.of(table.name, column.name))} |"
        yield "\n</details>\n"


def _views() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = open_warehouse(f"duckdb:///{folder}/reference.duckdb", None)
        try:
            with warehouse.connection() as connection:
                install(connection)
                rows = connection.execute(sa.text(VIEW_COLUMNS)).all()
        finally:
            warehouse.close()
    current = ""
    for view, description, key_columns, column, data_type, comment in rows:
        if view != current:
            if current:
                yield "\n</details>\n"
            keys = ", ".join(f"`{name.rstrip('?')}`" for name in key_columns.split())
            yield from _details(view, f"{description} Key: {keys}.")
            current = view
        yield f"| `{column}` | {data_type} | {_cell(comment)} |"
    yield "\n</details>\n"


def _details(name: str, summary: str) -> Iterator[str]:
    yield f"<details><summary><code>{name}</code> — {_html(summary)}</summary>\n"
    yield "| column | type | holds |"
    yield "|---|---|---|"


def _html(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", text)


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def _options() -> Iterator[str]:
    yield "| option | environment | default | what it does |"
    yield "|---|---|---|---|"
    for option, name in OPTIONS.items():
        field = Settings.model_fields[name]
        name_of_flag = option.replace("_", "-")
        flag = f"`--{name_of_flag}`" if has_flag(option) else f"`{option}` (no flag)"
        if field.default is True:
            flag += f", `--no-{name_of_flag}`"
        default = f"`{text}`" if (text := default_text(option)) else ""
        yield f"| {flag} | `ENCORD_SYNC_{option.upper()}` | {default} | {_cell(field.description)} |"


def _errors() -> Iterator[str]:
    """Kinds with the text that stands under each in errors.py."""
    yield "| kind | exit code | meaning |"
    yield "|---|---|---|"
    tree = ast.parse(inspect.getsource(errors))
    (kinds,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ErrorKind")
    for assignment, text in zip(kinds.body, kinds.body[1:], strict=False):
        if isinstance(assignment, ast.Assign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            kind = ErrorKind(ast.literal_eval(assignment.value))
            yield f"| `{kind.value}` | {int(kind.exit_code)} | {_cell(str(text.value.value))} |"


if __name__ == "__main__":
    README.write_text(with_sections(README.read_text(encoding="utf-8")), encoding="utf-8")
