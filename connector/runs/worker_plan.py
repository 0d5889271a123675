"""`encord-sync plan`: the syncs that a scheduler should start, by what Encord lists. Reads no label, writes nothing."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc

from connector.config import Settings
from connector.load import ARROW_SCHEMAS, Share
from connector.normalise.listing.listing_parts import ListingParts
from connector.runs.printing import json_line, print_lines
from connector.runs.project_choice import project_hashes, require_project_choice, source_settings
from connector.runs.report import Report
from connector.source.label_rows.bundle_planner import (
    BYTES_A_LABEL_ROW,
    FIRST_GUESS_BYTES_A_FRAME,
    FIRST_GUESS_BYTES_A_LABEL_ROW,
)
from connector.source.source import Source

_MOST_SHARDS = 9_999


@dataclass(frozen=True, slots=True)
class PlannedProject:
    """One project, and the commands that sync it.

    Attributes:
        label_rows: entries of its listing, on all branches.
        opened: those that somebody has opened, so that they may have labels.
        label_bytes: bytes of their labels, about, guessed from numbers of frames.
        shards: how many workers share it; 1 is a sync of the whole.
        commands: the arguments of encord-sync for each of them.
    """

    project_hash: str
    title: str
    label_rows: int
    opened: int
    label_bytes: int
    shards: int
    commands: tuple[tuple[str, ...], ...]


def plan_workers(
    settings: Settings, handed_on: Sequence[str], label_rows_per_shard: int, report: Report
) -> list[PlannedProject]:
    """Lists the projects that the settings name, and shares out the large ones.

    Args:
        settings: key and choice of projects.
        handed_on: options that each command shall have, such as --config.
        label_rows_per_shard: about how many label rows one worker shall have.
        report: is told how many projects there are.

    Raises:
        ConnectorError: CONFIGURATION without a choice of projects; what listing may raise. One project that cannot be
            listed ends it, so that no schedule leaves it out silently.
    """
    require_project_choice(settings)
    source = Source.connect(source_settings(settings), on_event=report.event)
    found = project_hashes(source, settings)
    text = f"Projects to plan for: {len(found)}"
    report.event("projects_listed", text, level="debug" if found else "warning", projects=len(found))
    return [_planned(source, project_hash, handed_on, label_rows_per_shard) for project_hash in found]


def print_plan(projects: Sequence[PlannedProject], *, is_json: bool) -> None:
    """Prints one JSON document, or one command a line."""
    if is_json:
        document = {"projects": [asdict(project) for project in projects]}
        sys.stdout.write(json_line(document, sys.stdout.encoding) + "\n")
        return
    for project in projects:
        for command in project.commands:
            print_lines(shlex.join(["encord-sync", *command]), sys.stdout)


def _planned(source: Source, project_hash: str, handed_on: Sequence[str], label_rows_per_shard: int) -> PlannedProject:
    snapshot = source.snapshot(project_hash)
    entries = snapshot.entries
    listing = ListingParts(project_hash, entries, entries.hashes, ARROW_SCHEMAS)
    opened = label_bytes = 0
    for part in listing:
        rows = part["label_row"].filter(pc.is_valid(part["label_row"]["label_hash"]))
        opened += rows.num_rows
        label_bytes += _guessed_bytes(rows, part)
    shards = min(-(-len(entries) // label_rows_per_shard) or 1, _MOST_SHARDS)
    command = ("sync", *handed_on, "--project", project_hash)
    shared = [(*command, "--shard", str(Share(number, shards))) for number in range(1, shards + 1)]
    return PlannedProject(
        project_hash,
        str(snapshot.project.get("title") or ""),
        len(entries),
        opened,
        label_bytes,
        shards,
        tuple(shared) if shards > 1 else (command,),
    )


def _guessed_bytes(rows: pa.Table, part: Mapping[str, pa.Table]) -> int:
    """Bytes of the labels of some label rows, by the guess that the first requests of a sync are made by."""
    units = part["data_unit"]
    place = pc.index_in(rows["data_hash"], units["data_hash"].combine_chunks())
    frames = units["frame_count"].combine_chunks().take(place.combine_chunks())
    unknown = int(frames.null_count)
    known = len(frames) - unknown
    of_frames = FIRST_GUESS_BYTES_A_FRAME * int(pc.sum(frames).as_py() or 0)
    return BYTES_A_LABEL_ROW * known + of_frames + FIRST_GUESS_BYTES_A_LABEL_ROW * unknown
