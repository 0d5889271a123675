"""The functions of `sql/functions/`: views that take parameters, so that they read only what is asked for.

On DuckDB each is a table macro, on PostgreSQL a function in PL/pgSQL. A session plans such a function once. A view, or
on releases before 18 a function in SQL, is planned again at every query, which costs more than running it. The
functions' own comments end in a digest of what they were made from, and so tell what is installed.

A file holds one query for one or more functions that differ in the frames that they ask for. Its head has these lines:
`-- columns: …`, the view whose columns the query has; then for each function `-- function: name(parameter TYPE, …)`,
`-- is_asked: …`, the condition on `frame` that replaces `is_asked(….frame)` in the query, and `-- comment: …`.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.placement import current_schema, placed, with_schemas
from connector.packaged_files import packaged_folder
from connector.views.execution import execute_text

_HEAD = re.compile(r"-- (columns|function|is_asked|comment): (.+)")
_SIGNATURE = re.compile(r"(\w+)\(([^)]*)\)")
_ASKED = re.compile(r"\bis_asked\((\w+\.frame)\)")

_MARK = "Installed by encord-sync, digest"
_OURS = re.compile(rf"{_MARK} (\w+)\.$")
_PRESENT = {
    "duckdb": (
        "SELECT function_name, array_to_string(parameters, ', '), comment FROM duckdb_functions()"
        " WHERE database_name = current_database() AND schema_name = current_schema() AND NOT internal"
    ),
    "postgresql": (
        "SELECT proname, pg_catalog.pg_get_function_identity_arguments(oid),"
        " pg_catalog.obj_description(oid, 'pg_proc') FROM pg_catalog.pg_proc"
        " WHERE pronamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema())"
    ),
}
_COLUMNS = (
    "SELECT attname || ' ' || pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute"
    " WHERE attrelid = CAST(:view_name AS regclass) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_POSTGRES = """
CREATE FUNCTION {signature} RETURNS TABLE ({columns})
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = {schema}, pg_temp SET plan_cache_mode = force_generic_plan
AS $function$
#variable_conflict use_column
BEGIN
RETURN QUERY {query};
END
$function$;
COMMENT ON FUNCTION {signature} IS '{comment}';
"""
_POSTGRES_INLINED = """
CREATE FUNCTION {signature} RETURNS TABLE ({columns})
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
{query}
$function$;
COMMENT ON FUNCTION {signature} IS '{comment}';
"""
_DUCKDB = "CREATE MACRO {name}({parameters}) AS TABLE {query};\nCOMMENT ON MACRO TABLE {name} IS '{comment}';"


class TableFunction(NamedTuple):
    """One function, as a file of `sql/functions/` declares it.

    Attributes:
        name: its name.
        parameters: name and SQL type of each.
        view_name: the view whose columns its answer has.
        comment: what it does, for the database's catalogue.
        query: what it returns; it uses the parameters by name.
        file_name: the file, for messages.
        is_inlined: whether PostgreSQL puts the query in place of the call, so that conditions on the answer reach the
            tables; then the query says of each relation whose it is (`placement.with_schemas`).
    """

    name: str
    parameters: tuple[tuple[str, str], ...]
    view_name: str
    comment: str
    query: str
    file_name: str
    is_inlined: bool = False

    @property
    def signature(self) -> str:
        """Name and parameters, as in CREATE FUNCTION."""
        return f"{self.name}({', '.join(f'{name} {data_type}' for name, data_type in self.parameters)})"


def table_functions(folder: Path | None = None) -> list[TableFunction]:
    """Reads the functions' files.

    Args:
        folder: where the files are; by default the ones that ship with the connector.

    Returns:
        The functions by file, in the order of each.

    Raises:
        ConnectorError: INTERNAL, if a file's head does not declare what it must.
    """
    paths = sorted((folder or packaged_folder("sql") / "functions").glob("*.sql"))
    return [function for path in paths for function in _read(path)]


def install_functions(connection: sa.Connection, functions: Sequence[TableFunction], *, again: bool) -> bool:
    """Installs the given functions in this schema; does nothing if they are there already.

    Args:
        connection: in a transaction, which the caller commits; its schema is the warehouse's.
        functions: what is wanted; other functions that the connector installed before are dropped.
        again: install all of them again, because the views whose columns they have were made again.

    Returns:
        Whether anything was installed or dropped.

    Raises:
        ConnectorError: SCHEMA, if one cannot be dropped or created, for example because somebody else's function has
            its name; the caller's transaction is then lost.
    """
    dialect = connection.dialect.name
    wanted = {function.name: _digest(function, dialect) for function in functions}
    present = {
        name: (parameters, found[1])
        for name, parameters, comment in connection.execute(sa.text(_PRESENT[dialect]))
        if (found := _OURS.search(comment or ""))
    }
    if not again and wanted == {name: digest for name, (_, digest) in present.items()}:
        return False
    for name, (parameters, _) in present.items():
        what = f"MACRO TABLE {name}" if dialect == "duckdb" else f"FUNCTION {name}({parameters})"
        _execute(connection, f"DROP {what}", f"Function {name} could not be dropped.")
    for function in functions:
        failure = f"Function {function.name} could not be created from {function.file_name}."
        _execute(connection, _statements(connection, function, wanted[function.name]), failure)
    return bool(functions or present)


def _statements(connection: sa.Connection, function: TableFunction, digest: str) -> str:
    if connection.dialect.name == "duckdb":
        return duckdb_macro(function, current_schema(connection), f" {_MARK} {digest}.")
    place = with_schemas if function.is_inlined else placed
    query = place(function.query, current_schema(connection))
    comment = f"{function.comment} {_MARK} {digest}.".replace("'", "''")
    columns = connection.scalars(sa.text(_COLUMNS), {"view_name": function.view_name}).all()
    schema = connection.scalar(sa.text("SELECT pg_catalog.quote_ident(current_schema())"))
    return (_POSTGRES_INLINED if function.is_inlined else _POSTGRES).format(
        signature=function.signature, columns=", ".join(columns), schema=schema, query=query, comment=comment
    )


def duckdb_macro(function: TableFunction, schema: str, mark: str = "") -> str:
    """The statements that make a function in DuckDB.

    Args:
        function: the function.
        schema: that of the tables and views.
        mark: what its comment ends in.
    """
    place = with_schemas if function.is_inlined else placed
    return _DUCKDB.format(
        name=function.name,
        parameters=", ".join(name for name, _ in function.parameters),
        query=place(function.query, schema),
        comment=f"{function.comment}{mark}".replace("'", "''"),
    )


def _digest(function: TableFunction, dialect: str) -> str:
    made_of = (*function, _DUCKDB if dialect == "duckdb" else (_POSTGRES, _POSTGRES_INLINED))
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]


def _read(path: Path) -> Iterator[TableFunction]:
    lines = path.read_text(encoding="utf-8").splitlines()
    query = "\n".join(line for line in lines if not line.lstrip().startswith("--")).strip().rstrip(";")
    of_file: dict[str, str] = {}
    of_function: dict[str, str] = {}
    functions = 0
    for line in lines:
        if not (declared := _HEAD.fullmatch(line)):
            continue
        name, text = declared.groups()
        (of_file if name == "columns" else of_function)[name] = text
        if name == "comment":
            yield _declared(path.name, of_file | of_function, query)
            of_function = {}
            functions += 1
    if of_function or not functions:
        raise _undeclared(path.name)


def _declared(file_name: str, head: dict[str, str], query: str) -> TableFunction:
    signature = _SIGNATURE.fullmatch(head.get("function", ""))
    if signature is None or not {"columns", "is_asked"} <= head.keys():
        raise _undeclared(file_name)
    name, parameters = signature.groups()
    return TableFunction(
        name=name,
        parameters=tuple(
            (parameter, data_type) for parameter, _, data_type in (one.partition(" ") for one in parameters.split(", "))
        ),
        view_name=head["columns"],
        comment=head["comment"],
        query=_ASKED.sub(lambda found: re.sub(r"\bframe\b", found[1], head["is_asked"]), query),
        file_name=file_name,
    )


def _undeclared(file_name: str) -> ConnectorError:
    return ConnectorError(
        ErrorKind.INTERNAL,
        f"The head of functions/{file_name} does not declare columns, and of each function its parameters,"
        " is_asked and comment.",
    )


def _execute(connection: sa.Connection, statements: str, failure: str) -> None:
    remedy = "Drop or rename a function of your own of that name, and run `encord-sync migrate`."
    execute_text(connection, statements, failure, remedy)
