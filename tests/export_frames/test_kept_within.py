"""Nothing is written, replaced or deleted outside of --out, and only what the command itself made is deleted."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse
from tests.export_frames.coded_video import HEIGHT, WIDTH
from tests.export_frames.conftest import LabelledHerd
from tests.export_frames.test_manifest import two_branches, video
from tests.views.herd import add_data_unit, add_label_row, add_object, insert

__all__ = ["video"]

ENGINES = ("duckdb",)

HOSTILE = ["../../dataset", "..", ".", "a/b", "{work}/dataset", "a\\..\\b", "\x1b[2J"]
"""Hashes that an older release let into a warehouse."""


@pytest.fixture
def dataset(herd: LabelledHerd) -> Path:
    """A folder beside --out whose files look like those of the command."""
    folder = herd.folder / "dataset"
    folder.mkdir()
    for name in ("3.png", "7.png", "notes.txt"):
        (folder / name).write_text("the user's own")
    lines = [f'{{"file":"videos/x/{name}","frame":{name[0]}}}\n' for name in ("3.png", "7.png")]
    (folder / "manifest.jsonl").write_text("".join(lines))
    return folder


def files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def labelled(data_hash: str, space_id: str = "root") -> Callable[[Warehouse], None]:
    def fill(warehouse: Warehouse) -> None:
        add_data_unit(warehouse, data_hash, "video" if space_id == "root" else "group", width=WIDTH, height=HEIGHT)
        add_label_row(warehouse, "hostile", data_hash=data_hash)
        if space_id != "root":
            part = {"label_hash": "hostile", "space_id": space_id, "space_type": "video", "file_name": "part.mp4"}
            insert(warehouse, "data_space", {**part, "frame_count": 60, "width": WIDTH, "height": HEIGHT})
        add_object(warehouse, "hostile", "o1", [2, 4], space_id=space_id)

    return fill


@pytest.mark.parametrize("is_part", [False, True], ids=["data_hash", "space_id"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_of_the_warehouse_that_leads_elsewhere_is_refused(
    name: str, is_part: bool, herd: LabelledHerd, video: Path, dataset: Path
) -> None:
    assert dataset.exists()
    name = name.format(work=herd.folder)
    herd.fill(labelled("group" if is_part else name, name if is_part else "root"))
    (herd.out / "videos").mkdir(parents=True)
    before = files(herd.folder)
    with pytest.raises(ConnectorError, match="is no id, and no folder can be named so") as refused:
        herd.export(video, data_hash="group" if is_part else name)
    assert refused.value.kind is ErrorKind.SOURCE_CONTENT
    assert files(herd.folder) == before
    assert {path.name for path in herd.folder.iterdir()} == {"dataset", "out"}


@pytest.mark.parametrize("linked", ["videos", "videos/video"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    linked: str, herd: LabelledHerd, video: Path, dataset: Path
) -> None:
    herd.fill(two_branches)
    link = herd.out / linked
    link.parent.mkdir(parents=True)
    link.symlink_to(dataset)
    before = files(dataset)
    with pytest.raises(ConnectorError, match=r"is a link that leads out of .*out, or lies behind one") as refused:
        herd.export(video)
    assert refused.value.kind is ErrorKind.CONFIGURATION
    assert files(dataset) == before
    assert sorted(path.name for path in dataset.iterdir()) == sorted(path.name for path in before)


def test_the_folder_itself_may_be_a_link(herd: LabelledHerd, video: Path) -> None:
    herd.fill(two_branches)
    (herd.folder / "large disk").mkdir()
    herd.out.symlink_to(herd.folder / "large disk")
    herd.export(video)
    assert sorted(herd.images()) == [3, 4, 5, 9]


def test_links_in_the_place_of_files_are_replaced_and_not_followed(
    herd: LabelledHerd, video: Path, dataset: Path
) -> None:
    herd.fill(two_branches)
    folder = herd.out / "videos" / "video"
    folder.mkdir(parents=True)
    for name in ("3.png", ".3.png.part", "manifest.jsonl", ".manifest.jsonl.part"):
        (folder / name).symlink_to(dataset / "notes.txt")
    before = files(dataset)
    herd.export(video)
    assert files(dataset) == before
    assert sorted(path.name for path in folder.iterdir()) == ["3.png", "4.png", "5.png", "9.png", "manifest.jsonl"]
    assert not any(path.is_symlink() for path in folder.iterdir())


FOREIGN = [
    '{"file":"videos/video/notes.txt","frame":3}\n',
    '{"file":"videos/other/7.png","frame":7}\n',
    '{"file":"../videos/video/7.png","frame":7}\n',
    '{"file":"videos/video/7.png","frame":8}\n',
    '{"file":"videos/video/7.png","frame":7}\nno JSON\n',
    '{"file":"videos/video/7.png","frame":7}\n{"file":7,"frame":7}\n',
    '["videos/video/7.png"]\n',
]


@pytest.mark.parametrize("manifest", FOREIGN)
def test_a_manifest_of_something_else_names_nothing_to_delete(manifest: str, herd: LabelledHerd, video: Path) -> None:
    herd.fill(two_branches)
    folder = herd.out / "videos" / "video"
    folder.mkdir(parents=True)
    (folder / "manifest.jsonl").write_text(manifest)
    for name in ("7.png", "notes.txt"):
        (folder / name).write_text("the user's own")
    herd.export(video)
    assert (folder / "7.png").read_text() == (folder / "notes.txt").read_text() == "the user's own"


def test_a_label_on_a_billion_frames_is_refused_and_not_listed(herd: LabelledHerd, video: Path) -> None:
    def long_range(warehouse: Warehouse) -> None:
        with warehouse.connection() as connection:
            connection.execute(sa.text("INSERT INTO frame_number SELECT * FROM range(60, 2000000)"))
        row = {"label_hash": "one", "classification_hash": "c9", "feature_hash": "day"}
        insert(warehouse, "classification_instance", row)
        placed = {"space_id": "root", "position": 0, "frame_start": 0, "frame_end": 10**12, "range_unit": "frame"}
        insert(warehouse, "classification_range", {"label_hash": "one", "classification_hash": "c9", **placed})

    herd.fill(long_range)
    with pytest.raises(ConnectorError, match=r"has 60 frames, but frame 60 of video\.file"):
        herd.export(video)
