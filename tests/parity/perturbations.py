"""What servers and editors do to label rows that the SDK's writer does not: and the SDK still reads the row."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.parity.drawn_metadata import TIMES
from tests.parity.perturbations_answers import ANSWER_PERTURBATIONS
from tests.parity.perturbations_geometry import frame_objects, vary_geometry
from tests.parity.perturbations_ranges import (
    cut_up_classification_ranges,
    cut_up_object_ranges,
    empty_object_ranges,
)
from tests.parity.perturbations_raw_answers import answer_anywhere, answer_on_ranges
from tests.parity.raw_rows import GeneratedRow

Raw = dict[str, Any]
Perturbation = Callable[[st.DrawFn, Raw], None]


@st.composite
def rows_as_sent(draw: st.DrawFn, rows: st.SearchStrategy[GeneratedRow]) -> GeneratedRow:
    """Label rows to which a few things have happened since the SDK wrote them."""
    row = draw(rows)
    labels = deepcopy(row.labels)
    for write in (answer_anywhere, answer_on_ranges):
        if draw(st.sampled_from([False, False, False, True])):
            write(draw, row, labels)
    return row._replace(labels=perturbed_labels(draw, labels))


@st.composite
def rows_in_every_form(draw: st.DrawFn, rows: st.SearchStrategy[GeneratedRow]) -> GeneratedRow:
    """Label rows to which everything has happened at once that concerns geometry and answers."""
    row = draw(rows)
    labels = deepcopy(row.labels)
    answer_anywhere(draw, row, labels)
    answer_on_ranges(draw, row, labels)
    for happen in (vary_geometry, *ANSWER_PERTURBATIONS):
        happen(draw, labels)
    return row._replace(labels=labels)


def perturbed_labels(draw: st.DrawFn, labels: Raw) -> Raw:
    """A copy of a raw label row to which a few things have happened."""
    changed = deepcopy(labels)
    chosen = draw(st.sets(st.sampled_from(range(len(PERTURBATIONS))), max_size=6))
    for number in sorted(chosen):
        PERTURBATIONS[number](draw, changed)
    return changed


def _holders_of_metadata(labels: Raw) -> Iterator[Raw]:
    yield from frame_objects(labels)
    yield from labels["classification_answers"].values()
    for answer in labels["object_answers"].values():
        if "featureHash" in answer:
            yield answer


def forget_metadata(draw: st.DrawFn, labels: Raw) -> None:
    """Metadata missing, or null: the SDK makes it up, the tables must not."""
    names = ("createdAt", "createdBy", "lastEditedAt", "lastEditedBy", "confidence", "manualAnnotation")
    for raw in _holders_of_metadata(labels):
        for name in sorted(draw(st.sets(st.sampled_from(names)))):
            if draw(st.booleans()):
                raw.pop(name, None)
            else:
                raw[name] = None


def rewrite_times(draw: st.DrawFn, labels: Raw) -> None:
    """Time stamps in the other forms seen in rows; without a zone they are UTC."""
    forms = ("%Y-%m-%d %H:%M:%S", "%a, %d %b %Y %H:%M:%S GMT", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S+02:00")
    for raw in [*_holders_of_metadata(labels), labels]:
        for name in ("createdAt", "lastEditedAt") if raw is not labels else ("created_at", "last_edited_at"):
            is_rewritten = draw(st.booleans())
            if is_rewritten:
                raw[name] = draw(TIMES).strftime(draw(st.sampled_from(forms)))
    if draw(st.booleans()):
        labels["last_edited_at"] = None


def make_names_stale(draw: st.DrawFn, labels: Raw) -> None:
    """Copies of names made when the label was saved; the ontology has moved on."""
    for raw in [*frame_objects(labels), *labels["object_answers"].values()]:
        if "name" in raw and draw(st.booleans()):
            raw.update(name="Renamed since", color="#000000", value="renamed_since")


def shuffle_keys(draw: st.DrawFn, labels: Raw) -> None:
    """JSON objects have no order: units, frames and answers come in any."""
    for name in ("data_units", "object_answers", "object_actions", "classification_answers"):
        labels[name] = dict(draw(st.permutations(list(labels[name].items()))))
    for unit in labels["data_units"].values():
        unit["labels"] = dict(draw(st.permutations(list((unit.get("labels") or {}).items()))))


def shuffle_objects(draw: st.DrawFn, labels: Raw) -> None:
    """Objects of a frame in another order."""
    for holder in [*labels["data_units"].values(), *(labels.get("spaces") or {}).values()]:
        blobs = holder.get("labels") or {}
        for blob in [blobs, *(part for part in blobs.values() if isinstance(part, dict))]:
            if isinstance(blob.get("objects"), list):
                blob["objects"] = draw(st.permutations(blob["objects"]))


def mark_deleted(draw: st.DrawFn, labels: Raw) -> None:
    """`isDeleted` objects are served like any other (trap 6)."""
    for raw in frame_objects(labels):
        if draw(st.booleans()):
            raw["isDeleted"] = draw(st.booleans())


def drift_class(draw: st.DrawFn, labels: Raw) -> None:
    """A later frame names another class: the first one seen counts (trap 1)."""
    classes = [raw["featureHash"] for raw in frame_objects(labels)]
    if labels["data_type"] == "scene" or not classes:
        return
    seen: set[str] = set()
    for raw in frame_objects(labels):
        if raw["objectHash"] in seen and draw(st.booleans()):
            raw["featureHash"] = draw(st.sampled_from(classes))
        seen.add(raw["objectHash"])


def leave_server_extras(_: st.DrawFn, labels: Raw) -> None:
    """Keys that the server sends and the object model does not read."""
    labels["export_hash"] = "ignored"
    for raw in frame_objects(labels):
        raw["reviews"] = []
        raw["trackHash"] = "dead"


def scene_events_in_other_words(draw: st.DrawFn, labels: Raw) -> None:
    """Continuous scenes: an untagged event is an upsert; a delete may have no geometry."""
    if not (labels.get("scene") or {}).get("isContinuous"):
        return
    for raw in frame_objects(labels):
        if raw.get("event") == "upsert" and draw(st.booleans()):
            del raw["event"]
            raw.setdefault("interpolate", draw(st.sampled_from([None, "hold"])))
        elif raw.get("event") == "delete" and draw(st.booleans()):
            for key in ("boundingBox", "rotatableBoundingBox", "point", "circle", "ellipse", "polyline", "cuboid"):
                if key in raw and draw(st.booleans()):
                    raw[key] = None
                else:
                    raw.pop(key, None)


def forget_listed_facts(draw: st.DrawFn, labels: Raw) -> None:
    """The spaces of a label row may lack what the listing's have."""
    for space in (labels.get("spaces") or {}).values():
        if draw(st.booleans()):
            space.pop("child_info", None)
            space.pop("frames", None) if space["space_type"] == "image_sequence" else None


PERTURBATIONS: tuple[Perturbation, ...] = (
    vary_geometry,
    forget_metadata,
    rewrite_times,
    make_names_stale,
    shuffle_keys,
    shuffle_objects,
    mark_deleted,
    drift_class,
    leave_server_extras,
    scene_events_in_other_words,
    forget_listed_facts,
    cut_up_object_ranges,
    cut_up_classification_ranges,
    empty_object_ranges,
    *ANSWER_PERTURBATIONS,
)
