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
@click.option(
    "--serve", is_flag=True, help="Keep the server up until Ctrl-C, with a second project, for commands of your own."
)
@click.option(
    "--edit-every",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="With --serve: a team goes on labelling and reviewing, a few edits at a time.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help="With --serve: the port on this machine. Default: a free one.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --serve: folder for the key and the environment, removed at the end. Default: demo-server.",
)
def demo(
    size: Literal["small", "medium", "large"],
    seed: int,
    path: Path,
    serve: bool,
    edit_every: float | None,
    port: int | None,
    folder: Path | None,
) -> None:
    """Watch the main job: sync a sample project from a built-in Encord server, edit labels, sync again, ask in SQL.

    Needs no key and no network: the server runs on this machine's loopback address for as long as the demo does. The
    real Encord SDK talks to it.

    With --serve nothing is synced: the server stays up, and writes a key and the lines for your shell that have every
    command talk to it. docs/quickstart.md is a walk with it.

    \b
    Examples:
      encord-sync demo
      encord-sync demo --serve --edit-every 30
    """
    if serve:
        from connector.demo.standing_server import run_server

        run_server(size, seed, path, folder or Path("demo-server"), port or 0, edit_every)
        return
    if any(given is not None for given in (edit_every, port, folder)):
        raise click.UsageError("--edit-every, --port and --folder go with --serve.")
    from connector.demo.walk import run_demo

    run_demo(size, seed, path)
