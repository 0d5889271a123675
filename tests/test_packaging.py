"""What `pip install` brings: the command, the migrations and the views, from a wheel, with no checkout around."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the wheel and its dependencies, and not the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    site_packages = Path(
        run(
            environment / "bin/python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder
        ).strip()
    )
    # Only the dependencies: the .pth file of the editable install in that folder is not followed from here.
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    (wheel,) = folder.glob("*.whl")
    run(environment / "bin/python", "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel, cwd=folder)
    return environment / "bin"


def test_the_wheel_stands_alone(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import connector; print(connector.__file__)", cwd=tmp_path)
    assert str(installed.parent) in where
    assert str(ROOT) not in where


def test_the_installed_command_finds_its_migrations_and_views(installed: Path, tmp_path: Path) -> None:
    printed = run(installed / "encord-sync", "migrate", "--warehouse", "duckdb:///labels.duckdb", cwd=tmp_path)
    assert "labels.duckdb is at revision" in printed
    views = run(
        installed / "python",
        "-c",
        "import duckdb; print(duckdb.connect('labels.duckdb', read_only=True).sql("
        "'SELECT count(*) FROM installed_view').fetchone()[0])",
        cwd=tmp_path,
    )
    assert int(views) >= 5


def test_the_installed_command_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    printed = run(installed / "encord-sync", "demo", cwd=tmp_path)
    assert "SELECT" in printed
    assert (tmp_path / "demo.duckdb").exists()
    assert "<h1>Meadowbrook dairy herd</h1>" in (tmp_path / "demo.html").read_text()
