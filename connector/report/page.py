"""Makes the page: asks for every part of it, fills the template, and writes one file that needs nothing else."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from connector import __version__
from connector.errors import ConnectorError, ErrorKind
from connector.export.whole_file import whole_file
from connector.load.contract.session import Session
from connector.load.questions.coco_rows import projects
from connector.load.questions.few_units import look_at_units, newest_consensus_units
from connector.load.questions.reading import open_for_reading
from connector.report.agreement import VIEWS, consensus
from connector.report.answers_given import answers, classifications
from connector.report.asking import Asking
from connector.report.changes_made import changes
from connector.report.label_counts import class_balance, frames, sizes, tracks
from connector.report.names import Names
from connector.report.overview import overview, progress
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


@dataclass(frozen=True, slots=True)
class PageWanted:
    """What to write a page about.

    Attributes:
        project_hash: the project; may be left out if the warehouse has only one.
        since: from when on changes are shown; the last 30 days if None.
        units: how many data units of consensus are compared: the last edited ones.
        is_anonymous: whether people are letters and data units numbers.
    """

    project_hash: str | None = None
    since: datetime | None = None
    units: int = 200
    is_anonymous: bool = False


def write_page(warehouse: str, schema: str | None, wanted: PageWanted, out: Path, report: Report) -> None:
    """Write the page; the file gets its name only when it is complete.

    Args:
        warehouse: its URL; opened read-only.
        schema: the schema of its tables, if not the default one.
        wanted: what to write about.
        out: the file.
        report: where the outcome goes.

    Raises:
        ConnectorError: see `open_for_reading`; also CONFIGURATION if the project is not there, or the file cannot be
            written.
    """
    with open_for_reading(warehouse, schema) as session:
        text = page(session, wanted, datetime.now(UTC))
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


def page(session: Session, wanted: PageWanted, now: datetime) -> str:
    """The page's text.

    Args:
        session: on the warehouse, which sees only the data units of consensus afterwards.
        wanted: what to write about.
        now: what the page says about when it was made.

    Raises:
        ConnectorError: CONFIGURATION, if there is no such project, or none is named and there are several.
    """
    with session.transaction():
        project_hash, title = _project(session, wanted.project_hash)
        ask = Asking(session, project_hash, Names(session, project_hash, is_anonymous=wanted.is_anonymous))
        parts = [part(ask) for part in _PARTS]
        parts.append(changes(ask, wanted.since or now - _RECENT))
        [(schema,)] = session.rows("SELECT current_schema()")
        units, n_units = newest_consensus_units(session, project_hash, wanted.units)
    parts.append(_consensus(ask, schema, units, n_units))
    return _filled(parts, "Project" if wanted.is_anonymous else visible(title or project_hash), now)


def _consensus(ask: Asking, schema: str, units: list[str], n_units: int) -> Part:
    if not units:
        return Part("consensus", "Consensus", "No data unit of this project is in consensus.", [])
    look_at_units(ask.session, schema, units, VIEWS)
    of = "all" if len(units) == n_units else f"the {len(units):,} last edited of"
    lead = f"These figures are about {of} {counted(n_units, 'data unit')} in consensus."
    with ask.session.transaction():
        return consensus(ask, lead)


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


def _filled(parts: list[Part], title: str, now: datetime) -> str:
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        parts=parts,
        title=title,
        subtitle=f"What the warehouse says of its labels, {now:%Y-%m-%d %H:%M} UTC.",
        footer=f"Written by encord-sync {__version__}. Times are UTC.",
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704 - a file of this package
    )
