"""Start-up counts: a command imports what it needs, and nothing else. Modules are counted, not seconds."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.large_worlds.scale import Scale, build_scale_world
from connector.load import open_warehouse
from connector.sample import SampleServer
from connector.views import install

HEAVY = frozenset(
    {
        "alembic",
        "duckdb",
        "encord",
        "numpy",
        "pandas",
        "psycopg",
        "pyarrow",
        "requests",
        "rich",
        "shapely",
        "sqlalchemy",
    }
)

CODE = """
import sys
from connector.start import main
try:
    main()
except SystemExit as end:
    code = end.code
print("\\nmodules", code, *sorted(name for name, module in sys.modules.items() if module))
"""


def imported(*arguments: str) -> set[str]:
    """Modules that a command imported, after it ended well."""
    ran = subprocess.run([sys.executable, "-c", CODE, *arguments], capture_output=True, text=True, check=True)
    _, exit_code, *modules = ran.stdout.splitlines()[-1].split()
    assert exit_code in {"0", "None"}, ran.stderr
    return set(modules)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"duckdb:///{tmp_path / 'labels.duckdb'}"
    warehouse = open_warehouse(url)
    with warehouse.connection() as connection:
        install(connection)
    warehouse.close()
    return url


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["sync", "--help"], ["verify", "--help"]])
def test_help_imports_neither_engines_nor_the_sdk(arguments: list[str]) -> None:
    assert imported(*arguments) & HEAVY == set()


def test_status_reads_without_the_sdk_the_migrations_and_what_draws(url: str) -> None:
    found = imported("status", "--warehouse", url, "--log-format", "json")
    assert found & HEAVY == {"duckdb", "numpy", "pyarrow", "sqlalchemy"}


def test_lines_of_text_need_nothing_that_draws_unless_a_terminal_shows_them(url: str) -> None:
    assert "rich" not in imported("status", "--warehouse", url)


def test_opening_a_warehouse_of_this_release_needs_no_migrations(url: str) -> None:
    assert imported("migrate", "--warehouse", url, "--log-format", "json") & {"alembic", "encord", "pandas"} == set()


def test_a_sync_imports_neither_migrations_nor_pandas(url: str, tmp_path: Path) -> None:
    """Pandas is installed here, and both DuckDB and pyarrow would import it."""
    world = build_scale_world(Scale(rows=2, annotations=10))
    key_file = tmp_path / "key"
    key_file.write_text(world.private_key)
    with SampleServer(world) as server:
        sync = ("sync", f"--ssh-key-file={key_file}", f"--domain={server.domain}", f"--project={world.project_hash}")
        found = imported(*sync, "--warehouse", url)
        assert found & HEAVY == {"duckdb", "encord", "numpy", "pyarrow", "requests", "sqlalchemy"}
        of_the_sdk = {name.split(".")[1] for name in found if name.startswith("encord.")}
        assert "http" in of_the_sdk
        assert of_the_sdk.isdisjoint({"client", "dataset", "objects", "project", "storage", "user_client"})


def told_by(script: str, *path: Path) -> list[str]:
    """What a script prints in a process that starts as the command does, word by word."""
    begin = "import sys\nfrom connector.process.quick_start import start_quickly\nstart_quickly()\n"
    begin += f"sys.path[:0] = {[*map(str, path)]}\n"
    ran = subprocess.run([sys.executable, "-c", begin + script], capture_output=True, text=True, check=True)
    return ran.stdout.split()


def test_the_rest_of_the_sdk_is_there_for_who_asks_for_it() -> None:
    script = """
import encord, importlib.metadata
loaded = lambda: "encord.objects" in sys.modules
print(loaded(), hasattr(encord, "__wrapped__"), loaded())
print(encord.__version__ == importlib.metadata.version("encord"), loaded())
from encord import EncordUserClient, Project, objects
print(EncordUserClient.__module__, Project.__module__, objects.__name__, hasattr(encord, "nothing"))
"""
    assert told_by(script) == [
        *("False", "False", "False"),
        *("True", "True"),
        *("encord.user_client", "encord.project", "encord.objects", "False"),
    ]


def test_an_sdk_whose_transport_lies_elsewhere_is_imported_whole(tmp_path: Path) -> None:
    package = tmp_path / "encord"
    (package / "http").mkdir(parents=True)
    (package / "__init__.py").write_text("from encord.http import PLACE\n")
    (package / "http" / "__init__.py").write_text("PLACE = 'elsewhere'\n")
    assert told_by("import encord; print(vars(encord)['PLACE'])", tmp_path) == ["elsewhere"]


def test_arrow_takes_its_memory_from_the_system_and_the_allocator_takes_its_settings() -> None:
    script = """
import ctypes, connector.process.quick_start as quick_start
quick_start.hold_little()
import pyarrow
print(pyarrow.default_memory_pool().backend_name, ctypes.CDLL(None).mallopt(-8, 2))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["system", "1"]
