"""Data units of several parts: a data group of two cameras and a sound track, and a point-cloud scene of the barn."""

import math

from connector.geometry.run_lengths import encoded_runs
from connector.sample.farm.builder import ANNOTATORS, FarmBuilder
from connector.sample.farm.moving_shapes import Motion, box
from connector.sample.farm.ontology_pieces import Json, option_of
from connector.sample.world.label_pen import LabelPen, acted, answered
from connector.sample.world.randomness import label_hash_like

GROUP_FRAMES = 40
SCENE_FRAMES = 10


def add_multimodal(builder: FarmBuilder) -> None:
    """Add both to the project."""
    _parlour_group(builder)
    _barn_scene(builder)


def _video_space(layout_key: str, file_name: str) -> Json:
    return {
        "space_type": "video",
        "child_info": {"layout_key": layout_key, "file_name": file_name, "data_link": None},
        "number_of_frames": GROUP_FRAMES,
        "width": 1280,
        "height": 720,
        "data_duration": GROUP_FRAMES / 25,
        "data_fps": 25.0,
        "labels": {},
    }


def _parlour_group(builder: FarmBuilder) -> None:
    left, right = label_hash_like(builder.source), label_hash_like(builder.source)
    spaces = {
        left: _video_space("left-camera", "parlour-left.mp4"),
        right: _video_space("right-camera", "parlour-right.mp4"),
    }
    entry = builder.new_entry(
        "parlour, both cameras",
        "group",
        "group",
        "Review",
        number_of_frames=GROUP_FRAMES,
        frames_per_second=25.0,
        duration=GROUP_FRAMES / 25,
        spaces=spaces,
    )
    entry["data_link"] = None
    labels, pen = builder.opened(entry, ANNOTATORS[1])
    item, posture = builder.names.item("Cow"), builder.names.attribute("Cow", "Posture")
    for number in range(3):
        cow, motion = pen.new_hash(), Motion.wandering(pen.source)
        # The same cow is seen by both cameras: one object hash on two parts, seen from two sides.
        for side, space_id in ((0.0, left), (0.05, right)):
            signature = pen.signature()
            for frame in range(5 * number, GROUP_FRAMES):
                x, y = motion.at(frame)
                blob = labels["spaces"][space_id]["labels"].setdefault(
                    str(frame), {"objects": [], "classifications": []}
                )
                blob["objects"].append(pen.drawn(item, cow, box((x + side, y), 0.15, 0.2), signature))
        tag = answered(builder.names.attribute("Cow", "Ear tag number"), f"DE 09 6{number:05d}")
        labels["object_answers"][cow] = {"objectHash": cow, "classifications": [tag]}
        # As the SDK writes them: no action says to which part it applies.
        standing, lying = option_of(posture, "Standing"), option_of(posture, "Lying")
        actions = [acted(posture, [standing], [[5 * number, 19]]), acted(posture, [lying], [[20, GROUP_FRAMES - 1]])]
        labels["object_actions"][cow] = {"objectHash": cow, "actions": actions}
    note = answered(builder.names.question("Observer's note"), "milking begins")
    noted = pen.new_hash()
    placement = {left: {"range": [[3, 12]], "type": "frame"}}
    labels["classification_answers"][noted] = pen.classified(
        builder.names.item("Observer's note"), noted, [note], spaces=placement
    )
    builder.keep(entry, labels)


def _scan(index: int) -> Json:
    return {
        "space_type": "point_cloud",
        "scene_info": {"stream_id": "roof-lidar", "event_index": index, "uri": f"scans/roof-{index:03d}.pcd"},
        "labels": {"objects": [], "classifications": []},
    }


def _barn_scene(builder: FarmBuilder) -> None:
    scans = {f"scans/roof-{index:03d}.pcd": _scan(index) for index in range(SCENE_FRAMES)}
    entry = builder.new_entry(
        "barn in three dimensions", "scene", "scene", "Annotate", number_of_frames=SCENE_FRAMES, spaces=scans
    )
    entry["data_link"] = None
    labels, pen = builder.opened(entry, ANNOTATORS[2])
    frames = labels["data_units"][entry["data_hash"]]["labels"]
    item = builder.names.item("Barn post")
    for number in range(4):
        post, signature = pen.new_hash(), pen.signature()
        for frame in range(SCENE_FRAMES):
            cuboid = {
                "position": [2.5 * number, round(4 + 0.1 * math.sin(frame), 3), 1.5],
                "orientation": [0.0, 0.0, round(0.05 * number, 3)],
                "size": [0.25, 0.25, 3.0],
            }
            blob = frames.setdefault(str(frame), {"objects": [], "classifications": []})
            blob["objects"].append(pen.drawn(item, post, cuboid, signature))
        labels["object_answers"][post] = {"objectHash": post, "classifications": []}
    _segment_ground(builder, labels, pen, list(scans)[:3])
    builder.keep(entry, labels)


def _segment_ground(builder: FarmBuilder, labels: Json, pen: LabelPen, scans: list[str]) -> None:
    item, ground, signature = builder.names.item("Ground"), pen.new_hash(), pen.signature()
    for scan in scans:
        first = pen.source.randrange(50, 200)
        runs = [first, 300, 120, 450, 80, 200]
        labels["spaces"][scan]["labels"]["objects"].append(pen.drawn(item, ground, encoded_runs(runs), signature))
    surface = answered(builder.names.attribute("Ground", "Surface"), "slatted concrete")
    labels["object_answers"][ground] = {
        **pen.ranged(item, ground, [], [surface]),
        "spaces": {scan: {"range": [], "type": "frame"} for scan in scans},
    }
