"""Makes the page: asks for every part of it, fills the template, and writes one file that needs nothing else."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from connector import __version__
from connector.errors import ConnectorError, ErrorKind
from connector.export.frames.media_folder import MediaFolder
from connector.export.whole_file import whole_file
from connector.load.contract.session import Session
from connector.load.questions.coco_rows import projects
from connector.load.questions.few_units import look_at_units, newest_consensus_units
from connector.load.questions.frame_files import shared_names
from connector.load.questions.reading import open_for_reading
from connector.report.agreement import VIEWS, consensus
from connector.report.answers_given import answers, classifications
from connector.report.asking import Asking
from connector.report.changes_made import changes
from connector.report.contested import ContestedFrame, contested_frames, drawn
from connector.report.label_counts import class_balance, frames, sizes, tracks
from connector.report.names import Names
from connector.report.overview import overview, progress
from connector.report.pictures import WantedPicture, pictures, wanted_pictures
from connector.report.shown import Part, counted
from connector.report.work_done import throughput, time_in_stage
from connector.runs.printing import visible
from connector.runs.report import Report

_FOLDER = Path(__file__).parent
_PARTS: tuple[Callable[[Asking], Part], ...] = (
    *(overview, progress, throughput, time_in_stage),
    *(class_balance, frames, sizes, tracks, answers, classifications),
)
_RECENT = timedelta(days=30)
LARGEST_PAGE = 490_000
"""Bytes of a page with pictures: they take what the rest leaves of it, so that it can be mailed."""


@dataclass(frozen=True, slots=True)
class PageWanted:
    """What to write a page about.

    Attributes:
        project_hash: the project; may be left out if the warehouse has only one.
        since: from when on changes are shown; the last 30 days if None.
        units: how many data units of consensus are compared: the last edited ones.
        is_anonymous: whether people are letters and data units numbers.
        video_dir: the folder of videos and images out of which contested frames have their pictures, if any.
    """

    project_hash: str | None = None
    since: datetime | None = None
    units: int = 200
    is_anonymous: bool = False
    video_dir: Path | None = None


class Answers(NamedTuple):
    """What the warehouse said.

    Attributes:
        title: the heading of the page.
        parts: its parts; the last figure of the last one has no drawings yet if there are contested frames.
        contested: frames to draw there.
        wanted: pictures to look for.
        shared_names: titles that do not say which file is meant.
    """

    title: str
    parts: list[Part]
    contested: list[ContestedFrame]
    wanted: list[WantedPicture]
    shared_names: set[str]


def write_page(warehouse: str, schema: str | None, wanted: PageWanted, out: Path, report: Report) -> None:
    """Write the page; the file gets its name only when it is complete.

    Args:
        warehouse: its URL; opened read-only.
        schema: the schema of its tables, if not the default one.
        wanted: what to write about.
        out: the file.
        report: where the outcome goes.

    Raises:
        ConnectorError: see `open_for_reading`; also CONFIGURATION if the project is not there, the folder of videos
            cannot be listed, or the file cannot be written.
    """
    now = datetime.now(UTC)
    files = None if wanted.video_dir is None else MediaFolder(wanted.video_dir)
    with open_for_reading(warehouse, schema, on_one_thread=True) as session:
        answers = answered(session, wanted, now)
    # The warehouse is closed: decoding a long video must not keep a sync waiting.
    text = filled(answers, {}, now)
    if files is not None:
        room = LARGEST_PAGE - len(text.encode())
        found = pictures(answers.wanted, answers.shared_names, files, room, report)
        text = filled(answers, found, now)
    content = text.encode()
    try:
        with whole_file(out) as file:
            file.write(content)
    except OSError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{out} cannot be written: {error.strerror}.",
            remedy="Check --out, its folder's rights and the room on its disk.",
        ) from error
    report.event(
        "report_written",
        f"Wrote {out} ({len(content) / 1000:,.0f} KB). Open it in a browser; it needs no network.",
        out=str(out),
        bytes=len(content),
    )


def answered(session: Session, wanted: PageWanted, now: datetime) -> Answers:
    """What the warehouse says.

    Args:
        session: on the warehouse, which sees only the data units of consensus afterwards.
        wanted: what to write about.
        now: what the page says about when it was made.

    Raises:
        ConnectorError: CONFIGURATION, if there is no such project, or none is named and there are several.
    """
    has_pictures = wanted.video_dir is not None
    with session.transaction():
        project_hash, title = _project(session, wanted.project_hash)
        ask = Asking(session, project_hash, Names(session, project_hash, is_anonymous=wanted.is_anonymous))
        parts = [part(ask) for part in _PARTS]
        parts.append(changes(ask, wanted.since or now - _RECENT))
        [(schema,)] = session.rows("SELECT current_schema()")
        units, n_units = newest_consensus_units(session, project_hash, wanted.units)
        shared = shared_names(session, project_hash) if has_pictures else set()
    heading = "Project" if wanted.is_anonymous else visible(title or project_hash)
    if not units:
        parts.append(Part("consensus", "Consensus", "No data unit of this project is in consensus.", []))
        return Answers(heading, parts, [], [], shared)
    look_at_units(session, schema, units, VIEWS)
    of = "all" if len(units) == n_units else f"the {len(units):,} last edited of"
    lead = f"These figures are about {of} {counted(n_units, 'data unit')} in consensus."
    with session.transaction():
        agreement = consensus(ask, lead)
        table, contested = contested_frames(ask)
        files = wanted_pictures(ask, contested) if has_pictures else []
    parts.append(agreement._replace(figures=[*agreement.figures, table]))
    return Answers(heading, parts, contested, files, shared)


def _project(session: Session, project_hash: str | None) -> tuple[str, str]:
    found = [each for each in projects(session) if project_hash in (None, each[0])]
    if project_hash is not None and not found:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The warehouse has no project {project_hash}.",
            remedy="`encord-sync status` lists those that it has.",
        )
    if len(found) != 1:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The warehouse has {counted(len(found), 'project')}.",
            remedy="Name one with --project HASH; `encord-sync status` lists them." if found else "Sync one first.",
        )
    return found[0]


def filled(answers: Answers, found: Mapping[int, str], now: datetime) -> str:
    """The page's text.

    Args:
        answers: what the warehouse said.
        found: pictures, as `pictures` has them.
        now: what the page says about when it was made.
    """
    *others, last = answers.parts
    if answers.contested:
        *tables, contested = last.figures
        last = last._replace(figures=[*tables, contested._replace(drawing=drawn(answers.contested, found))])
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    images = " img-src data:;" if found else ""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        parts=[*others, last],
        title=answers.title,
        subtitle=f"What the warehouse says of its labels, {now:%Y-%m-%d %H:%M} UTC.",
        footer=f"Written by encord-sync {__version__}. Times are UTC.",
        policy=f"default-src 'none'; style-src 'sha256-{digest}';{images} base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704 - a file of this package
    )
