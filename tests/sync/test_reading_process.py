"""Label rows read in a second process come to the same rows, and without that process nothing is lost."""

import datetime
import io
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.load import ARROW_SCHEMAS, STATES_SCHEMA, WrittenBundle
from connector.load.writing.sql_warehouse import SqlWarehouse
from connector.normalise.ontology import Ontology
from connector.reading import reading_process, reading_processes
from connector.reading.label_row_group import ArrivedLabelRow, GroupReader, LabelRowGroup, ReadGroup
from connector.reading.message_stream import receive, send
from connector.reading.reading_process import NotReadError, ReadingProcess
from connector.reading.reading_processes import ReadingProcesses
from connector.reading.serve import serve
from connector.sample import EditElement, Fault, SampleServer
from connector.source.answers.answer_body import AnswerBody
from connector.source.changes.fetch_plan import Change
from connector.source.label_rows.fetched import FetchedLabelRow
from connector.sync import bundle_loader as bundle
from tests.sync.conftest import Comparison, farm_world
from tests.sync.fresh_comparison import differences
from tests.sync.synced_warehouse import SyncedWarehouse

PROCESSORS = 4
READER = GroupReader("project", Ontology({}, {}, "", has_bitmasks=False), ARROW_SCHEMAS, STATES_SCHEMA, is_full=False)
LABELS = {
    "label_hash": "a", "data_hash": "d", "data_type": "image", "last_edited_at": "2025-01-06 08:00:00",
    "object_answers": {}, "object_actions": {}, "classification_answers": {},
    "data_units": {"d": {"data_sequence": 0, "labels": {"objects": [{
        "objectHash": "o", "featureHash": "f", "shape": "bounding_box",
        "boundingBox": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4},
    }]}}},
}  # fmt: skip


def group(label_hash: str = "a", json: bytes | None = None) -> LabelRowGroup:
    """A group of one label row."""
    body = AnswerBody(bytearray(json or msgspec.json.encode({**LABELS, "label_hash": label_hash})))
    row = FetchedLabelRow(label_hash, msgspec.Raw(body.content), body, last_edited_at="2025-01-06 08:00:00")
    change = Change("id", label_hash, None, True, None, None, None, None, "never_synced", False, True)
    return LabelRowGroup(
        [ArrivedLabelRow(row, msgspec.json.encode({"data_hash": "d", "label_hash": label_hash}), change)],
        datetime.datetime(2025, 2, 1, tzinfo=datetime.UTC),
    )


@pytest.fixture
def _reads_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes are started for the first label rows, also where there is one processor only."""
    monkeypatch.setattr(bundle, "BYTES_READ_ALONE", 0)
    monkeypatch.setattr(reading_processes, "_processors", lambda: PROCESSORS)


@pytest.mark.usefixtures("_reads_beside")
@pytest.mark.parametrize("processes", [2, 4])
def test_the_rows_are_those_of_one_process(tmp_path: Path, processes: int) -> None:
    one, several = tmp_path / "one.duckdb", tmp_path / "several.duckdb"
    with SampleServer(farm_world()) as server:
        bad = server.world.projects[server.world.project_hash].label_hashes[3]
        server.faults.add(Fault(EditElement(_without_units), kind="label_rows", label_hash=bad, times=20))
        alone = SyncedWarehouse(server, one).sync(bundle_rows=3, processes=1)
        beside = SyncedWarehouse(server, several).sync(bundle_rows=3, processes=processes)
    assert alone.receipt.times.reading_process == 0
    assert beside.receipt.times.reading_process > 0
    assert beside.events_named("read_again") == []
    assert alone.counts() == beside.counts()
    assert beside.counts()["failed"] == 1
    assert differences(one, several) == []


def test_there_are_no_more_processes_than_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors, beside in ((1, 0), (2, 1), (3, 2), (16, 3)):
        monkeypatch.setattr(reading_processes, "_processors", lambda count=processors: count)
        assert ReadingProcesses.beside_this_one(4) == beside
    assert ReadingProcesses.beside_this_one(1) == 0


def test_groups_go_to_the_process_with_least_to_read_and_to_those_that_live() -> None:
    with ReadingProcesses(3) as processes:
        members = processes._processes
        found = [processes.read(READER, group(name)) for name in "abc"]
        assert [len(member._given) for member in members] == [1, 1, 1]
        assert [each.result(60).states["label_hash"].to_pylist() for each in found] == [["a"], ["b"], ["c"]]
        os.kill(_pid_of(members[0]), signal.SIGKILL)
        with pytest.raises(NotReadError):
            processes.read(READER, group("d")).result(60)
        assert processes.available == 2
        assert processes.read(READER, group("e")).result(60).states.num_rows == 1
    none = ReadingProcesses(0)
    assert none.available == 0
    with pytest.raises(NotReadError):
        none.read(READER, group()).result(60)


@pytest.mark.usefixtures("_reads_beside")
def test_later_syncs_rewrite_what_changed_and_nothing_else(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    edited, same, *_ = (
        label_hash
        for (label_hash,) in farm.rows(
            "SELECT label_hash FROM object_annotation WHERE space_id = 'root' AND geometry IS NULL"
            " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2"
        )
    )
    farm.project.edit_labels(edited, _without_last_frame)
    farm.project.save_labels(same)
    outcome = farm.sync(bundle_rows=1)
    assert outcome.receipt.times.reading_process > 0
    assert outcome.fetched == sorted([edited, same])
    assert farm.rewritten_by(outcome) == [edited]
    equals_fresh(farm)


@pytest.mark.usefixtures("_reads_beside")
def test_what_is_read_beside_is_written_in_transactions_of_bounded_size(
    farm: SyncedWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many groups are done meanwhile: a run that is killed loses no more than the promise says."""
    sizes: list[int] = []
    write = SqlWarehouse.write_bundle

    def noting(self: SqlWarehouse, *given: Any) -> WrittenBundle:  # noqa: ANN401 - as declared there
        sizes.append(given[2].num_rows)
        return write(self, *given)

    monkeypatch.setattr(SqlWarehouse, "write_bundle", noting)
    outcome = farm.sync(full=True, bundle_rows=1)
    assert outcome.receipt.times.reading_process > 0
    assert sum(sizes) == outcome.counts()["loaded"]
    # Four full requests, and one that was read here because the other process had enough.
    assert max(sizes) <= bundle.BUNDLES_A_TRANSACTION + 1


@pytest.mark.usefixtures("_reads_beside")
@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", "import sys; sys.stdin.buffer.read(100); sys.exit(3)"],
        ["/nowhere/python"],
    ],
    ids=["dies", "cannot be started"],
)
def test_without_the_process_everything_is_read_here(
    command: list[str], farm: SyncedWarehouse, equals_fresh: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_process, "COMMAND", command)
    monkeypatch.setattr(bundle, "BYTES_AT_ONCE", 1)
    before = farm.sync(full=True, processes=1)
    outcome = farm.sync(full=True, bundle_rows=3, processes=2)
    assert outcome.counts() == before.counts()
    assert outcome.receipt.times.reading_process == 0
    (told,) = outcome.events_named("read_again")  # afterwards it is not tried again
    assert told.level == "warning"
    equals_fresh(farm)


def test_a_group_comes_back_as_if_read_here_and_large_json_goes_without_a_copy() -> None:
    large = group("b", msgspec.json.encode({**LABELS, "label_hash": "b", "padding": "x" * 100_000}))
    with ReadingProcess() as process:
        futures = [process.read(READER, each) for each in (group("a"), large)]
        found = [future.result(60) for future in futures]
    for read, sent in zip(found, (group("a"), large), strict=True):
        expected = READER.read(sent)
        assert read.states.equals(expected.states)
        assert {name: rows.to_pylist() for name, rows in read.tables.items()} == {
            name: rows.to_pylist() for name, rows in expected.tables.items()
        }
        assert read.tables["object_annotation"].num_rows == 1
    apart: list[pickle.PickleBuffer] = []
    pickle.dumps(large, protocol=5, buffer_callback=apart.append)
    assert max(buffer.raw().nbytes for buffer in apart) > 100_000


def test_what_is_unforeseen_is_answered_and_the_next_group_is_read() -> None:
    questions, answers = io.BytesIO(), io.BytesIO()
    send(questions, (READER, None))  # no group at all
    send(questions, (None, group("a")))
    questions.seek(0)
    with pytest.raises(EOFError):
        serve(questions, answers)
    answers.seek(0)
    assert receive(answers) is None
    assert isinstance(receive(answers), ReadGroup)


def test_an_answer_that_breaks_off_is_none() -> None:
    stream = io.BytesIO()
    send(stream, bytearray(50_000))
    for length in (0, 3, 11, len(stream.getvalue()) - 1):
        with pytest.raises(EOFError):
            receive(io.BytesIO(stream.getvalue()[:length]))


def test_a_process_that_is_killed_is_not_asked_again() -> None:
    with ReadingProcess() as process:
        assert isinstance(process.read(READER, group()).result(60), ReadGroup)
        os.kill(_pid_of(process), signal.SIGKILL)
        with pytest.raises(NotReadError):
            process.read(READER, group()).result(60)
        assert not process.is_available


def test_ctrl_c_reaches_the_syncing_process_only() -> None:
    with ReadingProcess() as process:
        process.read(READER, group()).result(60)
        assert os.getpgid(_pid_of(process)) != os.getpgid(0)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_it_is_told_no_key_and_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCORD_SSH_KEY", "a secret key")
    monkeypatch.setenv("PGPASSWORD", "a secret password")
    with ReadingProcess() as process:
        process.read(READER, group()).result(60)
        assert b"a secret" not in Path(f"/proc/{_pid_of(process)}/environ").read_bytes()


@pytest.fixture
def syncing() -> Iterator[subprocess.Popen[str]]:
    """A process that has a reading process, and tells its number."""
    program = (
        "import time\n"
        "from connector.reading.reading_process import ReadingProcess\n"
        "from tests.sync.test_reading_process import READER, group\n"
        "with ReadingProcess() as process:\n"
        "    process.read(READER, group()).result(60)\n"
        "    print(process._process.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as started:
        yield started
        started.kill()


def test_it_ends_when_the_syncing_process_is_killed(syncing: subprocess.Popen[str]) -> None:
    assert syncing.stdout is not None
    pid = int(syncing.stdout.readline())
    assert _is_running(pid)
    syncing.kill()
    end = time.monotonic() + 20
    while _is_running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _pid_of(process: ReadingProcess) -> int:
    assert process._process is not None
    return process._process.pid


def _without_units(labels: dict[str, object]) -> object:
    labels["data_units"] = {"unit": {"labels": {"0": {"objects": [{}]}}}}
    return labels


def _without_last_frame(labels: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
    (unit,) = labels["data_units"].values()
    unit["labels"].popitem()
