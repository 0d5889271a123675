"""The saved image is the frame of its number, whatever the container, the codec and the time stamps."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from connector.errors import ConnectorError, ErrorKind
from connector.export.frames.decoding import VideoFile
from connector.load import Warehouse
from tests.export_frames.coded_video import (
    HEIGHT,
    WIDTH,
    drawn,
    every_40,
    make_video,
    number_in,
    number_of,
    packet_places,
    turn,
)
from tests.export_frames.conftest import LabelledHerd
from tests.views.herd import add_object

ENGINES = ("duckdb",)
WANTED = [0, 1, 7, 11, 12, 13, 30, 58, 59]

VIDEOS: dict[str, dict[str, Any]] = {
    "b_frames.mp4": {"options": {"bf": "3", "b-pyramid": "normal"}},
    "open_groups.mp4": {
        "codec": "libx265",
        "options": {"x265-params": "log-level=none:open-gop=1:bframes=3:keyint=12:min-keyint=12"},
    },
    "variable_rate.mp4": {"milliseconds": lambda number: 40 * number + number * number % 37},
    "long_pauses.mkv": {"milliseconds": lambda number: 40 * number + 5000 * (number // 20), "options": {"bf": "2"}},
    "starts_late.mp4": {"milliseconds": lambda number: 5000 + 40 * number},
    "starts_late.mkv": {"milliseconds": lambda number: 5000 + 40 * number, "options": {"bf": "2"}},
    "transport_stream.ts": {"options": {"bf": "2"}},
    "packed.avi": {"codec": "mpeg4", "options": {"bf": "2"}},
    "hidden_frames.webm": {"codec": "libvpx", "options": {"auto-alt-ref": "1", "lag-in-frames": "16"}},
    "only_keyframes.mov": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "no_time_stamps.h264": {"options": {"bf": "2"}},
}


@pytest.mark.parametrize("name", VIDEOS)
def test_the_right_frame_is_decoded(tmp_path: Path, name: str) -> None:
    file = VideoFile(make_video(tmp_path / name, **VIDEOS[name]))
    assert file.frame_count == 60
    frames = {frame.number: number_in(np.asarray(frame.image)) for frame in file.frames(WANTED)}
    assert frames == {number: number for number in WANTED}
    assert file.decoded_count() == 60


def test_the_right_frame_is_saved(herd: LabelledHerd) -> None:
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", WANTED))
    saved = herd.export(make_video(herd.folder / "b_frames.mp4", **VIDEOS["b_frames.mp4"]))
    assert (saved.images, saved.labels, saved.damaged) == (len(WANTED), len(WANTED), 0)
    assert {frame: number_of(path) for frame, path in herd.images().items()} == {frame: frame for frame in WANTED}
    assert herd.report.events == []


def test_the_time_is_that_of_the_frame_not_of_a_rate(herd: LabelledHerd) -> None:
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", [0, 20, 59]))
    video = make_video(herd.folder / "pauses.mkv", **VIDEOS["long_pauses.mkv"])
    herd.export(video)
    seconds = [line["seconds"] for line in herd.manifest()]
    assert seconds == pytest.approx([0.0, 5.8, 12.36])


def cut_by_an_edit_list(folder: Path) -> Path:
    """Frames 0 to 9 lie before time 0: the file holds those from the keyframe on, and says that they are not shown."""
    return make_video(folder / "cut.mp4", milliseconds=lambda number: 40 * number - 400)


def test_what_an_edit_list_cuts_off_is_not_counted(herd: LabelledHerd) -> None:
    herd.fill(
        lambda warehouse: add_object(warehouse, "one", "o1", [0, 3, 49]),
        lambda warehouse: set_frame_count(warehouse, 50),
    )
    herd.export(cut_by_an_edit_list(herd.folder))
    assert {frame: number_of(path) for frame, path in herd.images().items()} == {0: 10, 3: 13, 49: 59}
    assert [line["seconds"] for line in herd.manifest()] == pytest.approx([0.0, 0.12, 1.96])


def test_unless_the_user_says_that_encord_counts_it(herd: LabelledHerd) -> None:
    video = cut_by_an_edit_list(herd.folder)
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", [0, 13, 59]))
    with pytest.raises(ConnectorError, match="decodes to 50 frames, but Encord counts 60"):
        herd.export(video, where="frame < 20")
    herd.export(video, ignore_edit_list=True)
    assert {frame: number_of(path) for frame, path in herd.images().items()} == {0: 0, 13: 13, 59: 59}


def set_frame_count(warehouse: Warehouse, count: int) -> None:
    with warehouse.connection() as connection:
        connection.exec_driver_sql(f"UPDATE data_unit SET frame_count = {count}")


def test_a_file_of_another_length_is_refused(herd: LabelledHerd) -> None:
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", [3, 40]))
    shorter = make_video(herd.folder / "shorter.mp4", 50)
    with pytest.raises(ConnectorError, match=r"decodes to 50 frames, but Encord counts 60 in video\.file") as refused:
        herd.export(shorter)
    assert refused.value.kind is ErrorKind.CONFIGURATION
    assert "--accept-frame-count" in refused.value.remedy
    assert herd.images() == {}
    herd.export(shorter, accept_frame_count=True)
    assert sorted(herd.images()) == [3, 40]
    [warning] = herd.report.events
    assert (warning.name, warning.level, warning.fields["frames_of_file"]) == ("frame_count_differs", "warning", 50)


def test_a_file_without_the_last_labelled_frame_is_refused_even_so(herd: LabelledHerd) -> None:
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", [3, 55]))
    with pytest.raises(ConnectorError, match=r"50 frames, but frame 55 of video\.file \(video\) has labels"):
        herd.export(make_video(herd.folder / "shorter.mp4", 50), accept_frame_count=True)
    assert herd.images() == {}


def cut_mid_group(folder: Path) -> Path:
    """A stream that begins between two keyframes: its first packets cannot be decoded."""
    whole = make_video(folder / "whole.ts", options={"bf": "2"})
    places = packet_places(whole)
    data = whole.read_bytes()
    cut = folder / "cut.ts"
    cut.write_bytes(data[: places[0][0]] + data[places[5][0] :])
    return cut


def test_packets_that_give_no_frame_do_not_shift_the_numbers(herd: LabelledHerd) -> None:
    video = cut_mid_group(herd.folder)
    file = VideoFile(video)
    packets, frames = file.frame_count, VideoFile(video).decoded_count()
    assert frames < packets, "the file is what this test needs"
    herd.fill(
        lambda warehouse: add_object(warehouse, "one", "o1", [0, 20]),
        lambda warehouse: set_frame_count(warehouse, packets),
    )
    with pytest.raises(ConnectorError, match=f"has {packets} packets but decodes to {frames} frames"):
        herd.export(video)
    assert herd.images() == {}
    # Where Encord counts what can be decoded, the numbers are those of the decoded frames.
    herd.fill(lambda warehouse: set_frame_count(warehouse, frames))
    herd.export(video)
    first = 60 - frames
    assert {frame: number_of(path) for frame, path in herd.images().items()} == {0: first, 20: first + 20}


def test_a_damaged_file_is_refused_where_it_is_damaged(herd: LabelledHerd) -> None:
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", [2, 50]))
    video = make_video(herd.folder / "damaged.mp4")
    place, size = packet_places(video)[30]
    data = bytearray(video.read_bytes())
    data[place + 4 : place + size] = b"\xff" * (size - 4)
    video.write_bytes(data)
    with pytest.raises(ConnectorError, match=r"cannot be decoded beyond frame \d+: Invalid data"):
        herd.export(video)
    assert not (herd.out / "videos" / "video" / "manifest.jsonl").exists()


TURNS = {1: (0, 1, -1, 0), 2: (-1, 0, 0, -1), 3: (0, -1, 1, 0)}
"""Quarters clockwise → the matrix that a phone writes."""


def test_a_turned_recording_is_saved_upright(herd: LabelledHerd) -> None:
    """As players show it."""
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", [37]))
    video = make_video(herd.folder / "phone.mp4")
    for turns, matrix in TURNS.items():
        turn(video, matrix)
        herd.report.events.clear()
        herd.export(video)
        with Image.open(herd.images()[37]) as image:
            shown = np.asarray(image)
        upright = np.rot90(shown, turns)  # counter-clockwise: back to how it was recorded
        assert upright.shape == (HEIGHT, WIDTH, 3)
        assert number_in(upright) == 37
        assert abs(upright[-2].mean() - 128) < 12, "the grey edge is the lower one again"
        told = [event.name for event in herd.report.events]
        assert told == ([] if turns == 2 else ["frame_size_differs"]), "Encord's size here is that of the lying picture"


def test_a_smaller_copy_of_the_video_will_do(herd: LabelledHerd) -> None:
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", [37]))
    small = make_video(herd.folder / "small.mp4", picture=lambda number: drawn(number, WIDTH // 2, HEIGHT // 2))
    herd.export(small)
    assert [(line["image_width"], line["image_height"]) for line in herd.manifest()] == [(WIDTH // 2, HEIGHT // 2)]
    assert herd.report.events == []


def test_only_as_much_is_decoded_as_is_needed(tmp_path: Path) -> None:
    """Damage behind the last frame that is wanted does no harm, because nobody looks at it."""
    video = make_video(tmp_path / "damaged.mp4", milliseconds=every_40)
    place, size = packet_places(video)[48]
    data = bytearray(video.read_bytes())
    data[place + 4 : place + size] = b"\xff" * (size - 4)
    video.write_bytes(data)
    file = VideoFile(video)
    assert [frame.number for frame in file.frames([3, 5])] == [3, 5]
    with pytest.raises(ConnectorError, match="cannot be decoded beyond"):
        file.decoded_count()


def test_a_file_that_is_no_video_is_named(herd: LabelledHerd) -> None:
    video = herd.folder / "video.file"
    with pytest.raises(ConnectorError, match=r"video\.file cannot be opened as a video: No such file"):
        herd.export(video)
    for content in (b"", b"no video at all", b"\x00\x00\x00\x18ftypmp42"):
        video.write_bytes(content)
        with pytest.raises(ConnectorError, match=r"video\.file (cannot be opened as a video: |has no video)"):
            herd.export(video)
