"""What people do to labels: exactly the label rows concerned are fetched, and only their rows are written again."""

from connector.load.tables import LABEL_TABLES
from connector.sample.world.label_pen import answered
from tests.sync.conftest import Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, Outcome, SyncedWarehouse

VIDEO = "barn-east-001.mp4"
DECIDED = "calving-pen-003.mp4"


def label_hash_of(synced: SyncedWarehouse, title: str, branch: str = "main") -> str:
    label_hash = synced.project.row_named(title, branch).label_hash
    assert label_hash is not None
    return label_hash


def assert_fetched_only(outcome: Outcome, label_hashes: list[str], reason: str) -> None:
    assert outcome.exit_code == 0
    assert outcome.fetched == sorted(label_hashes)
    assert outcome.requests == {**ALL_REQUESTS_OF_A_LISTING, "label_rows": 1}
    assert outcome.receipt.fetch_reasons == {reason: len(label_hashes)}
    assert outcome.receipt.loaded == len(label_hashes)


def test_a_moved_box_replaces_the_rows_of_its_label_row_only(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    label_hash = label_hash_of(farm, VIDEO)
    ((object_hash, frame, x),) = farm.rows(
        "SELECT object_hash, frame, x FROM object_annotation JOIN object_instance USING (label_hash, object_hash)"
        " WHERE label_hash = $label_hash AND shape = 'bounding_box' ORDER BY frame, object_hash LIMIT 1",
        label_hash=label_hash,
    )
    where = "label_hash = $label_hash AND object_hash = $object_hash AND frame = $frame"
    found = {"label_hash": label_hash, "object_hash": object_hash, "frame": frame}
    others = [farm.rows(f"FROM {table} WHERE label_hash <> '{label_hash}' ORDER BY ALL") for table in LABEL_TABLES]
    farm.project.move_box(label_hash, object_hash, frame=frame, x=0.02, y=0.0)

    outcome = farm.sync()

    assert_fetched_only(outcome, [label_hash], "edited")
    assert farm.rewritten_by(outcome) == [label_hash]
    assert farm.value(f"SELECT x FROM object_annotation WHERE {where}", **found) == round(x + 0.02, 4)
    assert (
        farm.value(f"SELECT last_edited_by FROM object_annotation WHERE {where}", **found) == "lena.brandt@example.com"
    )
    assert [
        farm.rows(f"FROM {table} WHERE label_hash <> '{label_hash}' ORDER BY ALL") for table in LABEL_TABLES
    ] == others
    assert outcome.receipt.rows_by_table == {"object_annotation": 1}, "the others are as they were"
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)


def test_objects_answers_and_classifications_come_and_go(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    project = farm.project
    label_hash = label_hash_of(farm, VIDEO)
    cow, light = project.class_named("Cow"), project.class_named("Barn light")
    box = {"x": 0.25, "y": 0.5, "w": 0.125, "h": 0.0625}
    ear_tag = next(attribute for attribute in cow["attributes"] if attribute["name"] == "Ear tag number")
    gone = farm.value("SELECT min(object_hash) FROM object_instance WHERE label_hash = $hash", hash=label_hash)
    added = project.add_object(label_hash, cow["featureNodeHash"], {90: box, 91: box})
    project.answer_attribute(label_hash, added, answered(ear_tag, "DE 04 123"))
    project.delete_object(label_hash, gone)
    daylight = answered(light["attributes"][0], [light["attributes"][0]["options"][0]])
    still = label_hash_of(farm, "pasture-01.jpg")
    classified = project.add_classification(still, light["featureNodeHash"], [daylight], [[0, 0]])

    outcome = farm.sync()

    assert_fetched_only(outcome, [label_hash, still], "edited")
    assert farm.rows(
        "SELECT frame, x, y, width, height FROM object_annotation WHERE object_hash = $added ORDER BY frame",
        added=added,
    ) == [(90, 0.25, 0.5, 0.125, 0.0625), (91, 0.25, 0.5, 0.125, 0.0625)]
    assert farm.value("SELECT answer_text FROM attribute_answer WHERE owner_hash = $added", added=added) == "DE 04 123"
    assert [
        farm.value(
            f"SELECT count(*) FROM {table} WHERE label_hash = $hash AND object_hash = $gone", hash=label_hash, gone=gone
        )
        for table in ("object_instance", "object_annotation")
    ] == [0, 0]
    assert farm.rows(
        "SELECT frame_start, frame_end FROM classification_range WHERE classification_hash = $hash", hash=classified
    ) == [(0, 0)]
    equals_fresh(farm)


def test_a_save_without_a_change_is_fetched_and_not_written(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    label_hash = label_hash_of(farm, VIDEO)
    farm.project.save_labels(label_hash)
    outcome = farm.sync()
    assert_fetched_only(outcome, [label_hash], "edited")
    assert outcome.receipt.rows_written == 0
    assert farm.rewritten_by(outcome) == []
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)


def test_a_new_branch_is_fetched_and_the_others_are_left(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    main = farm.project.row_named(DECIDED)
    label_hash = farm.project.add_branch(main.data_hash, "my-model-v3", is_copy_of_main=True)
    outcome = farm.sync()
    assert_fetched_only(outcome, [label_hash], "never_synced")
    assert farm.rewritten_by(outcome) == [label_hash]
    counts = "SELECT branch_name, object_count, annotation_count FROM label_row WHERE data_hash = $data"
    by_branch = {row[0]: row[1:] for row in farm.rows(counts, data=main.data_hash)}
    assert len(by_branch) == 5
    assert by_branch["my-model-v3"] == by_branch["main"]
    assert by_branch["main"][0] > 0
    equals_fresh(farm)


def test_the_first_opening_of_a_data_unit_is_noticed(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    row = farm.project.row_named("barn-north-night.mp4")
    unopened = "SELECT label_hash, content_hash FROM label_row WHERE data_hash = $data"
    assert farm.rows(unopened, data=row.data_hash) == [(None, None)]
    label_hash = farm.project.open_data_unit(row.data_hash)
    outcome = farm.sync()
    assert_fetched_only(outcome, [label_hash], "never_synced")
    assert farm.rows("SELECT label_hash, object_count FROM label_row WHERE data_hash = $data", data=row.data_hash) == [
        (label_hash, 0)
    ]
    equals_fresh(farm)


def test_a_data_unit_that_nobody_opened_is_listed_and_never_fetched(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    like = farm.project.row_named(VIDEO)
    skipped = farm.sync().receipt.skipped
    data_hash = farm.project.add_data_unit(like.data_hash, "barn-yard-099.mp4")
    outcome = farm.sync()
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    assert outcome.receipt.skipped == skipped + 1
    assert farm.rows(
        "SELECT title, label_hash, label_row.deleted_at FROM data_unit JOIN label_row USING (project_hash, data_hash)"
        " WHERE data_hash = $data",
        data=data_hash,
    ) == [("barn-yard-099.mp4", None, None)]
    equals_fresh(farm)


def test_a_branch_made_again_has_another_label_hash_and_leaves_nothing_of_the_old(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    row = next(row for row in farm.project.rows.values() if row.branch_name.startswith("encord-"))
    old = row.label_hash
    assert farm.value("SELECT count(*) FROM object_annotation WHERE label_hash = $old", old=old) > 0
    farm.project.delete_label_row(str(old))
    new = farm.project.add_branch(row.data_hash, row.branch_name)
    outcome = farm.sync()
    assert outcome.fetched == [new]
    assert outcome.receipt.tombstoned == 0
    for table in LABEL_TABLES:
        assert farm.value(f"SELECT count(*) FROM {table} WHERE label_hash = $old", old=old) == 0
    assert farm.rows(
        "SELECT label_hash, object_count, deleted_at FROM label_row WHERE data_hash = $data AND branch_name = $branch",
        data=row.data_hash,
        branch=row.branch_name,
    ) == [(new, 0, None)]
    equals_fresh(farm)


def test_encords_verdict_on_the_labels_is_followed(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    row = farm.project.row_named(VIDEO)
    for is_valid in (False, True):
        farm.project.set_valid(row.data_hash, is_valid=is_valid)
        outcome = farm.sync()
        assert_fetched_only(outcome, [str(row.label_hash)], "validity_changed")
        assert outcome.receipt.rows_written == 0
        assert farm.value("SELECT is_valid FROM label_row WHERE data_hash = $data", data=row.data_hash) is is_valid
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)
