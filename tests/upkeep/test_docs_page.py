"""The pages on personal data and retention name each column and table, and what they say to run does what they say."""

import re
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.load.tables import METADATA
from connector.load.upkeep.prunable_tables import PRUNABLE
from connector.sample.farm.builder import ANNOTATORS
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.docs.pages import blocks
from tests.docs.reference import DOCS
from tests.upkeep.known_people import KEY, PERSON_COLUMNS, pseudonym, with_address

PAGE = DOCS / "personal-data.md"


def statements() -> list[str]:
    (block,) = blocks("postgres", (PAGE,))
    return [statement.strip() for statement in block.text.split(";\n") if statement.strip()]


def test_each_column_with_people_is_named_and_can_be_emptied() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {(table, column) for table, names in rows for column in re.findall(r"`(\w+)`", names)} == PERSON_COLUMNS
    changed = [re.match(r"UPDATE (\w+) SET (\w+) = 'deleted'", statement) for statement in statements()]
    assert {found.groups() for found in changed if found} == PERSON_COLUMNS
    assert len(changed) == len(PERSON_COLUMNS)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"], indirect=True, scope="module")
def test_the_statements_delete_a_person(clear: CrashedWarehouse) -> None:
    warehouse, person = clear.copy(), ANNOTATORS[0]
    before = with_address(warehouse.url)
    writer = sa.create_engine(warehouse.url.partition("?")[0], poolclass=sa.NullPool)
    with writer.begin() as connection:
        is_postgres = writer.dialect.name == "postgresql"
        schemas = "encord, encord_internal" if is_postgres else "'main,internal'"
        connection.exec_driver_sql(f"SET search_path = {schemas}")
        for statement in statements():
            connection.exec_driver_sql(statement.replace("anna@example.com", person))
    with_person = [
        name
        for name in before
        if name != "sync_run" and any(person in repr(row) for row in warehouse.rows(f"SELECT * FROM {name}"))
    ]
    assert with_person == []
    # Encord was not asked to forget anything: the listing brings back what it says.
    outcome = warehouse.sync(task_actions=True)
    assert outcome.fetched == []
    assert person in repr(warehouse.rows("SELECT * FROM label_row"))
    assert person not in repr(warehouse.rows("SELECT created_by, last_edited_by FROM object_annotation"))


def test_the_pseudonym_of_an_address(tmp_path: Path) -> None:
    (line,) = (block.text for block in blocks("sh", (PAGE,)) if block.text.startswith("printf"))
    (tmp_path / "pseudonym.key").write_text(f"{KEY}\n")
    printed = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert printed == f"{pseudonym('anna@example.com')}\n"


def test_the_page_of_retention_says_what_goes_and_how_each_table_grows() -> None:
    text = (DOCS / "retention.md").read_text(encoding="utf-8")
    what_goes, growth = text.split("\n## How fast")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", what_goes, re.MULTILINE)
    assert rows == [(prunable.table, prunable.moment) for prunable in PRUNABLE]
    firsts = re.findall(r"^\| (`[^|]+) \|", growth, re.MULTILINE)
    named = [table for first in firsts for table in re.findall(r"`(\w+)`", first)]
    assert sorted(named) == sorted(METADATA.tables)
