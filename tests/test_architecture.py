"""The tree is the architecture: which room may import which, who may know a library, how large a room may be."""

import ast
import graphlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "connector"
MODULES = sorted(PACKAGE.rglob("*.py"))

ROOMS: dict[str, str] = {
    "credentials": "",
    "errors": "",
    "consensus": "",
    "geometry": "",
    "load.tables": "",
    "sample.world": "",
    "load.locks": "errors",
    "normalise": "errors",
    "packaged_files": "errors",
    "process": "errors",
    "source.answers": "errors",
    "text_files": "errors",
    "export.label_rows.encord_dict": "geometry",
    "sample.farm": "geometry sample.world",
    "sample.server": "sample.world",
    "normalise.forms": "errors normalise",
    "normalise.work": "normalise",
    "sql_files": "errors load.tables packaged_files",
    "export": "errors normalise process",
    "option_file": "credentials errors text_files",
    "config": "credentials errors option_file",
    "sample": "sample.farm sample.server sample.world",
    "normalise.label_rows": "errors geometry normalise normalise.forms",
    "load.contract": "credentials errors load.tables packaged_files sql_files",
    "source.connection": "config credentials errors source.answers text_files",
    "normalise.listing": "errors normalise normalise.forms normalise.label_rows",
    "load.upkeep": "load.contract load.history load.tables",
    "load.matching": "consensus errors load.contract load.tables sql_files",
    "views": "errors load.contract load.history load.tables packaged_files sql_files",
    "source.label_rows": "errors source.answers source.connection",
    "source.listing": "credentials errors source.answers source.connection",
    "load.history": "errors load.contract load.tables",
    "load.writing": "errors load.contract load.history load.matching load.tables load.upkeep",
    "source.changes": "errors source.label_rows",
    "source": "source.connection source.label_rows source.listing",
    "load.on_duckdb": "errors load.contract load.locks load.matching load.tables load.writing process",
    "load.on_postgres": "errors load.contract load.history load.locks load.matching load.tables load.writing",
    "reading": "errors normalise normalise.label_rows process source.changes source.label_rows",
    "load": "errors load.contract load.locks load.matching load.on_duckdb load.on_iceberg load.on_postgres",
    "load.on_iceberg": (
        "errors load.contract load.history load.locks load.matching load.on_duckdb load.tables load.writing sql_files "
        "views"
    ),
    "views.spark": "errors load.contract load.on_iceberg load.tables sql_files",
    "load.questions": (
        "errors load.contract load.history load.on_duckdb load.on_iceberg load.on_postgres load.tables load.upkeep "
        "load.writing sql_files views"
    ),
    "load.publish": "errors load.contract load.locks load.on_duckdb load.questions load.tables process sql_files",
    "runs": (
        "config credentials errors geometry load load.contract load.history load.locks load.on_duckdb load.on_iceberg "
        "load.publish load.questions load.writing normalise normalise.listing process source source.changes "
        "source.connection source.label_rows source.listing text_files views views.spark"
    ),
    "export.coco": "errors export geometry load.contract load.questions load.writing normalise process runs",
    "export.frames": "errors export geometry load.contract load.questions process runs",
    "export.label_rows": "errors export export.label_rows.encord_dict load.questions process runs",
    "sync": (
        "config errors load load.locks load.questions normalise normalise.label_rows normalise.listing "
        "normalise.work process reading runs source source.answers source.changes source.label_rows source.listing"
    ),
    "verify": (
        "config errors load load.contract load.locks load.questions load.tables load.writing normalise "
        "normalise.label_rows normalise.listing process runs source source.changes source.label_rows"
    ),
    "report": "errors export export.frames load.contract load.questions runs",
    "demo": "config errors load load.locks load.questions process report runs sample sync",
    "label_files": (
        "config errors export.label_rows.encord_dict load load.locks load.questions normalise "
        "normalise.forms normalise.listing process runs source.answers source.changes source.label_rows "
        "source.listing sync text_files"
    ),
    "commands": "config demo errors label_files load.locks process report runs sync verify",
    "commands.export": "commands errors export.coco export.frames export.label_rows load.questions process",
    "cli": "commands commands.export credentials errors runs",
    "start": "cli process",
}
"""Room (a folder of the package, or a module at its root) → the rooms that it imports. Each of these lies below it."""

LIBRARIES = {
    "encord": "source",
    "sqlalchemy": "load views",
    "alembic": "load",
    "duckdb": "load",
    "filelock": "load",
    "pyiceberg": "load",
    "sqlglot": "views",
    "shapely": "geometry export",
    "click": "cli commands",
    "rich": "demo runs",
    "av": "export",
    "PIL": "export",
    "jinja2": "report",
    "markupsafe": "report",
}
"""Library → the parts of the package that may import it, and no others."""

PURE = ("consensus", "geometry", "normalise", "export/label_rows/encord_dict")
"""What makes rows of labels, and labels of rows: no input, no output, no SQL."""
_PURE_LIBRARIES = {"pyarrow", "numpy", "orjson", "msgspec", "shapely", "connector"}
_OUTSIDE = {"os", "io", "pathlib", "socket", "requests", "urllib", "subprocess", "logging"}

FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "manager", "misc"}
LARGEST_ROOM, LONGEST_MODULE = 16, 300


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names of everything that a module imports, at its top or within functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                # `from room import module` imports a module, `from module import name` does not.
                inner = PACKAGE.parent.joinpath(*str(node.module).split("."), alias.name)
                is_module = inner.is_dir() or inner.with_suffix(".py").is_file()
                yield f"{node.module}.{alias.name}" if is_module else str(node.module)


def room_of(dotted: str) -> str:
    """The room that a module of the package is in; a folder's own name stands for its `__init__`."""
    names = dotted.split(".")[1:]
    is_room = PACKAGE.joinpath(*names).is_dir()
    return ".".join(names if is_room or len(names) == 1 else names[:-1])


def dotted_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def test_each_room_imports_what_lies_below_it_and_no_more() -> None:
    found: dict[str, set[str]] = {}
    for path in MODULES:
        this = room_of(dotted_name(path))
        inside = {room_of(name) for name in imports_of(path) if name.startswith("connector.")}
        found.setdefault(this, set()).update(inside - {this, ""})
    allowed = {room: set(below.split()) for room, below in ROOMS.items()}
    assert {room: below for room, below in found.items() if room} == allowed
    # Raises CycleError where two rooms lie above one another.
    assert len(list(graphlib.TopologicalSorter(allowed).static_order())) == len(allowed)


def test_only_the_part_that_knows_a_library_imports_it() -> None:
    for path in MODULES:
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for name in imports_of(path):
            allowed = LIBRARIES.get(name.split(".", 1)[0])
            assert allowed is None or part in allowed.split(), f"{path} imports {name}"


def test_what_makes_rows_of_labels_and_labels_of_rows_is_pure() -> None:
    for path in (path for folder in PURE for path in (PACKAGE / folder).rglob("*.py")):
        roots = {name.split(".", 1)[0] for name in imports_of(path)}
        assert not roots & _OUTSIDE, path
        assert all(root in _PURE_LIBRARIES or root in sys.stdlib_module_names for root in roots), path


def test_rooms_and_modules_are_of_one_thing() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert [path for path, count in lines.items() if count > LONGEST_MODULE] == []
    folders = {path.parent for path in MODULES}
    sizes = {folder: len([path for path in folder.glob("*.py") if path.stem != "__init__"]) for folder in folders}
    assert [folder for folder, size in sizes.items() if size > LARGEST_ROOM] == []


ENGINES = {"on_duckdb", "on_iceberg", "on_postgres"}


def test_names_say_what_is_inside_and_say_it_once() -> None:
    assert not [path for path in MODULES if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES]
    named: dict[str, list[Path]] = {}
    for path in MODULES:
        if path.stem != "__init__" and path.parent.name not in ENGINES:
            named.setdefault(path.stem, []).append(path)
    assert {name: paths for name, paths in named.items() if len(paths) > 1} == {}


def test_view_text_lives_in_sql_files_only() -> None:
    for path in MODULES:
        # sql_files is what reads them: it knows how they begin. In a lake's reader, tables are views over files.
        assert path.parent.name in {"sql_files", "on_iceberg"} or not re.search(
            r"create\s+(or\s+replace\s+)?view\s+\S+\s+as", path.read_text(encoding="utf-8"), re.IGNORECASE
        )
