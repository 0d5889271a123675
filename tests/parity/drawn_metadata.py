"""Who made a label, when, and how: drawn with Hypothesis in the form that the SDK's writer takes."""

from datetime import UTC, datetime
from typing import TypedDict

from hypothesis import strategies as st

PEOPLE = st.sampled_from(["ann@example.com", "Bo@example.com", "model-7", "NlZNOzo0M5fqmHAPHiNiYs0UQYo2"])
TIMES = st.datetimes(
    min_value=datetime(2001, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds and adds the zone itself
    max_value=datetime(2039, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)


class Authorship(TypedDict):
    """Keyword arguments that every one of the SDK's writers takes."""

    created_at: datetime
    created_by: str | None
    last_edited_at: datetime
    last_edited_by: str | None
    confidence: float
    manual_annotation: bool


AUTHORSHIPS: st.SearchStrategy[Authorship] = st.fixed_dictionaries(
    {
        # Never left out: the SDK would invent the current time, and no run would be like another.
        "created_at": TIMES,
        "created_by": st.none() | PEOPLE,
        "last_edited_at": TIMES,
        "last_edited_by": st.none() | PEOPLE,
        "confidence": st.one_of(st.sampled_from([0, 1, 1.0, 0.5]), st.floats(min_value=0, max_value=1)),
        "manual_annotation": st.booleans(),
    }
)  # type: ignore[assignment]  # fixed_dictionaries cannot say which TypedDict it makes
