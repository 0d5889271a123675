"""Which entries of a project's listing are a worker's own, if several share the project."""

from collections.abc import Sequence
from typing import NamedTuple

from connector.load import Share
from connector.normalise.ids import NAME
from connector.source.answers.listed_entries import RawEntries


class SharedListing(NamedTuple):
    """A share of a listing.

    Attributes:
        places: where its entries are; None if all are its own.
        of_unknown_share: entries of another share that name no data unit, so each may be about a label row of this one.
    """

    places: Sequence[int] | None
    of_unknown_share: int


def shared_listing(entries: RawEntries, share: Share) -> SharedListing:
    """The entries of a share: those of its data units; the first share also has those that name none."""
    if share.is_whole:
        return SharedListing(None, 0)
    named = [
        name if isinstance(name, str) and NAME.is_one(name) else None
        for name in entries.hashes()["data_hash"].to_pylist()
    ]
    places = [place for place, data_hash in enumerate(named) if share.holds(data_hash)]
    return SharedListing(places, 0 if share.is_first else named.count(None))
