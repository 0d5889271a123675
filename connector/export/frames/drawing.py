"""Draws labels on an image: outlines in the colour of their class, transparent areas, and names."""

from collections import Counter
from collections.abc import Callable, Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any

from connector.geometry import pixel_shapes
from connector.geometry.pixel_shapes import Part, Point, Ring
from connector.geometry.run_lengths import require_size

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

Label = dict[str, Any]
"""A label, as `connector.load.questions.frame_labels` reads it."""
Colour = tuple[int, int, int]

AREA_OPACITY = 70
"""The opacity of polygons, out of 255: what is under them stays visible."""
MASK_OPACITY = 120
"""The opacity of bitmasks, which have no outline."""

LONGEST_TEXT = 200
"""How many characters of a name or an answer are drawn: an answer may be as long as a book."""

_NO_COLOUR = "#FF00FF"


class Canvas:
    """One image on which labels are drawn.

    Attributes:
        image: the image, RGB; changed in place.
        not_drawn: shapes that cannot be drawn in two dimensions, and how many there were.
    """

    def __init__(self, image: "Image", labelled_size: tuple[int, int] | None = None) -> None:
        """Takes an image.

        Args:
            image: the image, RGB.
            labelled_size: width and height in pixels of the frame that was labelled, if the image is a copy of another
                size; bitmasks are in pixels of that frame, all other shapes in fractions of it.
        """
        from PIL import ImageDraw, ImageFont

        self.image = image
        self.not_drawn: Counter[str] = Counter()
        self._size = image.size
        self._labelled_size = labelled_size or image.size
        self._pen = ImageDraw.Draw(image)
        self._stroke = max(2, round(min(image.size) / 360))
        self._font: FreeTypeFont | ImageFont.ImageFont = ImageFont.load_default(
            size=max(11, round(min(image.size) / 45))
        )
        self._notes = 0

    def draw(self, labels: Iterable[Label]) -> None:
        """Draw the objects of a frame, and write its classifications in the top left corner."""
        for label in labels:
            if label["label_kind"] == "classification":
                answer = label.get("classification_answer", "unanswered")
                self._note(f"{label.get('classification_name', '?')}: {answer}")
                continue
            shape = label.get("ontology_shape", "")
            anchor = self._drawn(shape, label)
            if anchor is None:
                self.not_drawn[shape or "unknown"] += 1
            else:
                self._name(str(label.get("object_name", "?")), anchor, _colour(label))

    def _drawn(self, shape: str, label: Label) -> Point | None:
        """Where the label's name goes; None if the shape cannot be drawn or read."""
        try:
            anchor = _SHAPES[shape](self, label, _colour(label))
        except (KeyError, IndexError, TypeError, ValueError, OverflowError):
            return None
        return anchor if anchor is not None and all(map(isfinite, anchor)) else None

    def _outline(self, ring: Ring, colour: Colour) -> Point:
        self._pen.line([*ring, ring[0]], fill=colour, width=self._stroke, joint="curve")
        return _top_left(ring)

    def _dot(self, point: Point, colour: Colour) -> None:
        radius = 1.5 * self._stroke
        box = (point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius)
        self._pen.ellipse(box, fill=colour, outline=(0, 0, 0))

    def _fill(self, areas: list[Part], colour: Colour) -> None:
        """Fills each part, except its holes."""
        from PIL import Image, ImageChops, ImageDraw

        covered = Image.new("L", self._size, 0)
        for outer, *holes in areas:
            part = Image.new("L", self._size, 0)
            brush = ImageDraw.Draw(part)
            brush.polygon(outer, fill=AREA_OPACITY)
            for hole in holes:
                brush.polygon(hole, fill=0)
            covered = ImageChops.lighter(covered, part)
        self.image.paste(colour, (0, 0), covered)

    def _box(self, label: Label, colour: Colour) -> Point:
        return self._outline(
            pixel_shapes.box(label["x"], label["y"], label["width"], label["height"], *self._size), colour
        )

    def _turned_box(self, label: Label, colour: Colour) -> Point:
        edges = (label["x"], label["y"], label["width"], label["height"], label["rotation"])
        return self._outline(pixel_shapes.turned_box(*edges, *self._size), colour)

    def _polygon(self, label: Label, colour: Colour) -> Point:
        areas = pixel_shapes.parts(label["geometry"], *self._size)
        areas = [[ring for ring in part if len(ring) > 1] for part in areas if len(part[0]) > 1]
        self._fill(areas, colour)
        for part in areas:
            for ring in part:
                self._outline(ring, colour)
        return _top_left([corner for part in areas for corner in part[0]])

    def _polyline(self, label: Label, colour: Colour) -> Point | None:
        points = pixel_shapes.line(label["geometry"], *self._size)
        if not points:
            return None
        self._pen.line(points, fill=colour, width=self._stroke, joint="curve")
        return _top_left(points)

    def _point(self, label: Label, colour: Colour) -> Point | None:
        if "x" not in label:  # in 3-D
            return None
        point = (label["x"] * self._size[0], label["y"] * self._size[1])
        self._dot(point, colour)
        return point

    def _skeleton(self, label: Label, colour: Colour) -> Point | None:
        """Draws its points, each in its own colour if it has one; the labels do not say which of them are joined."""
        points = []
        for joint in label["geometry"]:
            point = (joint["x"] * self._size[0], joint["y"] * self._size[1])
            self._dot(point, _parsed(joint.get("color"), colour))
            points.append(point)
        return _top_left(points) if points else None

    def _round(self, label: Label, colour: Colour) -> Point:
        return self._outline(pixel_shapes.ellipse(label["ontology_shape"], label["geometry"], *self._size), colour)

    def _cuboid(self, label: Label, colour: Colour) -> Point:
        front, back = pixel_shapes.cuboid_faces(label["geometry"], *self._size)
        self._outline(back, colour)
        for near, far in zip(front, back, strict=True):
            self._pen.line([near, far], fill=colour, width=self._stroke)
        return min(self._outline(front, colour), _top_left(back))

    def _bitmask(self, label: Label, colour: Colour) -> Point:
        from PIL import Image

        geometry = label["geometry"]
        left, top = geometry["left"], geometry["top"]
        require_size(geometry["width"], geometry["height"], *self._labelled_size)
        # Scaled, so that the mask is no larger than the image.
        scale_x, scale_y = self._size[0] / self._labelled_size[0], self._size[1] / self._labelled_size[1]
        size = (max(1, round(geometry["width"] * scale_x)), max(1, round(geometry["height"] * scale_y)))
        mask = Image.fromarray((pixel_shapes.mask_pixels(geometry, *size) * MASK_OPACITY).astype("uint8"))
        place = (round(left * scale_x), round(top * scale_y))
        self.image.paste(colour, place, mask)
        extent = mask.getbbox() or (0, 0, 0, 0)
        return place[0] + extent[0], place[1] + extent[1]

    def _name(self, text: str, anchor: Point, colour: Colour) -> None:
        text = text[:LONGEST_TEXT]
        left, top, right, bottom = self._font.getbbox(text)
        width, height = right - left + 4, bottom - top + 4
        x = min(max(0.0, anchor[0]), max(0.0, self._size[0] - width))
        y = max(0.0, anchor[1]) - height - self._stroke
        y = min(max(0.0, anchor[1]) + self._stroke if y < 0 else y, self._size[1] - height)
        self._pen.rectangle((x, y, x + width, y + height), fill=colour)
        red, green, blue = colour
        ink = (0, 0, 0) if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else (255, 255, 255)
        self._pen.text((x + 2 - left, y + 2 - top), text, fill=ink, font=self._font)

    def _note(self, text: str) -> None:
        """Writes a line in the top left corner, below earlier ones."""
        line = text[:LONGEST_TEXT].replace("\n", " ")
        left, _, right, _ = self._font.getbbox(line)
        height = self._font.getbbox("Åg")[3] + 4  # the same for every line
        y = self._notes * height
        self._notes += 1
        self._pen.rectangle((0, y, right - left + 6, y + height), fill=(0, 0, 0))
        self._pen.text((3 - left, y + 2), line, fill=(255, 255, 255), font=self._font)


_SHAPES: dict[str, Callable[[Canvas, Label, Colour], Point | None]] = {
    "bounding_box": Canvas._box,
    "rotatable_bounding_box": Canvas._turned_box,
    "polygon": Canvas._polygon,
    "polyline": Canvas._polyline,
    "point": Canvas._point,
    "skeleton": Canvas._skeleton,
    "circle": Canvas._round,
    "ellipse": Canvas._round,
    "cuboid_2d": Canvas._cuboid,
    "bitmask": Canvas._bitmask,
}
"""How to draw each shape; returns where its name goes, or None if the shape cannot be drawn."""


def _top_left(points: Iterable[Point]) -> Point:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys)


def _colour(label: Label) -> Colour:
    return _parsed(label.get("object_color"), _parsed(_NO_COLOUR, (255, 0, 255)))


def _parsed(text: str | None, otherwise: Colour) -> Colour:
    """`#RRGGBB` as three numbers; the given colour for any other form."""
    if text is None or len(text) != 7 or not text.startswith("#"):
        return otherwise
    try:
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
    except ValueError:
        return otherwise
