"""The script for Spark, without Spark: each view's text, their order, and how much of the chain Spark has to plan."""

import re
import sys
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from connector.errors import ConnectorError, ErrorKind
from connector.load import open_warehouse
from connector.load.on_iceberg.layout import OWNED, Owned, views_of_the_present
from connector.load.tables import METADATA
from connector.sql_files import view_files
from connector.views.spark import require_sqlglot
from connector.views.spark.standing_script import base_view, definitions, standing_script
from connector.views.spark.stored_views import STORED_PARTS, STORED_VIEWS
from connector.views.spark.translation import in_sparks_sql
from tests.lake.command import run_command
from tests.spark.golden_texts import GOLDEN, NAMES, texts

MOST_RELATIONS = 120
"""So many tables, each as often as it is read, Spark plans within seconds; for a thousand it needs many minutes."""


def test_each_view_is_the_text_that_was_looked_at() -> None:
    wanted = texts()
    assert {path.name for path in GOLDEN.glob("*.sql")} == {path.name for path in wanted}
    for path, text in wanted.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: python -m tests.spark.golden_texts"


def test_each_statement_reads_what_is_there_already() -> None:
    script = standing_script(NAMES)
    assert script.count("CREATE OR REPLACE TABLE") == len(STORED_VIEWS) + len(STORED_PARTS)
    there = {NAMES.stored(name) for name in METADATA.tables}
    for statement in script.split(";\n\n"):
        if not statement.startswith("CREATE NAMESPACE"):
            made, query = statement_parts(statement)
            inner = {cte.alias for cte in query.find_all(exp.CTE)}
            read = {exp.table_name(table) for table in query.find_all(exp.Table)} - inner - {""}
            assert read <= there, made
            there.add(made)


@pytest.mark.parametrize("owned", OWNED)
def test_an_owner_is_read_before_what_it_owns_and_once_for_each_commit(owned: Owned) -> None:
    for name in owned.tables:
        text = base_view(name, NAMES)
        [(owner, rows)] = re.findall(r"FROM \(SELECT DISTINCT [^)]+ FROM (\S+)\) AS owner\nJOIN (\S+) AS owned", text)
        assert (owner, rows) == (NAMES.stored(owned.owner), NAMES.stored(name))


def test_no_view_is_too_long_a_chain_for_sparks_analyser() -> None:
    counts: dict[str, int] = {}
    for file in views_of_the_present():
        for statement in definitions(file, NAMES):
            made, query = statement_parts(statement)
            count = relations_read(query, counts)
            assert count <= MOST_RELATIONS, f"{made} reads {count}: store it, or what it reads"
            counts[made] = 1 if statement.startswith("CREATE OR REPLACE TABLE") else count


def statement_parts(statement: str) -> tuple[str, exp.Expr]:
    """The full name of what a statement makes, and the query that it is made of."""
    tree = parse_one(statement.removesuffix(";"), read="spark")
    made = tree.find(exp.Table)
    assert made is not None
    return exp.table_name(made), tree.expression


def relations_read(query: exp.Expr, of_views: dict[str, int]) -> int:
    """How many tables a view reads when views and CTEs are put in wherever they are named, as Spark does."""
    inner: dict[str, int] = {}
    clause = query.args.get("with_")

    def count(tree: exp.Expr) -> int:
        tables = [table for table in tree.find_all(exp.Table) if not (tree is query and table.find_ancestor(exp.CTE))]
        return sum(inner[t.name] if not t.db else of_views.get(exp.table_name(t), 1) for t in tables)

    for cte in clause.expressions if clause else ():
        inner[cte.alias] = count(cte.this)
    return count(query)


@pytest.mark.slow
def test_the_command_prints_it(tmp_path: Path) -> None:
    open_warehouse(f"iceberg:///{tmp_path / 'lake'}").close()
    printed = run_command("lake", "views", "--dialect=spark", "--warehouse=iceberg:///lake", folder=tmp_path)
    assert printed.exit_code == 0, printed.err
    assert printed.out.startswith("CREATE NAMESPACE IF NOT EXISTS lake.encord;")
    assert "CREATE OR REPLACE VIEW lake.encord.object_on_frame" in printed.out
    assert "JOIN lake.encord_data.object_annotation AS owned" in printed.out
    assert str(tmp_path) not in printed.out


@pytest.mark.slow
def test_it_needs_a_lake(tmp_path: Path) -> None:
    no_lake = run_command("lake", "views", "--dialect=spark", f"--warehouse=duckdb:///{tmp_path / 'labels.duckdb'}")
    assert no_lake.exit_code == 2
    assert "no lake" in no_lake.err
    nothing = run_command("lake", "views", "--dialect=spark", f"--warehouse=iceberg:///{tmp_path / 'lake'}")
    assert nothing.exit_code != 0
    assert "There is no lake in the folder" in nothing.err


def test_it_needs_sqlglot(monkeypatch: pytest.MonkeyPatch) -> None:
    require_sqlglot()
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    with pytest.raises(ConnectorError, match="sqlglot, which is not installed") as caught:
        require_sqlglot()
    assert caught.value.kind is ErrorKind.CONFIGURATION


def test_a_view_that_cannot_be_said_is_named() -> None:
    (file,) = (each for each in view_files() if each.view_name == "relationship")
    with pytest.raises(ConnectorError, match=r"relationship: .*only the seconds") as caught:
        in_sparks_sql(file._replace(query="SELECT EXTRACT(YEAR FROM x) FROM project"))
    assert caught.value.kind is ErrorKind.INTERNAL
