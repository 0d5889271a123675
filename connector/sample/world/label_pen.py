"""Puts labels into a label-row dict in the way the editor does: objects on frames, answers, classifications."""

import datetime
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from connector.sample.world.clock import label_time
from connector.sample.world.randomness import feature_hash_like

Json = dict[str, Any]

GEOMETRY_KEYS = {
    "bounding_box": "boundingBox",
    "rotatable_bounding_box": "rotatableBoundingBox",
    "polygon": "polygon",
    "polyline": "polyline",
    "point": "point",
    "skeleton": "skeleton",
    "bitmask": "bitmask",
    "circle": "circle",
    "ellipse": "ellipse",
    "cuboid": "cuboid",
    "cuboid_2d": "cuboid_2d",
    "segmentation": "segmentation",
}


def snake(name: str) -> str:
    """The `value` that Encord derives from a name."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


class LabelPen:
    """Somebody who labels at some time: signs labels with an e-mail address and a time."""

    def __init__(self, source: random.Random, email: str, moment: datetime.datetime) -> None:
        self.source = source
        self.email = email
        self.moment = moment

    def signature(self) -> Json:
        """The author fields; each use is a few seconds later than the last."""
        self.moment += datetime.timedelta(seconds=self.source.randint(1, 9))
        stamp = label_time(self.moment)
        return {"createdAt": stamp, "createdBy": self.email, "lastEditedAt": stamp, "lastEditedBy": self.email}

    def new_hash(self) -> str:
        """A hash for a new object or classification."""
        return feature_hash_like(self.source)

    def drawn(
        self, item: Json, object_hash: str, geometry: object, signature: Json | None = None, **more: object
    ) -> Json:
        """One object on one frame: the class's name, colour and shape, its hash, author and geometry."""
        drawn = {
            "name": item["name"],
            "color": item["color"],
            "shape": item["shape"],
            "value": snake(item["name"]),
            "confidence": 1.0,
            "objectHash": object_hash,
            "featureHash": item["featureNodeHash"],
            "manualAnnotation": True,
            **(signature or self.signature()),
            GEOMETRY_KEYS[item["shape"]]: geometry,
            **more,
        }
        if item["shape"] == "polygon" and isinstance(geometry, dict):
            ring = [coordinate for point in geometry.values() for coordinate in (point["x"], point["y"])]
            drawn["polygons"] = [[ring]]
        return drawn

    def ranged(self, item: Json, object_hash: str, ranges: Sequence[Sequence[int]], answers: Sequence[Json]) -> Json:
        """An object on ranges (audio, text), which is only in `object_answers`."""
        return {
            "objectHash": object_hash,
            "classifications": list(answers),
            "range": [list(each) for each in ranges],
            "manualAnnotation": True,
            "featureHash": item["featureNodeHash"],
            "name": item["name"],
            "color": item["color"],
            "shape": item["shape"],
            "value": snake(item["name"]),
            **self.signature(),
        }

    def classified(
        self,
        item: Json,
        classification_hash: str,
        answers: Sequence[Json],
        ranges: Sequence[Sequence[int]] = (),
        spaces: Mapping[str, Json] | None = None,
    ) -> Json:
        """A classification: its answers and its frames, or no frames for a whole file."""
        return {
            "classificationHash": classification_hash,
            "featureHash": item["featureNodeHash"],
            "spaces": dict(spaces or {}),
            "classifications": list(answers),
            "range": [list(each) for each in ranges],
            **self.signature(),
            "confidence": 1.0,
            "manualAnnotation": True,
        }


def answered(attribute: Json, chosen: str | float | Sequence[Json]) -> Json:
    """An answer to an attribute: text, a number, or the options that are ticked."""
    answers: object = chosen
    if not isinstance(chosen, str | int | float):
        answers = [
            {"name": option["label"], "value": option["value"], "featureHash": option["featureNodeHash"]}
            for option in chosen
        ]
    return {
        "name": attribute["name"],
        "value": snake(attribute["name"]),
        "answers": answers,
        "featureHash": attribute["featureNodeHash"],
        "manualAnnotation": True,
    }


def acted(attribute: Json, chosen: str | float | Sequence[Json], ranges: Sequence[Sequence[int]]) -> Json:
    """An answer to a dynamic attribute, on ranges of frames."""
    return {
        **answered(attribute, chosen),
        "dynamic": True,
        "range": [list(each) for each in ranges],
        "shouldPropagate": False,
        "trackHash": None,
    }
