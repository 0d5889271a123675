"""`encord-sync demo`: sync a sample project from a built-in Encord server, edit it, sync again, and ask in SQL."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from rich import box
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

from connector.config import Settings
from connector.demo.questions import QUESTIONS, WHAT_CHANGED, Question
from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse, open_warehouse
from connector.load.questions.project_status import read_status
from connector.process.interruption import Interruption, interruption_on_signals
from connector.report.page import PageWanted, write_page
from connector.runs.printing import print_line, visible
from connector.runs.report import TextReport
from connector.sample import PASTURE_TITLE, SampleProject, SampleServer, build_sample_world
from connector.sync.run import run_sync

SHOWN_ROWS = 13
SAMPLE_TITLE = "Meadowbrook dairy herd"
VIDEO = "barn-east-001.mp4"
CONSENSUS = "calving-pen-002.mp4"
ANNOTATED = "calving-pen-001.mp4"

SampleSize = Literal["small", "medium", "large"]


def run_demo(size: SampleSize, seed: int, path: Path) -> None:
    """Run the demo and leave its DuckDB file at `path`, and a report beside it; replaces those of an earlier demo.

    Raises:
        ConnectorError: WAREHOUSE or LOCKED, if the file cannot be written; INTERRUPTED.
    """
    remove_earlier(path)
    world = build_sample_world(size, seed=seed)
    project = world.projects[world.project_hash]
    with SampleServer(world) as server, interruption_on_signals() as interruption:
        settings = Settings(
            ssh_key=SecretStr(world.private_key),
            domain=server.domain,
            project=(world.project_hash,),
            warehouse=f"duckdb:///{path}",
        )
        _heading("1. A project in Encord")
        print_line(
            f"A built-in Encord server runs on this machine only, at {server.domain}. It holds the sample project "
            f"{project.record['title']}: {len(project.rows)} label rows, branches of "
            f"{len({branch for _, branch in project.rows})} names. Encord's own SDK talks to it, as it would to "
            "api.encord.com."
        )
        _heading("2. The first sync fetches everything")
        _sync(settings, interruption)
        _heading("3. Meanwhile, in Encord")
        for sentence in work_on(project):
            print_line(f"  - {sentence}", hang=4)
        _heading("4. The second sync fetches only what changed")
        server.requests.clear()
        _sync(settings, interruption)
        for_labels = sum(record.query_type == "labelrow" for record in server.requests)
        print_line(f"  It sent {len(list(server.requests))} requests, {for_labels} of them for labels.")

    warehouse = open_warehouse(settings.warehouse)
    try:
        _answer(warehouse, WHAT_CHANGED)
    finally:
        warehouse.close()

    _heading('5. Questions of Encord\'s "Export Labels" page, one query each')
    warehouse = open_warehouse(settings.warehouse)
    try:
        for question in QUESTIONS:
            _answer(warehouse, question)
    finally:
        warehouse.close()
    _heading("6. Yours to look at")
    python, command = _from_here(Path(sys.executable)), _from_here(Path(sys.executable).with_name("encord-sync"))
    print_line(f"The file is {path.resolve()}. Open it with any DuckDB client (duckdb {path}), or with")
    print_line(f"  {python} -c \\")
    print_line(f"    \"import duckdb; duckdb.connect('{path}').view('label_on_frame').show()\"")
    print_line(f"  {command} status --warehouse duckdb:///{path}")
    page = path.with_name(f"{path.name.removesuffix('.duckdb')}.html")
    write_page(settings.warehouse, None, PageWanted(), page, TextReport(threshold="error"))
    print_line(f"A report of all this is {page.resolve()}. Open it in a browser, offline too. It was written by")
    print_line(f"  {command} report --warehouse duckdb:///{path} --out {page}")
    print_line("Your own project:")
    print_line(f"  {command} sync --ssh-key-file KEY --project HASH \\")
    print_line("    --warehouse duckdb:///labels.duckdb")


def remove_earlier(path: Path) -> None:
    """Remove the file of an earlier demo, and nothing else.

    Raises:
        ConnectorError: WAREHOUSE if it is the file of something else; LOCKED if somebody has it open.
    """
    if not path.exists():
        return
    try:
        status = read_status(f"duckdb:///{path}")
    except ConnectorError as error:
        raise ConnectorError(
            error.kind,
            f"{path} exists and cannot be taken for the file of an earlier demo: {error.message}",
            remedy="Name another with --file.",
        ) from error
    # There is none if the demo was killed before its first listing.
    if {project.title for project in status.projects} - {SAMPLE_TITLE, PASTURE_TITLE}:
        raise ConnectorError(
            ErrorKind.WAREHOUSE, f"{path} is the warehouse of other projects.", remedy="Name another file with --file."
        )
    path.unlink()


def _sync(settings: Settings, interruption: Interruption) -> None:
    run = run_sync(settings, TextReport(stream=sys.stdout), interruption)
    if run.failures:
        raise run.failures[0]


def work_on(project: SampleProject) -> Iterator[str]:
    """Edit the project as people would, and say what was done."""
    titles = {(row.metadata["data_title"], branch): row for (_, branch), row in project.rows.items()}
    video = titles[VIDEO, "main"]
    cow = project.class_named("Cow")["featureNodeHash"]
    frames = video.labels["data_units"][video.data_hash]["labels"]
    drawn = [
        drawn["objectHash"] for frame in frames.values() for drawn in frame["objects"] if drawn["featureHash"] == cow
    ]
    count = project.move_box(str(video.label_hash), drawn[0], x=0.02)
    yield f"an annotator moved the box of one cow on {count} frames of {VIDEO}"

    unopened = next(row for (_, branch), row in titles.items() if row.label_hash is None and branch == "main")
    label_hash = project.open_data_unit(unopened.data_hash)
    place = {"x": 0.4, "y": 0.3, "w": 0.2, "h": 0.25}
    project.add_object(label_hash, cow, dict.fromkeys(range(10), place))
    yield f"somebody opened {unopened.metadata['data_title']} for the first time and drew a cow on 10 frames"

    project.move_to_stage(titles[ANNOTATED, "main"].data_hash, "Consensus review")
    yield f"the last annotator submitted {ANNOTATED}: it awaits review (its labels did not move: nothing to fetch)"

    project.rename_feature(project.class_named("Calf")["featureNodeHash"], "Calf, unweaned")
    yield "the class Calf was renamed (one row of the ontology: nothing to fetch)"

    image = next(row for row in titles.values() if row.metadata["data_type"] == "IMAGE" and row.label_hash)
    project.delete_data_unit(image.data_hash)
    yield f"{image.metadata['data_title']} was removed from the project"


def _answer(warehouse: Warehouse, question: Question) -> None:
    sql = question.sql.format(video=VIDEO, consensus=CONSENSUS)
    with warehouse.connection() as connection:
        result = connection.exec_driver_sql(sql)
        names = list(result.keys())
        rows = result.fetchall()
    print_line("")
    print_line(question.title, style="bold")
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(Syntax(sql, "sql", background_color="default", word_wrap=True))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(names):
        is_number = bool(rows) and isinstance(rows[0][index], int | float) and not isinstance(rows[0][index], bool)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*(_shown(value) for value in row))
    console.print(table)
    if len(rows) > SHOWN_ROWS:
        print_line(f"… {len(rows):,} rows in all")


def _shown(value: object) -> str:
    return "" if value is None else f"{value:.1f}" if isinstance(value, float) else visible(str(value))


def _from_here(path: Path) -> Path:
    """A path as one would type it in this folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _heading(text: str) -> None:
    print_line("")
    print_line(text, style="bold cyan")
