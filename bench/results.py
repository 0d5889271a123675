"""Results on disk: one JSON file a question in bench/results/, which the README's tables are made from."""

import datetime
import json
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench import machine

FOLDER = Path(__file__).parent / "results"


def write(question: str, size: str, rows: list[dict[str, Any]], folder: Path = FOLDER) -> None:
    """Write what a question found, with the versions and the machine that it was found with."""
    folder.mkdir(parents=True, exist_ok=True)
    made = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
    content = {"question": question, "size": size, "made": made, **machine.facts(), "rows": rows}
    (folder / f"{question}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def is_there(question: str, folder: Path = FOLDER) -> bool:
    """Whether a question has been measured."""
    return (folder / f"{question}.json").is_file()


def read(question: str, folder: Path = FOLDER) -> dict[str, Any]:
    """What a question found, as it was written."""
    content: dict[str, Any] = json.loads((folder / f"{question}.json").read_text(encoding="utf-8"))
    return content


def median(values: Iterable[float]) -> float:
    """The median, to three significant digits: more would be noise."""
    return rounded(statistics.median(values))


def rounded(value: float) -> float:
    """A figure to three significant digits."""
    return float(f"{value:.3g}")


def show(title: str, heads: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Print a table, its first column to the left and the others to the right."""
    cells = [[str(cell) for cell in line] for line in (heads, *lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    print(f"\n{title}")
    for line in cells:
        first, *others = (
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join((f"  {first}", *others)), flush=True)
