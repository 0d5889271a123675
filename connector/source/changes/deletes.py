"""Whether label rows that the listing no longer has may be marked deleted: not if the listing looks incomplete."""

import dataclasses

from connector.errors import ConnectorError, ErrorKind

ALWAYS_ALLOWED = 5
"""This many label rows may go, whatever their share: in a small project each one is a large share."""


@dataclasses.dataclass(frozen=True, slots=True)
class DeletesDecision:
    """The answer. `refusal` says why not, with the counts; None if the deletes may be made."""

    refusal: ConnectorError | None

    @property
    def is_allowed(self) -> bool:
        """Whether the deletes may be made."""
        return self.refusal is None


def deletes_allowed(
    gone: int,
    stored: int,
    share: float,
    *,
    listed: int,
    unreadable_entries: int = 0,
    is_forced: bool = False,
    shards: int = 1,
) -> DeletesDecision:
    """Decide whether label rows absent from the listing may be marked deleted.

    Args:
        gone: label rows in the warehouse that the listing does not have.
        stored: label rows in the warehouse that are not marked deleted, the gone ones included.
        share: the largest share of them, from 0 to 1, that may go at once.
        listed: entries in the listing.
        unreadable_entries: entries that could not be read: any of them may be a label row that seems gone.
        is_forced: --allow-deletes.
        shards: how many workers share the project. Each decides about its own label rows, and all of them together
            allow no more than one would.
    """
    if gone == 0 or is_forced:
        return DeletesDecision(None)
    counts = f"{gone} of {stored} label rows in the warehouse are no longer listed"
    if listed == 0:
        why = "the listing is empty"
    elif unreadable_entries:
        why = f"{unreadable_entries} entries of the listing could not be read"
    elif gone > max(ALWAYS_ALLOWED // shards, share * stored):
        why = f"more than {share:.0%} at once"
    else:
        return DeletesDecision(None)
    return DeletesDecision(
        ConnectorError(
            ErrorKind.DELETES_REFUSED,
            f"{counts}, and {why}. None was marked deleted.",
            remedy="If they were really deleted in Encord, run once with --allow-deletes.",
        )
    )
