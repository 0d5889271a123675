"""Moments with a name, exports of an earlier moment, and moments that nobody knows."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.duckdb_files import connected
from tests.export_frames.coded_video import make_video
from tests.sync.command_line import CommandLine
from tests.sync.conftest import farm_world
from tests.sync.synced_warehouse import SyncedWarehouse, copied

VIDEO = "barn-east-001.mp4"


@pytest.fixture
def line(tmp_path: Path, farm_file: Path) -> Iterator[CommandLine]:
    with SampleServer(farm_world()) as server:
        command = CommandLine(server, tmp_path)
        copied(farm_file, command.file)
        yield command


def edit(line: CommandLine) -> None:
    project = line.server.world.projects[line.server.world.project_hash]
    row = project.row_named(VIDEO, "main")
    label_hash = str(row.label_hash)
    for object_hash in sorted(row.labels["object_answers"])[:3]:
        project.delete_object(label_hash, object_hash)
    project.rename_feature(project.class_named("Cow")["featureNodeHash"], "Ox")
    project.delete_label_row(str(project.row_named("calving-pen-003.mp4", "main").label_hash))
    printed = line.sync("--allow-deletes", settle_seconds=0)
    assert printed.exit_code == 0, printed.all


def warehouse(line: CommandLine) -> str:
    return f"--warehouse=duckdb:///{line.file}"


@pytest.mark.parametrize("form", ["coco", "json", "frames"])
def test_a_training_set_is_made_again_byte_for_byte(form: str, line: CommandLine) -> None:
    video: list[str] = []
    if form == "frames":
        count = line.server.world.projects[line.server.world.project_hash].row_named(VIDEO).metadata["number_of_frames"]
        video = [f"--video={make_video(line.folder / VIDEO, count)}", "--draw", "--where=frame % 20 = 0"]

    def exported(name: str, *more: str) -> dict[str, bytes]:
        out = line.folder / name
        printed = line.run("export", form, warehouse(line), f"--out={out}", *video, *more)
        assert printed.exit_code == 0, printed.all
        written = [path for path in (out, *out.rglob("*")) if path.is_file()]
        return {str(path.relative_to(out)): path.read_bytes() for path in written}

    then = exported("then")
    marked = line.run("mark", "training", warehouse(line), "--note=first detector")
    assert marked.exit_code == 0, marked.all
    edit(line)
    assert exported("now") != then
    assert exported("again", "--as-of=training") == then
    moment = marked.out.split(" is ")[1].strip().rstrip(".")
    assert exported("by_time", f"--as-of={moment}") == then
    assert exported("by_now", f"--as-of={datetime.datetime.now(datetime.UTC).isoformat()}") == exported("now")
    listed = line.run("mark", "--list", warehouse(line))
    assert listed.out.split() == [moment, "training", "first", "detector"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export", "json", "--as-of=2001-01-01"], "does not know what its labels were at 2001-01-01"),
        (["export", "coco", "--as-of=yesterday"], "neither the name of a mark nor a time"),
        (["export", "coco", "--as-of=now", "--consensus"], "consensus of an earlier moment is not known"),
        (["mark", "again", "--at=2999-01-01"], "is still to come"),
        (["mark", "again", "--at=2001-01-01T00:00Z"], "Its history begins at"),
        (["mark", "nothing", "--remove"], "There is no mark nothing"),
        (["mark"], "Give a NAME, or --list"),
    ],
)
def test_a_moment_that_cannot_be_had(arguments: list[str], says: str, line: CommandLine) -> None:
    printed = line.run(*arguments, warehouse(line))
    assert printed.exit_code == 2, printed.all
    assert says in printed.err
    assert not printed.is_traceback


def test_a_name_is_given_once_and_can_be_taken_away(line: CommandLine) -> None:
    assert line.run("mark", "one", warehouse(line)).exit_code == 0
    again = line.run("mark", "one", warehouse(line))
    assert (again.exit_code, "There is a mark one already" in again.err) == (2, True)
    assert line.run("mark", "one", "--remove", warehouse(line)).exit_code == 0
    assert line.run("mark", "one", warehouse(line)).exit_code == 0


def test_without_history_earlier_moments_are_unknown_and_not_wrong(farm: SyncedWarehouse) -> None:
    early = farm.value("SELECT now()")
    label_hash = str(farm.project.row_named(VIDEO, "main").label_hash)
    objects = "SELECT count(*) FROM object_on_frame_as_of($moment)"
    assert farm.value(objects, moment=early) == farm.value("SELECT count(*) FROM object_on_frame")
    farm.project.delete_object(label_hash, min(farm.project.row_named(VIDEO, "main").labels["object_answers"]))
    farm.sync(history="off")
    assert farm.value("SELECT count(*) FROM object_annotation_history") == 0
    assert farm.value(objects, moment=early) == 0
    late = farm.value("SELECT now()")
    assert farm.value(objects, moment=late) == farm.value("SELECT count(*) FROM object_on_frame")


def test_only_as_many_days_of_history_are_kept_as_wanted(farm: SyncedWarehouse) -> None:
    label_hash = str(farm.project.row_named(VIDEO, "main").label_hash)
    first, second = sorted(farm.project.row_named(VIDEO, "main").labels["object_answers"])[:2]
    farm.project.delete_object(label_hash, first)
    farm.sync()
    with connected(farm.file) as connection:  # as if that had been a month ago
        for table, columns in (
            ("object_annotation_history", ("replaced_at",)),
            ("object_instance_history", ("replaced_at",)),
            ("attribute_answer_history", ("replaced_at",)),
            ("label_row_history", ("replaced_at",)),
            ("label_row_version", ("written_at",)),
            ("history_clock", ("began_at", "known_since", "last_at")),
        ):
            moved = ", ".join(f"{column} = {column} - INTERVAL 30 DAY" for column in columns)
            connection.execute(f"UPDATE {table} SET {moved}")
    farm.project.delete_object(label_hash, second)
    farm.sync(history_keep=7)
    assert farm.rows("SELECT DISTINCT object_hash FROM object_annotation_history") == [(second,)]
    days = farm.value("SELECT date_diff('day', known_since, now()) FROM history_clock")
    assert days == 7
