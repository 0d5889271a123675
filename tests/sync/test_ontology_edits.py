"""Edits of the ontology do not move label rows: only those whose labels they touch are fetched, mostly none."""

from collections.abc import Callable

import pytest

from connector.sample import SampleProject
from tests.sync.conftest import Comparison
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse

ONTOLOGY = ("ontology_class", "ontology_attribute", "ontology_option")


def feature_hash_of(project: SampleProject, class_name: str) -> str:
    return str(project.class_named(class_name)["featureNodeHash"])


def attribute_hash_of(project: SampleProject, class_name: str, attribute_name: str) -> str:
    attributes = project.class_named(class_name)["attributes"]
    return str(next(item["featureNodeHash"] for item in attributes if item["name"] == attribute_name))


def rename_everything(project: SampleProject) -> None:
    cow = project.class_named("Cow")
    coat = next(item for item in cow["attributes"] if item["name"] == "Coat")
    for feature, name in ((cow, "Dairy cow"), (coat, "Coat colour"), (coat["options"][0], "Holstein")):
        project.rename_feature(feature["featureNodeHash"], name)
    project.rename_feature(feature_hash_of(project, "Barn light"), "Light in the barn")


def recolour(project: SampleProject) -> None:
    project.recolour_class(feature_hash_of(project, "Calf"), "#AA00FF")


def add_everything(project: SampleProject) -> None:
    project.add_option(attribute_hash_of(project, "Cow", "Coat"), "Grey")
    project.add_attribute(feature_hash_of(project, "Cow"), "Horns", "text")
    project.add_class("Goat", "polygon")


@pytest.mark.parametrize(
    ("edit", "changed"), [(rename_everything, (2, 2, 1)), (recolour, (1, 0, 0)), (add_everything, (1, 1, 1))]
)
def test_names_colours_and_additions_are_one_row_each_and_no_fetch(
    edit: Callable[[SampleProject], None],
    changed: tuple[int, int, int],
    farm: SyncedWarehouse,
    equals_fresh: Comparison,
) -> None:
    before = farm.snapshot(*ONTOLOGY)
    edit(farm.project)
    outcome = farm.sync()
    assert outcome.exit_code == 0
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    after = farm.snapshot(*ONTOLOGY)
    assert tuple(len(set(after[table]) - set(before[table])) for table in ONTOLOGY) == changed
    equals_fresh(farm)


def label_rows_with(farm: SyncedWarehouse, feature_hash: str) -> list[str]:
    rows = farm.rows(
        "SELECT label_hash FROM object_instance WHERE feature_hash = $feature UNION"
        " SELECT label_hash FROM classification_instance WHERE feature_hash = $feature ORDER BY label_hash",
        feature=feature_hash,
    )
    return [label_hash for (label_hash,) in rows]


@pytest.mark.parametrize("class_name", ["Fence", "Barn light"])
def test_an_archived_class_loses_its_labels_and_gets_them_back(
    class_name: str, farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    feature_hash = feature_hash_of(farm.project, class_name)
    holders = label_rows_with(farm, feature_hash)
    tables = ("object_instance", "object_annotation", "classification_instance", "attribute_answer")
    before = farm.snapshot(*tables)
    assert 0 < len(holders) < len(farm.project.label_hashes)

    farm.project.archive_feature(feature_hash)
    archived = farm.sync()
    assert archived.fetched == holders
    assert archived.receipt.fetch_reasons == {"stale": len(holders)}
    assert label_rows_with(farm, feature_hash) == []
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING

    # Nobody can know where its labels hid in the meantime.
    farm.project.unarchive_feature(feature_hash)
    restored = farm.sync()
    assert restored.fetched == sorted(farm.project.label_hashes)
    assert farm.snapshot(*tables) == before
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)


def test_an_archived_option_is_taken_out_of_the_answers(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    coat = next(item for item in farm.project.class_named("Cow")["attributes"] if item["name"] == "Coat")
    option = coat["options"][0]["featureNodeHash"]
    ticked = "SELECT count(*) FROM attribute_answer WHERE option_feature_hash = $option"
    assert farm.value(ticked, option=option) > 0
    holders = label_rows_with(farm, feature_hash_of(farm.project, "Cow"))
    farm.project.archive_feature(option)
    assert farm.sync().fetched == holders
    assert farm.value(ticked, option=option) == 0
    equals_fresh(farm)


def test_a_switched_dynamic_flag_reads_the_answers_anew(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    posture = attribute_hash_of(farm.project, "Cow", "Posture")
    ranges = "SELECT count(frame_start) FROM attribute_answer WHERE attribute_feature_hash = $attribute"
    assert farm.value(ranges, attribute=posture) > 0
    holders = label_rows_with(farm, feature_hash_of(farm.project, "Cow"))
    farm.project.set_dynamic(posture, is_dynamic=False)
    outcome = farm.sync()
    assert outcome.fetched == holders
    assert farm.value(ranges, attribute=posture) == 0
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)


def test_a_class_deleted_from_the_ontology_is_looked_at_again_once(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    feature_hash = feature_hash_of(farm.project, "Fence")
    holders = label_rows_with(farm, feature_hash)
    farm.project.remove_feature(feature_hash)
    assert farm.sync().fetched == holders
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    assert farm.value("SELECT count(*) FROM ontology_class WHERE feature_hash = $feature", feature=feature_hash) == 0
    equals_fresh(farm)


def test_the_order_of_options_is_the_ontologys_alone(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    """Answers stored before and after options were put in another order are stored alike."""
    for name in ("Marks", "Activity"):
        attribute = farm.project.node(attribute_hash_of(farm.project, "Cow", name))
        ticked = "SELECT count(*) FROM attribute_answer WHERE attribute_feature_hash = $attribute AND position > 0"
        assert farm.value(ticked, attribute=attribute["featureNodeHash"]) > 0
        for option in list(attribute["options"]):
            farm.project.reorder(option["featureNodeHash"], 0)
    outcome = farm.sync()
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)


def test_a_class_deleted_from_the_archive_shows_its_labels_again(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    """As a class that the ontology does not have: nobody can know which label rows it is in."""
    feature_hash = feature_hash_of(farm.project, "Fence")
    holders = label_rows_with(farm, feature_hash)
    farm.project.archive_feature(feature_hash)
    farm.sync()
    farm.project.remove_feature(feature_hash)
    farm.sync()
    assert label_rows_with(farm, feature_hash) == holders
    equals_fresh(farm)


def test_an_attribute_that_opens_with_an_option_now_is_read_anew(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    cow = farm.project.class_named("Cow")
    coat = next(item for item in cow["attributes"] if item["name"] == "Coat")
    tag = attribute_hash_of(farm.project, "Cow", "Ear tag number")
    answered = "SELECT count(*) FROM attribute_answer WHERE attribute_feature_hash = $tag"
    before = farm.value(answered, tag=tag)
    farm.project.move_feature(tag, coat["options"][0]["featureNodeHash"])
    assert farm.sync().fetched == label_rows_with(farm, cow["featureNodeHash"])
    assert 0 < farm.value(answered, tag=tag) < before
    equals_fresh(farm)


def test_an_edit_does_not_hide_that_the_ontology_changed_as_well(
    farm: SyncedWarehouse, equals_fresh: Comparison
) -> None:
    """Rows are made anew although the row was saved without a change, which alone would leave them."""
    posture = attribute_hash_of(farm.project, "Cow", "Posture")
    holders = label_rows_with(farm, feature_hash_of(farm.project, "Cow"))
    farm.project.set_dynamic(posture, is_dynamic=False)
    farm.project.save_labels(holders[0])
    outcome = farm.sync()
    assert outcome.receipt.fetch_reasons == {"edited": 1, "stale": len(holders) - 1}
    assert farm.rewritten_by(outcome) == holders
    equals_fresh(farm)
