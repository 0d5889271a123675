"""The options that every question of the bench takes."""

import argparse
from pathlib import Path

from bench.results import FOLDER
from bench.workloads import Size


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the common options; the text is a module's docstring."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--quick", action="store_true", help="small sizes, once each: whether everything runs")
    made.add_argument("--full", action="store_true", help="large sizes; takes an hour or more")
    made.add_argument("--tries", type=int, help="how often each figure is measured; the median counts")
    made.add_argument("--results", type=Path, default=FOLDER, help="where the JSON goes")
    return made


def size_of(asked: argparse.Namespace) -> Size:
    """The size that was asked for."""
    return "quick" if asked.quick else "full" if asked.full else "normal"
