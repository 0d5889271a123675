"""The source: lists and fetches from Encord, read-only, and decides what changed. The only part that knows the SDK."""

from typing import TYPE_CHECKING

from connector.source.changes import REASONS, Changes, compare, compare_stored, wanted_label_rows
from connector.source.deletes import DeletesDecision, deletes_allowed
from connector.source.events import EventListener, EventName
from connector.source.fetch_plan import Change, FetchPlan
from connector.source.label_rows import FetchedBundle, FetchedLabelRow, LabelRowFailure, WantedLabelRow
from connector.source.settings import DEFAULT_DOMAIN, UNITED_STATES_DOMAIN, SourceSettings

if TYPE_CHECKING:
    from connector.source.projects import ProjectSnapshot, ProjectSummary
    from connector.source.source import Source

__all__ = [
    "DEFAULT_DOMAIN",
    "REASONS",
    "UNITED_STATES_DOMAIN",
    "Change",
    "Changes",
    "DeletesDecision",
    "EventListener",
    "EventName",
    "FetchPlan",
    "FetchedBundle",
    "FetchedLabelRow",
    "LabelRowFailure",
    "ProjectSnapshot",
    "ProjectSummary",
    "Source",
    "SourceSettings",
    "WantedLabelRow",
    "compare",
    "compare_stored",
    "deletes_allowed",
    "wanted_label_rows",
]

_OF_THE_SDK = {
    "ProjectSnapshot": "connector.source.projects",
    "ProjectSummary": "connector.source.projects",
    "Source": "connector.source.source",
}


def __getattr__(name: str) -> object:
    """Import what needs the SDK when it is asked for: the SDK alone takes a second that `--help` need not wait for."""
    if name not in _OF_THE_SDK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_OF_THE_SDK[name]), name)
