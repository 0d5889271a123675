"""Whatever is changed behind the warehouse's back is named: every column of every table, rows gone, rows added."""

import pytest

from connector.load.questions.held_rows import LISTING_TABLES
from connector.load.tables import LABEL_TABLES, METADATA
from connector.verify.verified_project import Sample
from tests.verify.verified_warehouse import VerifiedWarehouse

NOT_OF_ENCORD = {
    # What the run says of itself, and what decides whether the next sync fetches the label row anyway.
    "label_row": {
        "label_hash",
        "deleted_at",
        "run_id",
        "synced_at",
        "is_settled",
        "stale_reason",
        "synced_last_edited_at",
        "synced_is_valid",
        "normaliser_version",
        # Changed together with the content hash it looks like labels that Encord served too old: tested on its own.
        "labels_last_edited_at",
    },
    "data_unit": {"deleted_at", "client_metadata"},
    # With another stamp Encord has edited it since. With another key nothing is compared at all.
    "project": {"last_edited_at", "ontology_last_edited_at", "pseudonym_check"},
}
ANOTHER_VALUE = {
    "VARCHAR": "coalesce({column}, '') || '~'",
    "BIGINT": "coalesce({column}, 0) + 1",
    "DOUBLE": "coalesce({column} + 0.000001, 0.5)",
    "BOOLEAN": "NOT coalesce({column}, false)",
    "DATETIME": "coalesce({column}, TIMESTAMPTZ '2026-01-01 00:00:00Z') + INTERVAL 1 MICROSECOND",
}


def first_row(farm: VerifiedWarehouse, table: str) -> int:
    """A row of the table; of label_row one that is synced."""
    where = "WHERE content_hash IS NOT NULL" if table == "label_row" else ""
    rowid = farm.value(f"SELECT min(rowid) FROM {table} {where}")
    assert rowid is not None, f"the sample has no row in {table}"
    return int(rowid)


@pytest.mark.parametrize("table", [*LISTING_TABLES, *LABEL_TABLES, "data_frame"])
def test_each_column_changed_in_one_row_is_named(tampered_farm: VerifiedWarehouse, table: str) -> None:
    row = first_row(tampered_farm, table)
    changed = {
        column.name: ANOTHER_VALUE[str(column.type).split("(", maxsplit=1)[0]].format(column=column.name)
        for column in METADATA.tables[table].columns
        if not column.primary_key and column.name not in NOT_OF_ENCORD.get(table, ())
    }
    if table == "label_row":
        changed.pop("project_hash")  # a row of another project: see the rows that are gone
    names = ", ".join(changed)
    before = tampered_farm.rows(f"SELECT {names} FROM {table} WHERE rowid = {row}")
    changes = ", ".join(f"{name} = {value}" for name, value in changed.items())
    tampered_farm.change(f"UPDATE {table} SET {changes} WHERE rowid = {row}")
    after = tampered_farm.rows(f"SELECT {names} FROM {table} WHERE rowid = {row}")

    verdict = tampered_farm.verify(verbose=True)

    assert verdict.exit_code == 7
    assert verdict.differences == sorted([("changed", table, name) for name in changed], key=str)
    told = {fields["column"]: (fields["encord"], fields["warehouse"]) for fields in verdict.named("difference")}
    assert told == dict(zip(changed, zip(before[0], after[0], strict=True), strict=True))
    keys = tampered_farm.rows(
        f"SELECT {', '.join(METADATA.tables[table].primary_key.columns.keys())} FROM {table} WHERE rowid = {row}"
    )
    if table != "label_row":
        assert {tuple(fields["key"].values()) for fields in verdict.named("difference")} == set(keys)
    assert verdict.waiting == []


@pytest.mark.parametrize("table", [*LABEL_TABLES, "data_frame", "ontology_option", "workflow_stage"])
def test_a_changed_key_is_a_row_missing_and_a_row_too_many(tampered_farm: VerifiedWarehouse, table: str) -> None:
    """Each column of the key, in a row of its own."""
    columns = list(METADATA.tables[table].primary_key.columns)
    surplus = len(columns)
    for row, column in enumerate(columns):
        kind = str(column.type).split("(", maxsplit=1)[0]
        value = f"{column.name} + 1000000" if kind == "BIGINT" else ANOTHER_VALUE[kind].format(column=column.name)
        tampered_farm.change(f"UPDATE {table} SET {column.name} = {value} WHERE rowid = {row}")
        if column.name == "project_hash" and table != "data_frame":
            surplus -= 1  # it is now a row of a project that is not verified
    verdict = tampered_farm.verify()
    assert verdict.exit_code == 7
    assert verdict.differences == [("missing", table, None)] * len(columns) + [("surplus", table, None)] * surplus


@pytest.mark.parametrize("table", [*LISTING_TABLES, *LABEL_TABLES, "data_frame"])
def test_a_row_that_was_deleted_is_named(tampered_farm: VerifiedWarehouse, table: str) -> None:
    if table == "label_row":
        row = tampered_farm.value("SELECT min(rowid) FROM label_row WHERE label_hash IS NULL")
    elif table == "data_unit":
        row = tampered_farm.value(
            "SELECT min(rowid) FROM data_unit WHERE data_hash NOT IN (SELECT data_hash FROM data_frame)"
        )
    else:
        row = first_row(tampered_farm, table)
    tampered_farm.change(f"DELETE FROM {table} WHERE rowid = {row}")
    verdict = tampered_farm.verify()
    assert (verdict.exit_code, verdict.differences[0]) == (7, ("missing", table, None))
    if table != "project":
        assert len(verdict.differences) == 1


@pytest.mark.parametrize("table", [*LISTING_TABLES, *LABEL_TABLES, "data_frame"])
def test_a_row_that_is_there_twice_is_named(tampered_farm: VerifiedWarehouse, table: str) -> None:
    tampered_farm.change(f"INSERT INTO {table} FROM {table} WHERE rowid = {first_row(tampered_farm, table)}")
    verdict = tampered_farm.verify()
    assert verdict.exit_code == 7
    assert set(verdict.differences) == {("doubled", table, None)}
    assert {fields["warehouse"] for fields in verdict.named("difference")} == {2}


def test_labels_of_a_label_row_that_nobody_knows_are_named(tampered_farm: VerifiedWarehouse) -> None:
    tampered_farm.change(
        *(
            f"INSERT INTO {table} SELECT * REPLACE ('nobody' AS label_hash) FROM {table} WHERE rowid < 2"
            for table in LABEL_TABLES
        )
    )
    verdict = tampered_farm.verify()
    assert verdict.exit_code == 7
    assert verdict.differences == sorted(("surplus", table, None) for table in LABEL_TABLES)
    assert {fields["label_hash"] for fields in verdict.named("difference")} == {"nobody"}


def test_labels_left_behind_by_a_label_row_that_is_not_synced_are_named(tampered_farm: VerifiedWarehouse) -> None:
    tampered_farm.change("UPDATE label_row SET content_hash = NULL WHERE rowid = 0")
    verdict = tampered_farm.verify()
    assert verdict.exit_code == 7
    assert {kind for kind, _, _ in verdict.differences} == {"surplus"}
    assert [reason for _, reason in verdict.waiting] == ["its labels were never synced"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE frame_number SET frame = -3 WHERE frame = 17", [("missing", 17), ("surplus", -3)]),
        ("UPDATE frame_number SET frame = 5 WHERE frame = 17", [("missing", 17), ("doubled", 5)]),
        ("DELETE FROM frame_number WHERE frame IN (3, 4)", [("missing", 3), ("missing", 4)]),
        ("DELETE FROM frame_number WHERE frame = (SELECT max(frame) FROM frame_number)", [("missing", None)]),
    ],
)
def test_frame_numbers_must_be_there_each_once(
    tampered_farm: VerifiedWarehouse, statement: str, expected: list[tuple[str, int | None]]
) -> None:
    last = tampered_farm.value("SELECT max(frame) FROM frame_number")
    tampered_farm.change(statement)
    verdict = tampered_farm.verify()
    assert verdict.exit_code == 7
    found = [(fields["kind"], fields["key"]["frame"]) for fields in verdict.named("difference")]
    assert found == [(kind, last if frame is None else frame) for kind, frame in expected]


def test_the_stamp_inside_the_labels_is_compared(tampered_farm: VerifiedWarehouse) -> None:
    tampered_farm.change("UPDATE label_row SET labels_last_edited_at = '2027-01-01 00:00:00Z' WHERE rowid = 0")
    assert tampered_farm.verify().differences == [("changed", "label_row", "labels_last_edited_at")]


def test_a_label_row_marked_deleted_by_hand_is_missing(tampered_farm: VerifiedWarehouse) -> None:
    tampered_farm.change("UPDATE label_row SET deleted_at = now() WHERE label_hash IS NULL AND branch_name = 'main'")
    verdict = tampered_farm.verify()
    assert verdict.exit_code == 7
    assert set(verdict.differences) == {("missing", "label_row", None)}


def test_a_sample_finds_what_lies_in_it_and_the_same_seed_chooses_the_same(tampered_farm: VerifiedWarehouse) -> None:
    chosen = tampered_farm.verify(sample=Sample(4, seed=11)).fetched
    assert len(chosen) == 4
    assert tampered_farm.verify(sample=Sample(4, seed=11)).fetched == chosen
    others = [tampered_farm.verify(sample=Sample(4, seed=seed)).fetched for seed in (12, 13)]
    assert chosen not in others
    held = tampered_farm.rows("SELECT DISTINCT label_hash FROM object_instance ORDER BY 1")
    inside = next(label_hash for (label_hash,) in held if label_hash in chosen)
    outside = next(label_hash for (label_hash,) in held if label_hash not in chosen)
    for label_hash in (inside, outside):
        tampered_farm.change(f"UPDATE object_instance SET object_number = 99 WHERE label_hash = '{label_hash}'")
    verdict = tampered_farm.verify(sample=Sample(4, seed=11))
    assert verdict.exit_code == 7
    assert {fields["label_hash"] for fields in verdict.named("difference")} == {inside}
    assert (verdict.project["compared"], verdict.project["opened"]) == (4, 30)
    assert {fields["label_hash"] for fields in tampered_farm.verify().named("difference")} == {inside, outside}
