"""A real Spark over a lake that encord-sync writes: the same rows in every view, before and after its maintenance."""

import pytest

from tests.spark.golden_texts import NAMES
from tests.spark.shared_lake import SharedLake
from tests.spark.spark_places import CATALOG

pytestmark = [
    pytest.mark.spark,
    pytest.mark.timeout(3600),
    # Spark's Python side leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

OBJECTS = NAMES.stored("object_annotation")
LABEL_ROWS = NAMES.stored("label_row")
REWRITTEN = ("object_annotation", "attribute_answer", "label_row", "classification_range")


def test_every_view_has_the_same_rows_as_in_duckdb(shared_lake: SharedLake) -> None:
    assert list(shared_lake.differences()) == []


def test_a_table_of_labels_by_itself_has_old_versions_too(shared_lake: SharedLake) -> None:
    [(stored,)] = shared_lake.rows(f"SELECT count(*) FROM {OBJECTS}")
    [(valid,)] = shared_lake.rows(f"SELECT count(*) FROM {NAMES.shown('object_annotation')}")
    with shared_lake.opened_file() as connection:
        assert connection.execute("SELECT count(*) FROM object_annotation").fetchall() == [(valid,)]
    assert stored > valid


def test_a_query_loads_each_table_once(shared_lake: SharedLake) -> None:
    frame = shared_lake.spark.table(NAMES.shown("label_on_frame"))
    leaves = frame._jdf.queryExecution().analyzed().collectLeaves()
    identity_of = shared_lake.spark._jvm.java.lang.System.identityHashCode
    loaded: dict[str, set[int]] = {}
    for place in range(leaves.size()):
        table = leaves.apply(place).table()
        loaded.setdefault(str(table.name()), set()).add(identity_of(table))
    assert leaves.size() > len(loaded)
    assert {name: len(tables) for name, tables in loaded.items()} == dict.fromkeys(loaded, 1)
    assert NAMES.stored("label_row") in loaded


def test_an_earlier_moment_is_still_there(shared_lake: SharedLake) -> None:
    # The first sync's last commit to label_row is the first one whose rows are all that were read then.
    snapshots = shared_lake.rows(f"SELECT snapshot_id FROM {LABEL_ROWS}.snapshots ORDER BY committed_at")
    found = [
        snapshot
        for (snapshot,) in snapshots
        if set(shared_lake.rows(f"SELECT label_row_id, content_hash FROM {LABEL_ROWS} VERSION AS OF {snapshot}"))
        == shared_lake.first_rows
    ]
    assert found
    assert found[-1] != snapshots[-1][0]
    counted = f"""
        SELECT count(*) FROM {OBJECTS} AS o LEFT SEMI JOIN
        (SELECT * FROM {LABEL_ROWS} VERSION AS OF {found[-1]}) AS r
        ON r.project_hash = o.project_hash AND r.label_hash = o.label_hash AND r.commit_id = o.commit_id
    """
    # No old version has been cleaned up: the tables of labels as they are now hold what was valid then.
    assert shared_lake.rows(counted) == [(shared_lake.first_objects,)]


def test_spark_maintains_the_tables_and_every_reader_sees_the_same(shared_lake: SharedLake) -> None:
    before = {name: files_of(shared_lake, name) for name in REWRITTEN}
    for name in REWRITTEN:
        shared_lake.rows(
            f"CALL {CATALOG}.system.rewrite_data_files(table => '{NAMES.data_namespace}.{name}',"
            " strategy => 'sort', sort_order => 'project_hash', options => map('rewrite-all', 'true'))"
        )
    for name in REWRITTEN:
        assert files_of(shared_lake, name) != before[name]
    shared_lake.verify()
    # The connector's own readers read what the last note names: it must name the new files before the old ones go.
    shared_lake.command("lake", "maintain", "--warehouse", f"iceberg://{CATALOG}/{NAMES.namespace}")
    for name in REWRITTEN:
        shared_lake.rows(
            f"CALL {CATALOG}.system.expire_snapshots(table => '{NAMES.data_namespace}.{name}',"
            " older_than => TIMESTAMP '2999-01-01 00:00:00', retain_last => 1)"
        )
        [(left,)] = shared_lake.rows(f"SELECT count(*) FROM {NAMES.stored(name)}.snapshots")
        assert left == 1
    assert list(shared_lake.differences()) == []
    assert list(shared_lake.differences_of_the_own_reader()) == []
    shared_lake.verify()


def test_the_next_sync_is_seen_by_views_at_once_and_by_what_is_stored_when_the_script_ran_again(
    shared_lake: SharedLake,
) -> None:
    project = shared_lake.server.world.projects[shared_lake.server.world.project_hash]
    label_hash, object_hash = shared_lake.rows(
        f"SELECT label_hash, object_hash FROM {NAMES.shown('object_on_frame')} WHERE ontology_shape = 'bounding_box'"
        " AND branch_name = 'main' ORDER BY ALL LIMIT 1"
    )[0]
    project.move_box(label_hash, object_hash)
    shared_lake.sync()
    assert list(shared_lake.differences("current_label_row", "object_on_frame", "label_on_frame")) == []
    shared_lake.run_script()
    assert list(shared_lake.differences()) == []


def files_of(shared_lake: SharedLake, name: str) -> set[str]:
    return {file for (file,) in shared_lake.rows(f"SELECT file_path FROM {NAMES.stored(name)}.files")}
