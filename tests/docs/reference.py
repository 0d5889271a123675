"""The generated pages of docs/: `make docs` writes them, a test compares them with what the code declares.

`docs/reference/` is generated whole; docs/measurements.md has one generated section, between two marks.
"""

import ast
import inspect
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import sqlalchemy as sa

from bench.docs_section import measurement_lines
from connector import errors
from connector.cli import application
from connector.commands.options import default_text, has_flag
from connector.config import OPTIONS, Settings
from connector.errors import ErrorKind
from connector.load import open_warehouse
from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal
from connector.sql_files import column_texts
from connector.views import install
from tests.docs.diagram import DIAGRAM, diagram_text, draw

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
MEASUREMENTS = DOCS / "measurements.md"

NOTE = "<!-- Written by `make docs` from the code: change it there. -->\n"
SUBJECTS = {
    "label rows": "Views of label rows",
    "frames": "Views of labels on frames",
    "ranges": "Views of labels on ranges",
    "consensus": "Views of consensus",
    "changes": "Views of changes",
    "work": "Views of the work",
    "warehouse": "Views of the warehouse itself",
}
VIEWS = """
SELECT view_name, subject, key_columns, description FROM installed_view WHERE schema_name = 'main' ORDER BY view_name
"""
VIEW_COLUMNS = """
SELECT table_name, column_name, data_type, comment FROM duckdb_columns()
WHERE schema_name = 'main' ORDER BY table_name, column_index
"""


def pages() -> dict[Path, str]:
    """Every generated page under docs/reference/, as it should be."""
    reference = DOCS / "reference"
    views = public_views()
    return {
        reference / "tables.md": _page("Tables", _tables()),
        reference / "views.md": _page("Views", _view_index(views)),
        **{
            reference / _page_of(subject): _page(title, _view_columns(views, subject))
            for subject, title in SUBJECTS.items()
        },
        reference / "options.md": _page("Options", _options()),
        reference / "errors.md": _page("Errors and exit codes", _errors()),
        reference / "commands.md": _page("Commands", _commands()),
        DIAGRAM.with_suffix(".dot"): diagram_text(),
    }


def with_measurements(text: str) -> str:
    """The text of docs/measurements.md with its generated section replaced.

    Raises:
        ValueError: if the section's marks are missing.
    """
    before, begun, rest = text.partition("<!-- begin measurements -->\n")
    _, ended, after = rest.partition("<!-- end measurements -->")
    if not (begun and ended):
        raise ValueError(f"{MEASUREMENTS.name} has no marks for its tables")
    return f"{before}{begun}{chr(10).join(measurement_lines())}\n{ended}{after}"


def _page(title: str, lines: Iterator[str]) -> str:
    return f"{NOTE}# {title}\n\n" + "\n".join(lines) + "\n"


def _tables() -> Iterator[str]:
    yield "Tables hold what the views read. They may change with a release; `encord-sync migrate` keeps the rows.\n"
    yield f"![The tables and how they refer to one another]({DIAGRAM.name})\n"
    yield "Solid lines are foreign keys that PostgreSQL declares; dashed ones hold without being declared. View"
    yield "`relationship` lists all of them."
    texts = column_texts()
    for table in METADATA.sorted_tables:
        if is_internal(table):
            continue
        keys = ", ".join(f"`{column.name}`" for column in table.primary_key)
        yield f"\n## {table.name}\n\n{table.comment} Key: {keys}.\n"
        yield "| column | type | holds |"
        yield "|---|---|---|"
        for column in table.columns:
            yield f"| `{column.name}` | {column.type} | {_cell(texts.of(table.name, column.name))} |"


class PublicView(NamedTuple):
    """A view of the contract: its keys as in `installed_view`, its columns with type and text."""

    name: str
    subject: str
    keys: str
    description: str
    columns: list[tuple[str, str, str]]


def public_views() -> list[PublicView]:
    """Every public view, as a new warehouse has it."""
    with tempfile.TemporaryDirectory() as folder:
        warehouse = open_warehouse(f"duckdb:///{folder}/reference.duckdb", None)
        try:
            with warehouse.connection() as connection:
                install(connection)
                columns: dict[str, list[tuple[str, str, str]]] = {}
                for view, column, data_type, comment in connection.execute(sa.text(VIEW_COLUMNS)):
                    columns.setdefault(view, []).append((column, data_type, comment))
                return [
                    PublicView(name, subject, keys, description, columns[name])
                    for name, subject, keys, description in connection.execute(sa.text(VIEWS))
                ]
        finally:
            warehouse.close()


def _view_index(views: list[PublicView]) -> Iterator[str]:
    yield "The views are the contract: what may change in which release stands in [contributing](../contributing.md)."
    yield "Table `installed_view` has this list in every warehouse, and the connector's own views of schema `internal`."
    yield "Together, the key columns of a view are unique."
    for subject, title in SUBJECTS.items():
        yield f"\n## {title}\n"
        yield "| view | one row | key |"
        yield "|---|---|---|"
        for view in views:
            if view.subject == subject:
                link = f"[`{view.name}`]({_page_of(subject)}#{view.name})"
                yield f"| {link} | {_cell(view.description)} | {_keys(view.keys)} |"


def _view_columns(views: list[PublicView], subject: str) -> Iterator[str]:
    yield "All views, by subject: [views](views.md)."
    for view in views:
        if view.subject != subject:
            continue
        yield f"\n## {view.name}\n\n{view.description} Key: {_keys(view.keys)}.\n"
        yield "| column | type | holds |"
        yield "|---|---|---|"
        for column, data_type, comment in view.columns:
            yield f"| `{column}` | {data_type} | {_cell(comment)} |"


def _page_of(subject: str) -> str:
    return f"views-{subject.replace(' ', '-')}.md"


def _keys(keys: str) -> str:
    return ", ".join(f"`{key.rstrip('?')}`" for key in keys.split())


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def _options() -> Iterator[str]:
    yield "Every option is a flag of `encord-sync sync`, a variable of the environment, and, under the name of the flag"
    yield "with underscores, a key of the configuration file. Flags win over the environment, which wins over the file."
    yield "Secrets have no flag.\n"
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
    yield "Every error names what failed, on which id, and what to do next. The kind stands in the log (`kind`, with"
    yield "`--log-format json`) and in table `sync_failure`. What a job does with each exit code stands in"
    yield "[schedule](../schedule.md).\n"
    yield "| kind | exit code | meaning |"
    yield "|---|---|---|"
    tree = ast.parse(inspect.getsource(errors))
    (kinds,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ErrorKind")
    for assignment, text in zip(kinds.body, kinds.body[1:], strict=False):
        if isinstance(assignment, ast.Assign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            kind = ErrorKind(ast.literal_eval(assignment.value))
            yield f"| `{kind.value}` | {int(kind.exit_code)} | {_cell(str(text.value.value))} |"


def _commands() -> Iterator[str]:
    yield "What `encord-sync COMMAND --help` prints, for each command."
    for words, command in commands():
        name = " ".join(["encord-sync", *words])
        context = click.Context(command, info_name=name, **application.context_settings)
        context.terminal_width = 110
        yield f"\n## encord-sync {' '.join(words)}\n"
        yield "```text"
        yield command.get_help(context)
        yield "```"


def commands(
    group: click.Group = application, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command that does something, with the words that call it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


def main() -> None:
    """Write every generated page, and draw the diagram again if it changed."""
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        if path == DIAGRAM.with_suffix(".dot") and not (
            DIAGRAM.is_file() and path.is_file() and path.read_text() == text
        ):
            draw(text)
        path.write_text(text, encoding="utf-8")
    MEASUREMENTS.write_text(with_measurements(MEASUREMENTS.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
