"""What archiving does to answers: labels of archived classes, attributes and options are left out."""

from collections.abc import Iterable
from typing import Any


def archived_features(editor: dict[str, Any]) -> frozenset[str]:
    """The feature hashes that an ontology marks as archived, with everything below them."""
    found: set[str] = set()
    for item in (*editor.get("objects", ()), *editor.get("classifications", ())):
        _collect(item, found, is_below_archived=False)
    return frozenset(found)


def _collect(node: dict[str, Any], found: set[str], *, is_below_archived: bool) -> None:
    is_hidden = is_below_archived or bool(node.get("archived"))
    if is_hidden:
        found.add(node["featureNodeHash"])
    for child in (*node.get("attributes", ()), *node.get("options", ())):
        _collect(child, found, is_below_archived=is_hidden)


def without_archived(labels: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """Remove the labels of `hidden` features from a label-row dict, in place, and return it."""
    gone: set[str] = set()
    for blob in label_blobs(labels):
        kept = []
        for thing in blob.get("objects", ()):
            if thing.get("featureHash") in hidden:
                gone.add(thing["objectHash"])
            else:
                kept.append(thing)
        blob["objects"] = kept
        blob["classifications"] = [c for c in blob.get("classifications", ()) if c.get("featureHash") not in hidden]
    for name, answers in (
        ("object_answers", "classifications"),
        ("object_actions", "actions"),
        ("classification_answers", "classifications"),
    ):
        labels[name] = {
            key: {**entry, answers: _visible_answers(entry.get(answers) or (), hidden)}
            for key, entry in labels.get(name, {}).items()
            if key not in gone and entry.get("featureHash") not in hidden
        }
    return labels


def _visible_answers(answers: Iterable[dict[str, Any]], hidden: frozenset[str]) -> list[dict[str, Any]]:
    kept = []
    for answer in answers:
        if answer.get("featureHash") in hidden:
            continue
        chosen = answer.get("answers")
        if isinstance(chosen, list):
            answer["answers"] = [option for option in chosen if option.get("featureHash") not in hidden]
        kept.append(answer)
    return kept


def label_blobs(labels: dict[str, Any]) -> list[dict[str, Any]]:
    """Every `{"objects": [...], "classifications": [...]}` of a label-row dict, of units and of spaces."""
    blobs = []
    for holder in (*labels.get("data_units", {}).values(), *labels.get("spaces", {}).values()):
        content = holder.get("labels") or {}
        if "objects" in content or "classifications" in content:
            blobs.append(content)
        else:
            blobs.extend(content.values())
    return blobs
