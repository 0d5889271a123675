"""Which file of a folder shows a frame, and what is read of hostile ones."""

import io
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from connector.errors import ConnectorError
from connector.export.frames.decoding import VideoFile
from connector.export.frames.media_folder import MediaFolder
from connector.export.frames.small_picture import WIDEST, small_jpeg
from connector.load.questions.frame_files import FrameFile, Kind
from connector.load.questions.frame_labels import LabelledVideo
from tests.export_frames.coded_video import HEIGHT, WIDTH, make_video, number_in


def frame_of(
    kind: Kind, title: str, *, of: str = "some-id", frame: int = 0, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> FrameFile:
    video = LabelledVideo("herd", "Herd", "unit", title, "root", 20, *size)
    return FrameFile(video, frame, kind, of, title)


def number(folder: Path, frame: FrameFile, shared: set[str] | None = None) -> int:
    [(_, image)] = MediaFolder(folder).pictures([frame], shared or set())
    return number_in(np.asarray(image))


def still(path: Path, size: tuple[int, int] = (60, 40), **saved: Any) -> Path:  # noqa: ANN401 - of Pillow
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 200, 30), (0, 0, size[0] // 2, size[1]))
    image.save(path, **saved)
    return path


def test_a_file_is_found_by_its_id_or_by_a_title_that_is_its_alone(tmp_path: Path) -> None:
    make_video(tmp_path / "titled.mp4", 20)
    make_video(tmp_path / "an-id.mkv", 20)
    wanted = frame_of("video", "titled.mp4", frame=11)
    assert number(tmp_path, wanted) == 11
    with pytest.raises(ConnectorError, match=r"several files of the project are called titled\.mp4"):
        number(tmp_path, wanted, {"titled.mp4"})
    by_id = frame_of("video", "titled.mp4", of="an-id", frame=19)
    assert number(tmp_path, by_id, {"titled.mp4"}) == 19
    (tmp_path / "an-id.json").write_text("{}")
    assert number(tmp_path, by_id) == 19, "two files have the id, none of them the title's ending: the title decides"
    (tmp_path / "an-id.mp4").write_bytes(b"")
    with pytest.raises(ConnectorError, match=r"an-id\.mp4 cannot be opened"):
        number(tmp_path, by_id)
    with pytest.raises(ConnectorError, match=r"frame 30 of titled\.mp4"):
        number(tmp_path, frame_of("video", "titled.mp4", frame=30))
    with pytest.raises(ConnectorError, match="only videos and images are read"):
        number(tmp_path, frame_of("other", "titled.mp4"))


@pytest.mark.parametrize("title", ["../outside.mp4", "folder/inside.mp4", "folder", "", ".", "..", "\0"])
def test_a_title_is_no_path(tmp_path: Path, title: str) -> None:
    folder = tmp_path / "videos"
    (folder / "folder").mkdir(parents=True)
    make_video(tmp_path / "outside.mp4", 20)
    make_video(folder / "folder" / "inside.mp4", 20)
    for named in (title, str(tmp_path / "outside.mp4")):
        for frame in (frame_of("video", named), frame_of("video", "other", of=named)):
            with pytest.raises(ConnectorError, match="no file in "):
                number(folder, frame)


def test_a_name_is_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the working directory whose name would be a stream's, and a list of videos that are elsewhere."""
    monkeypatch.chdir(tmp_path)
    make_video(tmp_path / "video.mp4", 20).rename(tmp_path / "concat:pen 1.mp4")
    assert number(Path(), frame_of("video", "concat:pen 1.mp4", frame=7)) == 7
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/part.ts"
        (tmp_path / "list.m3u8").write_text(
            f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}\n#EXT-X-ENDLIST\n"
        )
        with pytest.raises(ConnectorError):
            VideoFile(tmp_path / "list.m3u8")
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_an_image_is_turned_upright_and_no_program_is_run_for_it(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    still(tmp_path / "phone.jpg", exif=turned)
    [(_, image)] = MediaFolder(tmp_path).pictures([frame_of("image", "phone.jpg", size=(400, 600))], set())
    assert image.size == (40, 60)
    red, green, _ = np.asarray(image)[5, 20]
    assert green > red
    with pytest.raises(ConnectorError, match="40x60 pixels, but Encord has 60x40"):
        list(MediaFolder(tmp_path).pictures([frame_of("image", "phone.jpg", size=(60, 40))], set()))
    still(tmp_path / "program.eps").rename(tmp_path / "program.png")
    still(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:-40])
    for name in ("program.png", "cut.png"):
        with pytest.raises(ConnectorError, match=f"{name} cannot be read as an image"):
            list(MediaFolder(tmp_path).pictures([frame_of("image", name, size=(60, 40))], set()))


def test_a_small_picture_has_the_part_alone_and_nothing_that_the_file_said(tmp_path: Path) -> None:
    taken = Image.Exif()
    taken[0x010F] = "Camera of Ana"
    path = still(tmp_path / "image.jpg", (2000, 1000), exif=taken, comment=b"at Ana's")
    with Image.open(path) as opened:
        found = small_jpeg(opened.convert("RGB"), (0.25, 0.5, 0.75, 1), 40_000)
    assert found is not None
    assert b"Ana" not in found
    with Image.open(io.BytesIO(found)) as image:
        assert image.size == (WIDEST, 320)
        pixels = np.asarray(image)
    left, right = pixels[100, 10], pixels[100, WIDEST - 10]
    assert left[1] > 180 > 60 > left[0]
    assert right[0] > 180 > 60 > right[1]
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (600, 900, 3), dtype=np.uint8))
    for room in (120_000, 40_000, 12_000):
        fitting = small_jpeg(noise, (0, 0, 1, 1), room)
        assert fitting is not None
        assert room / 4 < len(fitting) <= room
    assert small_jpeg(noise, (0, 0, 1, 1), 1_000) is None
