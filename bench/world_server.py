"""The fake Encord server in a process of its own, so that what it costs is no part of what is measured.

    python -m bench.world_server '{"rows": 10, "annotations": 1000}' FOLDER

Writes the private key to FOLDER/key, prints one line of JSON (domain, project) when it serves, and then answers one
line of JSON to each line that it reads: `edit N` moves a box in N label rows spread over the project, `bytes` tells how
many bytes of labels the project holds, `save FOLDER` writes each label row's JSON to a file. It ends with its input.
"""

import json
import sys
from pathlib import Path
from typing import Any

from bench.large_worlds.scale import Scale, build_scale_world
from connector.sample import SampleProject, SampleServer


def main() -> None:
    """Serve the world that the arguments describe until the input ends."""
    described: dict[str, Any] = json.loads(sys.argv[1])
    folder = Path(sys.argv[2])
    scale = Scale(**{**described, "shapes": tuple(described.get("shapes", ("bounding_box",)))})
    world = build_scale_world(scale)
    project = world.projects[world.project_hash]
    (folder / "key").write_text(world.private_key)
    with SampleServer(world) as server:
        _say(domain=server.domain, project=world.project_hash)
        for line in sys.stdin:
            command, _, argument = line.strip().partition(" ")
            match command:
                case "edit":
                    _say(edited=edit_rows(project, int(argument)))
                case "bytes":
                    _say(bytes=sum(len(project.row(each).labels_json(frozenset())) for each in project.label_hashes))
                case "save":
                    _say(saved=save_labels(project, Path(argument)))
                case _:
                    raise ValueError(f"no command {command}")


def edit_rows(project: SampleProject, count: int) -> int:
    """Move one box, on its first frame, in so many label rows at even distances; returns how many."""
    label_hashes = project.label_hashes
    chosen = label_hashes[:: max(1, len(label_hashes) // count)][:count]
    for label_hash in chosen:
        row = project.row(label_hash)
        for unit in row.labels["data_units"].values():
            content = unit["labels"]
            frame, blob = (0, content) if "objects" in content else next((int(at), on) for at, on in content.items())
            box = next(drawn for drawn in blob["objects"] if "boundingBox" in drawn)
            project.move_box(label_hash, box["objectHash"], frame=frame)
        row.pack()  # as JSON again: dicts of thousands of rows would be held for nothing
    return len(chosen)


def save_labels(project: SampleProject, folder: Path) -> int:
    """Write the JSON of every label row as it is served; returns how many."""
    for number, label_hash in enumerate(project.label_hashes):
        (folder / f"{number:06d}.json").write_bytes(project.row(label_hash).labels_json(frozenset()))
    return len(project.label_hashes)


def _say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
