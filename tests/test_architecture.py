"""The tree is the architecture: who may import whom, who may know the SDK, who may know SQL."""

import ast
import re
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "connector"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = {"source", "normalise", "load", "views", "sample"}
SHARED = {"credentials", "engine_refusals", "errors", "file_modes", "packaged_files", "text_files"}
"""What every layer may import of the package beside itself."""
BELOW = {"load": {"sql_files"}, "views": {"load", "sql_files"}}
"""What a layer may import beside that."""

LIBRARIES = {
    "encord": {"source"},
    "sqlalchemy": {"load", "views"},
    "alembic": {"load"},
    "duckdb": {"load"},
    "filelock": {"load"},
    "click": {"cli", "commands"},
    "av": {"export"},
    "PIL": {"export"},
}
"""Library → the only parts of the package that may import it."""

FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "manager", "misc"}


def imports_of(path: Path) -> set[str]:
    """Dotted names of everything that a module imports, at its top or within functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def part_of(path: Path) -> str:
    """The first name below the package: a layer's folder or a top-level module."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_layers_import_only_themselves_and_what_is_shared(path: Path) -> None:
    part = part_of(path)
    inside = {name.split(".")[1] for name in imports_of(path) if name.startswith("connector.")}
    if part in LAYERS:
        assert inside <= {part} | SHARED | BELOW.get(part, set())
    if part == "pipeline":
        assert not inside & {"cli", "commands", "run", "sample"}
    if part == "reading":
        # The reading process starts in a third of a second because neither the SDK nor an engine is imported there.
        assert inside <= {"reading", "source", "normalise", "start", "garbage_collection", "errors"}
    if part == "export":
        assert not inside & {"source", "sample", "views", "cli", "commands", "run", "pipeline", "bundle"}
    if part == "label_files":
        assert not inside & {"sample", "views", "cli", "commands", "pipeline"}
    if part not in {"cli", "commands", "start"}:
        assert "cli" not in inside


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_layer_that_knows_a_library_imports_it(path: Path) -> None:
    for name in imports_of(path):
        allowed = LIBRARIES.get(name.split(".", 1)[0])
        assert allowed is None or part_of(path) in allowed, f"{path} imports {name}"


@pytest.mark.parametrize("folder", ["normalise", "export/encord_dict"])
def test_what_makes_rows_of_labels_and_labels_of_rows_is_pure(folder: str) -> None:
    allowed = {"pyarrow", "numpy", "orjson", "msgspec"}
    for path in (PACKAGE / folder).rglob("*.py"):
        for name in imports_of(path):
            assert not name.startswith("connector.load"), path
            root = name.split(".", 1)[0]
            assert root not in {"os", "io", "pathlib", "socket", "requests", "urllib", "subprocess", "logging"}, path
            assert root in allowed or root == "connector" or _is_standard(root), f"{path} imports {name}"


def _is_standard(name: str) -> bool:
    return name in sys.stdlib_module_names


def test_modules_are_of_one_thing() -> None:
    too_long = {
        str(path.relative_to(PACKAGE)): lines
        for path in MODULES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert too_long == {}


def test_names_say_what_is_inside() -> None:
    assert not [path for path in MODULES if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES]


def test_view_text_lives_in_sql_files_only() -> None:
    for path in MODULES:
        assert part_of(path) == "sql_files" or not re.search(
            r"create\s+(or\s+replace\s+)?view\s+\S+\s+as", path.read_text(encoding="utf-8"), re.IGNORECASE
        )
