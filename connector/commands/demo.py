"""`encord-sync demo`: the main job on a sample project, without a key."""

from pathlib import Path
from typing import Literal

import click


@click.command(short_help="Watch the main job on a sample project; needs no key.")
@click.option(
    "--size",
    type=click.Choice(["small", "medium", "large"]),
    default="small",
    show_default=True,
    help="About 5,000, 50,000 or 300,000 annotations.",
)
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed, another project.")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("demo.duckdb"),
    show_default=True,
    help="DuckDB file to write, and a report beside it (.html); those of an earlier demo are replaced.",
)
def demo(size: Literal["small", "medium", "large"], seed: int, path: Path) -> None:
    """Watch the main job: sync a sample project from a built-in Encord server, edit labels, sync again, ask in SQL.

    Needs no key and no network: the server runs on this machine's loopback address for as long as the demo does. The
    real Encord SDK talks to it.
    """
    from connector.demo.walk import run_demo

    run_demo(size, seed, path)
