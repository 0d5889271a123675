"""The labels of the rows that `scale` makes: objects of chosen shapes that wander over the frames."""

import random
from collections.abc import Sequence

from connector.geometry.run_lengths import encoded_runs, run_lengths
from connector.sample.farm.moving_shapes import (
    Motion,
    bitmask,
    blob_outline,
    box,
    circle,
    ellipse,
    gait_skeleton,
    points,
    rotatable_box,
    wagon,
)
from connector.sample.farm.ontology_pieces import Json, OntologyNames
from connector.sample.world.clock import START
from connector.sample.world.data_units import blank_labels
from connector.sample.world.label_pen import LabelPen, acted, answered
from connector.sample.world.randomness import feature_hash_like

CLASS_NAMES = {
    "bounding_box": "Cow",
    "rotatable_bounding_box": "Feed trough",
    "polygon": "Lying area",
    "polyline": "Fence",
    "point": "Ear tag",
    "skeleton": "Gait",
    "bitmask": "Udder",
    "circle": "Water bowl",
    "ellipse": "Muzzle",
    "cuboid_2d": "Feed wagon",
}


class ScaleDrawing:
    """Draws the labels of one template row.

    Attributes:
        mark: What starts every object hash, to be replaced row by row.
        dynamic_frames: Frames between two changes of a dynamic answer; 0: one change, half-way.
    """

    def __init__(
        self, names: OntologyNames, source: random.Random, mark: str, polygon_points: int, dynamic_frames: int
    ) -> None:
        self.names = names
        self.source = source
        self.mark = mark
        self.polygon_points = polygon_points
        self.dynamic_frames = dynamic_frames
        self.joints = [feature_hash_like(source) for _ in range(7)]

    def labels(self, entry: Json, shapes: Sequence[str], objects: int, annotations: int, *, with_answers: bool) -> Json:
        """The label-row dict: that many objects and annotations, shapes in turn.

        Raises:
            KeyError: A shape that is not made here.
        """
        labels = blank_labels(entry)
        unit = labels["data_units"][entry["data_hash"]]
        pen = LabelPen(self.source, "amelie.fischer@example.com", START)
        for number in range(min(objects, annotations)):
            shape = shapes[number % len(shapes)]
            item = self.names.item(CLASS_NAMES[shape])
            object_hash = f"{self.mark}{number:04d}"
            motion, size, signature = Motion.wandering(self.source), self.source.uniform(0.05, 0.15), pen.signature()
            for frame in range(annotations // objects + (number < annotations % objects)):
                geometry = self._geometry(shape, motion.at(frame), size, frame)
                _blob(unit["labels"], frame)["objects"].append(pen.drawn(item, object_hash, geometry, signature))
            labels["object_answers"][object_hash] = {"objectHash": object_hash, "classifications": []}
            if with_answers and shape == "bounding_box":
                self._answer(labels, object_hash, max(1, annotations // objects))
        return labels

    def _geometry(self, shape: str, centre: tuple[float, float], size: float, frame: int) -> object:
        match shape:
            case "bounding_box":
                return box(centre, size, size * 1.3)
            case "rotatable_bounding_box":
                return rotatable_box(centre, size, size * 1.3, frame % 360)
            case "polygon" | "polyline":
                return points(blob_outline(centre, size, self.polygon_points, 0.1))
            case "point":
                return points([centre])
            case "skeleton":
                return gait_skeleton(centre, size, frame / 4, self.joints)
            case "bitmask":
                return bitmask(centre, size / 2, 1920, 1080)
            case "circle":
                return circle(centre, size / 2)
            case "ellipse":
                return ellipse(centre, size, size / 2, frame % 90)
            case _:
                return wagon(centre, size, size)

    def _answer(self, labels: Json, object_hash: str, frames: int) -> None:
        coat, posture = self.names.attribute("Cow", "Coat"), self.names.attribute("Cow", "Posture")
        tag = self.names.attribute("Cow", "Ear tag number")
        labels["object_answers"][object_hash]["classifications"] = [
            answered(coat, [self.source.choice(coat["options"])]),
            answered(tag, f"DE 09 {self.source.randrange(10**6):06d}"),
        ]
        span = self.dynamic_frames or max(1, frames - frames // 2)
        # Each of two answers holds on every other span: an answer is one action with all its ranges, as in the editor.
        ranges: list[list[list[int]]] = [[], []]
        for number, first in enumerate(range(0, frames, span)):
            ranges[number % 2].append([first, min(first + span, frames) - 1])
        actions = [
            acted(posture, [option], held) for option, held in zip(posture["options"], ranges, strict=False) if held
        ]
        labels["object_actions"][object_hash] = {"objectHash": object_hash, "actions": actions}


def seen_by_another(labels: Json, branch_name: str, source: random.Random) -> Json:
    """Labels as another annotator would have drawn them, changed in place: every shape a little off.

    Args:
        labels: The label-row dict.
        branch_name: The annotator's branch.
        source: Of the differences.
    """
    labels["branch_name"] = branch_name
    for unit in labels["data_units"].values():
        content = unit["labels"]
        for blob in [content] if "objects" in content else content.values():
            for drawn in blob["objects"]:
                _move(drawn, source.gauss(0, 0.004), source.gauss(0, 0.004))
    return labels


def _move(drawn: Json, x: float, y: float) -> None:
    """Move what is drawn by a share of the frame; a bitmask by as many pixels, to the right or left."""
    kind = str(drawn["shape"])
    shape: Json = drawn[_GEOMETRY_KEYS.get(kind, kind)]
    match shape:
        case {"rleString": text}:
            runs = run_lengths(text).tolist()
            step = max(-runs[0], min(round(x * shape["width"]), runs[-1]))
            shape["rleString"] = encoded_runs([runs[0] + step, *runs[1:-1], runs[-1] - step])
        case {"front": corners}:
            shape["front"] = [round(corner + (y if place % 2 else x), 4) for place, corner in enumerate(corners)]
        case {"x": _, "y": _}:
            shape["x"], shape["y"] = round(shape["x"] + x, 4), round(shape["y"] + y, 4)
        case _:
            for point in shape.values():
                point["x"], point["y"] = round(point["x"] + x, 4), round(point["y"] + y, 4)


_GEOMETRY_KEYS = {"bounding_box": "boundingBox", "rotatable_bounding_box": "rotatableBoundingBox"}


def _blob(content: Json, frame: int) -> Json:
    if "objects" in content:
        return content
    blob: Json = content.setdefault(str(frame), {"objects": [], "classifications": []})
    return blob
