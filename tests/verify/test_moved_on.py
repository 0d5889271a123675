"""What Encord changed since the last sync is "not synced yet"; what cannot be read is told; both are no difference."""

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.process.interruption import Interruption
from connector.sample import NOT_AUTHORISED, DropElement, Fault, Hook, SampleProject, without_key
from tests.source.world import label_hash_of
from tests.sync.conftest import IMAGES, UNOPENED_IMAGES
from tests.verify.verified_warehouse import VerifiedWarehouse

BOX = "Zm9vYmFy"
FIRST, SECOND = label_hash_of(0), label_hash_of(1)


def test_an_untouched_warehouse_is_equal(unedited_farm: VerifiedWarehouse) -> None:
    verdict = unedited_farm.verify()
    assert (verdict.exit_code, verdict.differences, verdict.waiting) == (0, [], [])
    assert verdict.fetched == sorted(unedited_farm.project.label_hashes)
    assert verdict.project["is_equal"] is True
    assert (verdict.project["listed"], verdict.project["compared"]) == (33, 30)
    assert verdict.named("verify_finished")[0]["exit_code"] == 0


def test_an_edited_label_row_is_not_synced_yet_and_its_neighbours_are_compared(gate: VerifiedWarehouse) -> None:
    gate.project.move_box(FIRST, BOX)
    gate.change(f"UPDATE object_annotation SET x = 0.9 WHERE label_hash IN ('{FIRST}', '{SECOND}')")
    verdict = gate.verify()
    assert verdict.exit_code == 7
    assert verdict.waiting == [(FIRST, "edited since the last sync")]
    assert [
        (fields["label_hash"], fields["encord"], fields["warehouse"]) for fields in verdict.named("difference")
    ] == [(SECOND, 0.1, 0.9)]
    assert FIRST not in verdict.fetched
    gate.change(f"UPDATE object_annotation SET x = 0.1 WHERE label_hash = '{SECOND}'")
    assert gate.verify().exit_code == 0, "what is not synced yet is no difference"
    gate.sync()
    assert (gate.verify().exit_code, gate.verify().waiting) == (0, [])


def test_every_way_to_move_on_waits_for_the_next_sync(gate: VerifiedWarehouse) -> None:
    unopened = next(row for row in gate.project.rows.values() if row.label_hash is None)
    opened = gate.project.open_data_unit(unopened.data_hash)
    gate.project.set_valid(gate.project.row(FIRST).data_hash, is_valid=False)
    gate.change(
        f"UPDATE label_row SET normaliser_version = 0 WHERE label_hash = '{SECOND}'",
        f"UPDATE label_row SET stale_reason = 'ontology' WHERE label_hash = '{label_hash_of(2)}'",
    )
    verdict = gate.verify()
    assert verdict.exit_code == 0
    assert dict(verdict.waiting) == {
        opened: "its labels were never synced",
        FIRST: "its validity changed since the last sync",
        SECOND: "its rows were made by another release",
        label_hash_of(2): "the ontology or its data unit was edited, so its labels are fetched again",
    }
    assert verdict.project["compared"] == IMAGES - 3
    assert gate.sync().exit_code == 0
    assert (gate.verify().exit_code, gate.verify().waiting) == (0, [])


def test_an_edit_while_it_verifies_is_no_difference(gate: VerifiedWarehouse) -> None:
    gate.server.faults.add(Fault(Hook(lambda: gate.project.move_box(FIRST, BOX)), kind="label_rows"))
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.waiting) == (0, [(FIRST, "edited just now")])


def test_a_label_row_synced_too_soon_after_an_edit_is_no_difference(gate: VerifiedWarehouse) -> None:
    """Its labels came under an older stamp, as those of an edit that shows late; a later run looks once more."""
    gate.change(f"UPDATE label_row SET is_settled = false, content_hash = 'other' WHERE label_hash = '{FIRST}'")
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.waiting) == (
        0,
        [(FIRST, "synced soon after an edit, to be looked at once more")],
    )


def test_labels_that_encord_serves_too_old_are_no_difference(gate: VerifiedWarehouse) -> None:
    gate.project.move_box(FIRST, BOX)
    gate.sync()
    gate.change(
        f"UPDATE label_row SET content_hash = 'newer', labels_last_edited_at = '2099-01-01 00:00:00Z'"
        f" WHERE label_hash = '{FIRST}'"
    )
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.waiting) == (
        0,
        [(FIRST, "Encord answered with older labels than the warehouse's")],
    )


def rename(project: SampleProject) -> None:
    project.rename_feature(str(project.class_named("Cow")["featureNodeHash"]), "Dairy cow")


def archive(project: SampleProject) -> None:
    project.archive_feature(str(project.class_named("Fence")["featureNodeHash"]))


def add_option(project: SampleProject) -> None:
    coat = next(item for item in project.class_named("Cow")["attributes"] if item["name"] == "Coat")
    project.add_option(coat["featureNodeHash"], "Grey")


@pytest.mark.parametrize(("edit", "is_stale"), [(rename, False), (add_option, False), (archive, True)])
def test_an_edited_ontology_waits_and_so_do_the_label_rows_that_it_touches(
    farm: VerifiedWarehouse, edit: object, *, is_stale: bool
) -> None:
    assert callable(edit)
    holders = {
        label_hash
        for (label_hash,) in farm.rows(
            "SELECT label_hash FROM object_instance JOIN ontology_class USING (feature_hash) WHERE name = 'Fence'"
        )
    }
    edit(farm.project)
    verdict = farm.verify()
    assert verdict.exit_code == 0
    assert verdict.waiting[0] == (None, "edited since the last sync")
    with_warnings = {
        label_hash for (label_hash,) in farm.rows("SELECT label_hash FROM label_row WHERE warnings IS NOT NULL")
    }
    assert {label_hash for label_hash, _ in verdict.waiting[1:]} == with_warnings | (holders if is_stale else set())
    farm.sync()
    assert (farm.verify().exit_code, farm.verify().waiting) == (0, [])


def test_an_unarchived_class_may_be_anywhere(farm: VerifiedWarehouse) -> None:
    fence = str(farm.project.class_named("Fence")["featureNodeHash"])
    farm.project.archive_feature(fence)
    farm.sync()
    farm.project.unarchive_feature(fence)
    shortened = farm.verify()
    assert (shortened.exit_code, len(shortened.waiting), len(shortened.named("more_not_synced_yet"))) == (0, 20, 1)
    waiting = farm.verify(verbose=True).waiting
    assert {label_hash for label_hash, _ in waiting[1:]} == set(farm.project.label_hashes)
    assert shortened.project["not_synced_yet"] == len(waiting)


def test_a_renamed_project_is_not_synced_yet(gate: VerifiedWarehouse) -> None:
    gate.project.rename_project("Gate camera, south")
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.waiting) == (0, [(None, "edited since the last sync")])


def test_facts_of_the_listing_that_moved_without_a_stamp_are_named_until_the_next_sync(gate: VerifiedWarehouse) -> None:
    gate.project.set_priority(gate.project.row(FIRST).data_hash, 0.9)
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.differences) == (7, [("changed", "label_row", "priority")])
    assert "run `encord-sync sync`" in verdict.texts("verify_finished")[0]
    gate.sync()
    assert gate.verify().exit_code == 0


def test_rows_that_only_one_side_has_are_named(gate: VerifiedWarehouse) -> None:
    gate.project.delete_data_unit(gate.project.row(FIRST).data_hash)
    new = gate.project.add_data_unit(gate.project.row(SECOND).data_hash, "image-new.jpg")
    verdict = gate.verify()
    assert verdict.exit_code == 7
    assert verdict.differences == [
        ("missing", "data_unit", None),
        ("missing", "label_row", None),
        ("surplus", "data_unit", None),
        ("surplus", "label_row", None),
    ]
    assert new in "".join(verdict.texts())


def test_what_cannot_be_read_is_not_compared_and_the_rest_is(gate: VerifiedWarehouse) -> None:
    gate.server.faults.add(Fault(without_key("data_units"), kind="label_rows", label_hash=FIRST, times=None))
    gate.server.faults.add(Fault(DropElement(), kind="label_rows", label_hash=SECOND, times=None))
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.differences) == (7, [])
    assert {fields["label_hash"] for fields in verdict.named("not_compared")} == {FIRST, SECOND}
    assert verdict.project["compared"] == IMAGES - 2


def test_a_listing_entry_that_cannot_be_read_is_told_and_nothing_seems_gone(gate: VerifiedWarehouse) -> None:
    gate.server.faults.add(Fault(without_key("data_type"), kind="listing", label_hash=FIRST, times=None))
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.differences) == (7, [])
    assert len(verdict.named("not_compared")) == 1
    assert verdict.project["listed"] == IMAGES + UNOPENED_IMAGES - 1


def test_what_the_last_sync_could_not_load_waits_if_it_changed(gate: VerifiedWarehouse) -> None:
    gate.change(
        "INSERT INTO sync_failure SELECT project_hash, label_hash, 'missing', '', now(), now(), 1, 'run' FROM label_row"
        f" WHERE label_hash IN ('{FIRST}', '{SECOND}')",
        f"UPDATE label_row SET content_hash = 'older' WHERE label_hash = '{FIRST}'",
    )
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.waiting) == (0, [(FIRST, "the last sync could not load it")])
    assert verdict.project["compared"] == IMAGES - 1


def test_a_project_that_was_never_synced_and_one_that_is_gone_are_named(gate: VerifiedWarehouse) -> None:
    gate.change(
        "INSERT INTO project SELECT * REPLACE ('77777777-0000-4000-8000-000000000000' AS project_hash) FROM project"
    )
    verdict = gate.verify(all_projects=True)
    assert (verdict.exit_code, verdict.differences) == (7, [("surplus", "project", None)])
    gate.change("DELETE FROM project")
    verdict = gate.verify()
    assert (verdict.exit_code, verdict.differences) == (7, [("missing", "project", None)])
    assert verdict.fetched == []


def test_a_project_without_access_stops_alone_and_is_left_out_among_others(gate: VerifiedWarehouse) -> None:
    other = "77777777-0000-4000-8000-000000000000"
    gate.server.faults.add(Fault(NOT_AUTHORISED, kind="project", project_hash=other, times=None))
    with pytest.raises(ConnectorError) as caught:
        gate.verify(project=[other])
    assert caught.value.kind is ErrorKind.PERMISSION
    verdict = gate.verify(project=[other, gate.server.world.project_hash])
    assert verdict.exit_code == 7
    assert [fields["label_hash"] for fields in verdict.named("not_compared")] == [other]
    assert [fields["is_equal"] for fields in verdict.named("project_verified")] == [False, True]


def test_a_stop_ends_it_before_everything_was_compared(gate: VerifiedWarehouse) -> None:
    interruption = Interruption()
    gate.server.faults.add(Fault(Hook(lambda: interruption.request("SIGTERM")), kind="label_rows"))
    with pytest.raises(ConnectorError, match="Stopped by SIGTERM") as caught:
        gate.verify(interruption=interruption, bundle_rows=1, requests_in_flight=1)
    assert caught.value.kind.exit_code == 75


def test_bundles_of_any_size_find_the_same(tampered_farm: VerifiedWarehouse) -> None:
    tampered_farm.change(
        "UPDATE object_annotation SET y = y + 0.25 WHERE rowid IN (5, 500)",
        "DELETE FROM data_frame WHERE frame = 0",
    )
    small = tampered_farm.verify(bundle_rows=1, requests_in_flight=2)
    assert small.differences == tampered_farm.verify().differences
    assert sorted(small.texts()) == sorted(tampered_farm.verify().texts())


def test_client_metadata_is_compared_where_it_is_asked_for(farm: VerifiedWarehouse) -> None:
    farm.sync(include_client_metadata=True)
    assert farm.verify(include_client_metadata=True).exit_code == 0
    farm.change("UPDATE data_unit SET client_metadata = '{}' WHERE rowid = 0")
    assert farm.verify().exit_code == 0
    assert farm.verify(include_client_metadata=True).differences == [("changed", "data_unit", "client_metadata")]


def test_a_warehouse_that_is_missing_or_of_another_release_is_refused(gate: VerifiedWarehouse) -> None:
    gate.change("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(ConnectorError, match="encord-sync migrate") as caught:
        gate.verify()
    assert caught.value.kind is ErrorKind.SCHEMA
    gate.file.unlink()
    with pytest.raises(ConnectorError, match="There is no warehouse") as caught:
        gate.verify()
    assert caught.value.kind is ErrorKind.WAREHOUSE
    assert not gate.file.exists()
