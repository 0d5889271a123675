"""Our COCO file against one that the SDK's exporter made: every member of every image, category and annotation."""

import math
from collections.abc import Mapping
from typing import Any

from tests.export_coco.sdk_exporter import Coco, Raw, keyed

LEFT_OUT_BY_THE_SDK = {"circle", "ellipse", "cuboid_2d"}

_PLACE_OF_ITS_OWN = {"id", "image_id", "coco_url"}
"""Running numbers depend on the order, which an export from tables does not share; addresses are not stored."""


def differences(ours: Coco, theirs: Coco) -> list[str]:
    """Every difference, a line each; empty if the two say the same."""
    found = []
    categories = {category["id"]: category for category in ours["categories"]}
    for category in theirs["categories"]:
        own = dict(categories.pop(category["id"], {}))
        if category.get("keypoints", ()) is None:
            own["keypoints"] = None
        found += _members(f"category {category['name']}", own, category)
    found += [f"surplus category {category}" for category in categories.values()]
    found += _keyed("image", _images(ours), _images(theirs))
    shapes = {category["id"]: category["supercategory"] for category in ours["categories"]}
    annotations = {
        key: _without_numbers(annotation)
        for key, annotation in keyed(ours).items()
        if shapes[annotation["category_id"]] not in LEFT_OUT_BY_THE_SDK
    }
    expected = {key: _without_numbers(annotation) for key, annotation in keyed(theirs).items()}
    return found + _keyed("annotation", annotations, expected)


def _images(coco: Coco) -> dict[str, Raw]:
    return {image["file_name"]: _without_numbers(image) for image in coco["images"]}


def _without_numbers(entry: Raw) -> Raw:
    plain = {name: value for name, value in entry.items() if name not in _PLACE_OF_ITS_OWN}
    if "attributes" in plain:
        plain["attributes"] = {name: value for name, value in plain["attributes"].items() if name != "track_id"}
    return plain


def _keyed(what: str, ours: Mapping[Any, Raw], theirs: Mapping[Any, Raw]) -> list[str]:
    found = [f"missing {what} {key}" for key in theirs.keys() - ours.keys()]
    found += [f"surplus {what} {key}" for key in ours.keys() - theirs.keys()]
    for key in ours.keys() & theirs.keys():
        found += _members(f"{what} {key}", ours[key], theirs[key])
    return found


def _members(where: str, ours: Raw, theirs: Raw) -> list[str]:
    return [
        f"{where}: {name} is {ours.get(name)!r}, not {theirs.get(name)!r}"
        for name in sorted(ours.keys() | theirs.keys())
        if not _same(ours.get(name), theirs.get(name))
    ]


def _same(ours: object, theirs: object) -> bool:
    """Equal, but for the last digits of what was computed in another order."""
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(_same(ours[name], theirs[name]) for name in ours)
    if isinstance(ours, float) or isinstance(theirs, float):
        return (
            isinstance(ours, int | float)
            and isinstance(theirs, int | float)
            and math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-9)
        )
    return type(ours) is type(theirs) and ours == theirs
