"""`encord-sync export frames` as users call it, on the synced sample project."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli import application
from connector.errors import ConnectorError
from tests.export_frames.coded_video import make_video, number_of
from tests.export_frames.conftest import LabelledHerd
from tests.views.herd import add_object

ENGINES = ("duckdb",)


def run(herd: LabelledHerd, *arguments: str) -> Result:
    given = ["export", "frames", "--warehouse", herd.url, "--out", str(herd.out), "--log-format=json", *arguments]
    return CliRunner().invoke(application, given)


def test_frames_are_saved_and_counted(herd: LabelledHerd) -> None:
    herd.fill(lambda warehouse: add_object(warehouse, "one", "o1", [3, 40]))
    video = make_video(herd.folder / "video.file.mp4")
    result = run(
        herd, "--video", str(video), "--title", "video.file", "--where", "frame > 3", "--draw", "--log-format=json"
    )
    assert result.exit_code == 0, result.output
    event = json.loads(result.output)
    assert (event["event"], event["images"], event["labels"]) == ("frames_saved", 1, 1)
    assert Path(event["manifest"]).is_file()
    assert sorted(herd.images()) == [40]
    assert number_of(herd.images()[40]) & 0b111 == 0, "the bars beside the box are still those of frame 40"


def test_what_is_wrong_is_told_before_anything_is_written(herd: LabelledHerd) -> None:
    result = run(herd, "--video", str(herd.folder / "missing.mp4"))
    assert isinstance(result.exception, ConnectorError)
    assert "missing.mp4 cannot be opened as a video: No such file" in str(result.exception)
    assert not herd.out.exists()
    assert run(herd).exit_code == 2


WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None  # as if it were not installed
sys.argv[1:2] = []
from connector.cli import main
main()
"""


@pytest.mark.parametrize("module", ["av", "PIL"])
def test_a_missing_extra_is_named_with_the_command_that_installs_it(tmp_path: Path, module: str) -> None:
    (tmp_path / "video.mp4").write_bytes(b"")
    command = ["export", "frames", "--video", str(tmp_path / "video.mp4"), "--out", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-c", WITHOUT, module, *command], capture_output=True, text=True)
    assert done.returncode == 2
    assert 'Run pip install "encord-sync[frames]".' in done.stderr
