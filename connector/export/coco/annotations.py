"""`export coco`: one branch of a project, or its consensus, as a COCO file.

The result equals that of the SDK's CocoExporter for the same label rows, except for the differences that
docs/export-coco.md lists. It is read bundle by bundle and written as a stream: memory does not grow with the project.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from connector.export.coco.answer_keys import ObjectAnswers
from connector.export.coco.chosen_label_rows import CocoWanted, chosen_label_rows, chosen_project
from connector.export.coco.document import CocoDocument
from connector.export.coco.images import CocoImage, PictureIndex, Place, units
from connector.export.coco.segmentations import CocoShape, coco_shape
from connector.load.contract.session import Session
from connector.load.questions.coco_consensus import Votes, majority_votes
from connector.load.questions.coco_rows import (
    PictureClass,
    PictureLabelRow,
    classes,
    picture_rows,
)
from connector.load.questions.user_condition import checked_condition
from connector.process.interruption import Interruption
from connector.runs.report import Report

BUNDLE_ROWS = 500
BUNDLE_ANNOTATIONS = 20_000
_SLICE = 5_000


@dataclass(slots=True)
class CocoWritten:
    """What was written, and what was not.

    Attributes:
        images: images in the document.
        annotations: annotations in the document.
        left_out: annotations that COCO has no form for, by the reason.
        no_majority: annotators' objects on frames that no majority decides, by the reason.
        waiting: data units that wait for their annotators, by consensus_state.
    """

    images: int = 0
    annotations: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    no_majority: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Unit:
    """One data unit while it is exported: its annotated images, and its votes if a majority decides."""

    images: dict[Place, tuple[int, CocoImage]]
    votes: Votes | None


def export_coco(
    session: Session,
    wanted: CocoWanted,
    out: BinaryIO,
    folder: Path | None,
    report: Report,
    interruption: Interruption,
) -> CocoWritten:
    """Write a COCO document, which shows the warehouse at one moment.

    Args:
        session: opened for reading.
        wanted: what to export.
        out: where to write.
        folder: where annotations wait until the images are written; the system's temporary folder if None.
        report: is told about progress.
        interruption: checked after each bundle of label rows.

    Raises:
        ConnectorError: CONFIGURATION if there is no such project or branch, or the condition cannot be used.
    """
    condition = checked_condition(wanted.where)
    written = CocoWritten()
    with session.transaction():
        project_hash, title = chosen_project(session, wanted.project_hash)
        rows = chosen_label_rows(session, project_hash, wanted, condition)
        written.waiting = rows.waiting
        known = classes(session, project_hash)
        branch = wanted.branch or "consensus"
        info = {"description": f"{title}, {branch}", **dict.fromkeys(_UNKNOWN)}
        with CocoDocument(out, info, folder) as document:
            writer = _Writer(session, project_hash, known, wanted, document, written)
            done = 0
            for bundle in _bundles(units(rows.rows)):
                interruption.check()
                writer.add(bundle, rows.by_majority)
                done += sum(len(unit) for unit in bundle)
                report.progress(title, done, len(rows.rows), document.annotations)
            document.end(writer.categories())
            written.images, written.annotations = document.images, document.annotations
    return written


_UNKNOWN = ("contributor", "date_created", "url", "version", "year")


def _bundles(of_units: Iterable[list[PictureLabelRow]]) -> Iterator[list[list[PictureLabelRow]]]:
    """Groups data units: enough for a query to be worthwhile, and few enough for their rows to fit in memory."""
    bundle: list[list[PictureLabelRow]] = []
    rows = annotations = 0
    for unit in of_units:
        expected = sum(row.annotation_count or 0 for row in unit)
        if bundle and (rows + len(unit) > BUNDLE_ROWS or annotations + expected > BUNDLE_ANNOTATIONS):
            yield bundle
            bundle, rows, annotations = [], 0, 0
        bundle.append(unit)
        rows += len(unit)
        annotations += expected
    if bundle:
        yield bundle


class _Writer:
    """Adds bundles of data units to a document."""

    def __init__(
        self,
        session: Session,
        project_hash: str,
        known: list[PictureClass],
        wanted: CocoWanted,
        document: CocoDocument,
        written: CocoWritten,
    ) -> None:
        self._session = session
        self._project_hash = project_hash
        self._classes = known
        self._wanted = wanted
        self._document = document
        self._written = written
        self._category_ids = {of_class.feature_hash: number for number, of_class in enumerate(known, start=1)}
        self._keypoint_names: dict[str, tuple[str, ...]] = {}
        self._tracks = 0

    def categories(self) -> Iterator[dict[str, Any]]:
        """One for each class, numbered in the ontology's order; skeletons get names of points if one was seen."""
        for of_class in self._classes:
            category: dict[str, Any] = {
                "supercategory": of_class.shape,
                "id": self._category_ids[of_class.feature_hash],
                "name": of_class.name,
            }
            if of_class.shape == "point":
                category |= {"keypoints": ["keypoint"], "skeleton": []}
            elif of_class.shape == "skeleton":
                names = self._keypoint_names.get(of_class.feature_hash, ())
                category |= {"keypoints": list(names), "skeleton": []}
            yield category

    def add(self, bundle: list[list[PictureLabelRow]], by_majority: set[str]) -> None:
        """Add the images and annotations of some data units."""
        rows = picture_rows(self._session, self._project_hash, [row for unit in bundle for row in unit])
        index = PictureIndex(rows, self._wanted.image_format)
        answers = ObjectAnswers(self._classes, rows.answers)
        for unit in bundle:
            data_hash = unit[0].data_hash
            annotations = rows.annotations.filter(pc.equal(rows.annotations["data_hash"], data_hash))
            votes = None
            if data_hash in by_majority:
                votes = majority_votes(self._session, self._project_hash, data_hash)
            images = self._images(unit, annotations, votes, index)
            self._annotations(annotations, _Unit(images, votes), answers)

    def _images(
        self, unit: list[PictureLabelRow], annotations: pa.Table, votes: Votes | None, index: PictureIndex
    ) -> dict[Place, tuple[int, CocoImage]]:
        if votes is None:
            spaces, frames = annotations["space_id"].to_pylist(), annotations["frame"].to_pylist()
            annotated = set(zip(spaces, frames, strict=True))
        else:
            annotated = {(space_id, frame) for _, space_id, frame, _ in votes.chosen}
        images = {}
        for place in index.places(unit, annotated):
            image = next((found for row in unit if (found := index.image(row, place))), None)
            if image is not None:
                number = self._document.add_image(image.members)
                if place in annotated:  # others are not needed again, and may be many
                    images[place] = (number, image)
        return images

    def _annotations(self, annotations: pa.Table, unit: _Unit, answers: ObjectAnswers) -> None:
        tracks: dict[tuple[str, str], int] = {}
        for batch in annotations.to_batches(max_chunksize=_SLICE):
            for row in batch.to_pylist():
                key = (row["label_hash"], row["space_id"], row["frame"], row["object_hash"])
                if unit.votes is not None and key not in unit.votes.chosen:
                    if key not in unit.votes.represented:
                        reason = "outvoted" if key in unit.votes.outvoted else "not compared"
                        self._written.no_majority[reason] += 1
                    continue
                image = unit.images.get((row["space_id"], row["frame"]))
                category_id = self._category_ids.get(row["feature_hash"])
                if image is None or category_id is None:
                    self._written.left_out[
                        "on no picture whose size and name are known" if image is None else "of no class"
                    ] += 1
                    continue
                shape = coco_shape(row, image[1].width, image[1].height)
                if shape is None:
                    self._written.left_out[row["ontology_shape"] or "unknown shape"] += 1
                    continue
                if shape.keypoint_names:
                    self._keypoint_names.setdefault(row["feature_hash"], shape.keypoint_names)
                # Hashes of objects are unique only within their label row: consensus copies objects.
                track = tracks.setdefault((row["label_hash"], row["object_hash"]), self._tracks + len(tracks) + 1)
                attributes = {
                    "track_id": track,
                    "encord_track_uuid": row["object_hash"],
                    "rotation": shape.rotation,
                    "classifications": answers.on_frame(
                        row["label_hash"], row["object_hash"], row["feature_hash"], row["space_id"], row["frame"]
                    ),
                    "manual_annotation": row["is_manual"],
                }
                if unit.votes is not None:
                    attributes["votes"], attributes["branches"] = unit.votes.chosen[key]
                self._document.add_annotation(self._annotation(image[0], category_id, shape, attributes))
        self._tracks += len(tracks)

    def _annotation(
        self, image_id: int, category_id: int, shape: CocoShape, attributes: dict[str, Any]
    ) -> dict[str, Any]:
        keypoints = shape.keypoints
        return {
            "area": shape.area,
            "bbox": shape.bbox,
            "category_id": category_id,
            "image_id": image_id,
            "iscrowd": int(shape.is_crowd and not self._wanted.never_crowd),
            "segmentation": shape.segmentation,
            "keypoints": keypoints,
            # Points outside the picture (visibility 0) do not count; if none counts, pycocotools leaves the
            # annotation out of an evaluation of keypoints.
            "num_keypoints": sum(visibility > 0 for visibility in keypoints[2::3]) if keypoints else 0,
            "attributes": {name: value for name, value in attributes.items() if value is not None},
        }
