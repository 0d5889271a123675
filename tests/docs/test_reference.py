"""docs/reference/ is what the code declares, and each command, option, error, table and view stands in it once."""

import re
from collections import Counter

from connector.commands.options import has_flag
from connector.config import OPTIONS
from connector.errors import ErrorKind
from connector.load.tables import METADATA
from connector.load.tables.declaration import is_internal
from connector.sql_files import view_files
from tests.docs.diagram import DIAGRAM
from tests.docs.reference import DOCS, MEASUREMENTS, NOTE, SUBJECTS, commands, pages, with_measurements

REFERENCE = DOCS / "reference"


def headings() -> Counter[str]:
    return Counter(
        heading
        for page in REFERENCE.glob("*.md")
        for heading in re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    )


def test_generated_pages_are_up_to_date() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, f"run `make docs`: {path.name}"
    assert with_measurements(text := MEASUREMENTS.read_text(encoding="utf-8")) == text, "run `make docs`"


def test_nothing_is_left_over() -> None:
    assert {path for path in REFERENCE.iterdir() if path != DIAGRAM} == set(pages())
    assert all(path.read_text(encoding="utf-8").startswith(NOTE) for path in REFERENCE.glob("*.md"))


def test_each_relation_and_command_has_one_heading() -> None:
    found = headings()
    declared = [name for name, table in METADATA.tables.items() if not is_internal(table)]
    declared += [file.view_name for file in view_files() if not file.is_internal]
    declared += [f"encord-sync {' '.join(words)}" for words, _ in commands()]
    assert {name: found[name] for name in declared if found[name] != 1} == {}
    titles = {name for name in found if name not in declared}
    assert titles == set(SUBJECTS.values())


def test_each_option_and_error_has_one_row() -> None:
    options = re.findall(r"^\| `-*([\w-]+)`", (REFERENCE / "options.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [option.replace("-", "_") for option in options] == list(OPTIONS)
    kinds = re.findall(r"^\| `(\w+)` \|", (REFERENCE / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert kinds == [kind.value for kind in ErrorKind]
    assert not has_flag("ssh_key")


def test_every_row_of_the_reference_is_filled() -> None:
    for page in REFERENCE.glob("*.md"):
        for row in re.findall(r"^\| (?!---).*\|$", page.read_text(encoding="utf-8"), re.MULTILINE):
            first, *_, last = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
            assert first, row
            assert last, row


def test_the_drawing_shows_what_its_text_says() -> None:
    """The drawing is committed, not drawn by the tests: each table and edge of the text is in it."""
    drawn = DIAGRAM.read_text(encoding="utf-8")
    text = DIAGRAM.with_suffix(".dot").read_text(encoding="utf-8")
    edges = re.findall(r"^(\w+) -> (\w+)", text, re.MULTILINE)
    assert Counter(re.findall(r"<title>(\w+)&#45;&gt;(\w+)</title>", drawn)) == Counter(edges)
    assert set(re.findall(r"^(\w+) \[label", text, re.MULTILINE)) <= set(re.findall(r"<title>(\w+)</title>", drawn))
