"""Pictures under contested frames: the right frame and part of it, whatever is missing, and within the page's size."""

import base64
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest
from PIL import Image

from connector.report import page as report_page
from connector.report.page import PageWanted, write_page
from tests.export_frames.coded_video import Pixels, make_video
from tests.report.parsed_page import ParsedPage
from tests.report.test_page import assert_inert, policy
from tests.sync.synced_warehouse import HeardReport

WIDTH, HEIGHT = 320, 180
"""A smaller copy: the frames in Encord have 1920 x 1080 pixels."""
FRAMES = 40
PER_FRAME = 6
"""How much redder each frame is than the one before."""
DRAWN = re.compile(
    r'aria-label="([\w.-]+), frame (\d+): [^"]*" viewBox="([^"]*)">'
    r'(?:(?!</svg>).)*?<image href="data:image/jpeg;base64,([^"]*)" ([^>]*)/>'
)
"""Title, number and view box of a frame that has a picture; the picture and its place."""


def placed(number: int) -> Pixels:
    """The red of a pixel says which frame it is of, green how far right it is, blue how far down."""
    pixels = np.empty((HEIGHT, WIDTH, 3), dtype=np.uint8)
    pixels[..., 0] = PER_FRAME * number
    pixels[..., 1] = np.linspace(0, 255, WIDTH)
    pixels[..., 2] = np.linspace(0, 255, HEIGHT)[:, np.newaxis]
    return pixels


def noisy(number: int) -> Pixels:
    return np.random.default_rng(number).integers(0, 255, (720, 1280, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def ids(demo_urls: dict[str, str]) -> dict[str, str]:
    """Title → id of the data units in consensus."""
    with duckdb.connect(demo_urls["duckdb"].removeprefix("duckdb:///"), read_only=True) as connection:
        found = connection.execute("SELECT DISTINCT data_title, data_hash FROM consensus_branch").fetchall()
    return dict(found)


def make(path: Path, picture: Callable[[int], Pixels] = placed, count: int = FRAMES) -> None:
    make_video(path, count, options={"crf": "4"}, picture=picture)


def written(url: str, folder: Path, videos: Path, report: HeardReport, *, is_anonymous: bool = False) -> ParsedPage:
    out = folder / "report.html"
    write_page(url, None, PageWanted(is_anonymous=is_anonymous, video_dir=videos), out, report)
    return ParsedPage(out.read_text(encoding="utf-8"))


def told(report: HeardReport) -> list[str]:
    return [event.text for event in report.events if event.name == "picture_missing"]


def test_the_part_that_is_drawn_of_the_right_frame_lies_under_the_shapes(
    demo_urls: dict[str, str], ids: dict[str, str], tmp_path: Path
) -> None:
    """One video is found by its title, one by its id, and one is another than was labelled."""
    videos = tmp_path / "videos"
    videos.mkdir()
    make(videos / "calving-pen-001.mp4")
    make(videos / f"{ids['calving-pen-002.mp4']}.mkv")
    make(videos / "calving-pen-003.mp4", count=FRAMES + 1)
    report = HeardReport()
    page = written(demo_urls["duckdb"], tmp_path, videos, report)
    [why] = told(report)
    assert why.startswith(f"The page has no picture of calving-pen-003.mp4 ({ids['calving-pen-003.mp4']}): ")
    assert "decodes to 41 frames, but Encord counts 40" in why
    assert_inert(page, is_with_pictures=True)
    assert "; img-src data:; " in policy(page)
    assert len(page.text.encode()) < 500_000
    drawn = DRAWN.findall(page.text)
    assert len(drawn) == page.tags["image"] == 4
    assert {title for title, *_ in drawn} == {"calving-pen-001.mp4", "calving-pen-002.mp4"}
    for _, frame, view, jpeg, place in drawn:
        left, top, width, height = map(float, view.split())
        for name, value in zip(("x", "y", "width", "height"), view.split(), strict=True):
            assert f'{name}="{value}"' in place
        with Image.open(io.BytesIO(base64.b64decode(jpeg))) as image:
            pixels = np.asarray(image.convert("RGB")).astype(float)
        assert pixels[..., 0].mean() == pytest.approx(PER_FRAME * int(frame), abs=PER_FRAME / 2)
        assert pixels[:, 0, 1].mean() == pytest.approx(255 * left / 1920, abs=4)
        assert pixels[:, -1, 1].mean() == pytest.approx(255 * (left + width) / 1920, abs=4)
        assert pixels[0, :, 2].mean() == pytest.approx(255 * top / 1080, abs=4)
        assert pixels[-1, :, 2].mean() == pytest.approx(255 * (top + height) / 1080, abs=4)
    switches = [value for tag, name, value in page.attributes if (tag, name) == ("input", "class") and value == "tp"]
    assert len(switches) == 4


def test_pictures_take_what_room_is_left(
    demo_urls: dict[str, str], ids: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ids:
        make_video(tmp_path / title, FRAMES, options={"preset": "ultrafast"}, picture=noisy)
    report = HeardReport()
    page = written(demo_urls["duckdb"], tmp_path, tmp_path, report, is_anonymous=True)
    assert told(report) == []
    assert page.tags["image"] == 6
    assert 300_000 < len(page.text.encode()) < 500_000
    assert_inert(page, is_with_pictures=True)
    assert [name for name in (*ids, *ids.values()) if name in page.text] == []
    monkeypatch.setattr(report_page, "LARGEST_PAGE", 0)
    page = written(demo_urls["duckdb"], tmp_path, tmp_path, report)
    assert_inert(page)
    assert "img-src" not in policy(page)
    assert len(told(report)) == 6
    assert all("the page has no room for frame" in text for text in told(report))


def test_a_title_leads_nowhere_and_a_shared_one_means_no_file(
    demo_urls: dict[str, str], ids: dict[str, str], tmp_path: Path
) -> None:
    """Titles come from others: one names a file outside of the folder, two are the same, a third file is no video."""
    path = Path(shutil.copy(demo_urls["duckdb"].removeprefix("duckdb:///"), tmp_path / "labels.duckdb"))
    first, second, third = sorted(ids)
    hostile = '../"><script>alert(1)</script>\u202e.mp4'
    with duckdb.connect(path) as connection:
        for title, data_hash in ((hostile, ids[first]), ("pasture-01.mp4", ids[second])):
            connection.execute("UPDATE data_unit SET title = $1 WHERE data_hash = $2", [title, data_hash])
        connection.execute("UPDATE data_unit SET title = 'pasture-01.mp4' WHERE title LIKE 'barn-east%'")
    videos = tmp_path / "videos"
    videos.mkdir()
    make(videos / "pasture-01.mp4", count=2)
    (videos / third).write_text("no video")
    report = HeardReport()
    page = written(f"duckdb:///{path}", tmp_path, videos, report)
    assert_inert(page)
    texts = dict(zip(sorted([first, second, third], key=lambda title: ids[title]), told(report), strict=True))
    assert f"no file in {videos} is called {hostile} or {ids[first]} with any ending." in texts[first]
    assert "several files of the project are called pasture-01.mp4: name it by its id." in texts[second]
    assert f"{third} cannot be opened as a video" in texts[third]


WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None  # as if it were not installed
sys.argv[1:2] = []
from connector.cli import main
main()
"""


def test_without_the_extra_the_page_is_written_and_each_unit_is_named(
    demo_urls: dict[str, str], ids: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    command = ["report", "--warehouse", demo_urls["duckdb"], "--out", str(out), "--video-dir", str(tmp_path)]
    ran = subprocess.run([sys.executable, "-c", WITHOUT, "av", *command], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert 'Run pip install "encord-sync[frames]".' in ran.stderr
    assert [title for title in ids if title not in ran.stderr] == []
    assert "img-src" not in policy(ParsedPage(out.read_text()))
