"""`export coco --consensus`: main where consensus was reached, else one object for each that most annotators drew."""

from pathlib import Path

from connector.load import Warehouse, open_warehouse
from tests.consensus.herd_of_three import Drawn, Label, add_herd, add_unit
from tests.export_coco.conftest import SampleProject, exported
from tests.export_coco.sdk_exporter import Coco, keyed
from tests.export_coco.test_command import url
from tests.sync.synced_warehouse import HeardReport
from tests.views.conftest import empty_file, engine, pytest_generate_tests

__all__ = ["empty_file", "engine", "pytest_generate_tests", "url"]

LARGE, MIDDLE, SMALL = (0.0, 0.0, 0.5, 0.5), (0.0, 0.0, 0.5, 0.4), (0.0, 0.0, 0.5, 0.3)
ELSEWHERE = (0.6, 0.6, 0.9, 0.9)
EVERYBODY = dict.fromkeys(("encord-a", "encord-b", "encord-c"), "COMPLETED")


def herd(warehouse: Warehouse) -> None:
    """One video in review, one decided, one half annotated, one outside of consensus, one closed with an empty main."""
    add_herd(warehouse)
    in_review: dict[str, list[Label] | None] = {
        "main": [],
        # The cow: a's and c's overlap by 3/5, b's lies between. What only a saw is nobody else's.
        "encord-a": [Drawn("A", LARGE), Drawn("lonely", ELSEWHERE), Drawn("A", LARGE, frame=4)],
        "encord-b": [Drawn("B", MIDDLE), Drawn("B", MIDDLE, frame=4)],
        # A line has no area: it is compared with nothing, and so no majority's.
        "encord-c": [Drawn("C", SMALL), Drawn("line", (0.1, 0.1, 0.5, 0.1))],
    }
    add_unit(warehouse, "review", "review", in_review, submitted=EVERYBODY)
    add_unit(
        warehouse,
        "decided",
        "done",
        {"main": [Drawn("A", LARGE)], "encord-a": [Drawn("A", LARGE)], "encord-b": [Drawn("B", MIDDLE)]},
        submitted={"encord-a": "COMPLETED", "encord-b": "COMPLETED"},
    )
    add_unit(
        warehouse,
        "waiting",
        "annotate",
        {"main": None, "encord-a": [Drawn("A", LARGE)], "encord-b": [Drawn("B", MIDDLE)]},
        submitted={"encord-a": "COMPLETED", "encord-b": "IN_PROGRESS"},
    )
    add_unit(warehouse, "plain", "done", {"main": [Drawn("P", LARGE, frame=2)]})
    closed: dict[str, list[Label] | None] = {
        "main": [],
        "encord-a": [Drawn("A", LARGE)],
        "encord-b": [Drawn("B", LARGE)],
    }
    add_unit(warehouse, "closed", "done", closed, submitted={"encord-a": "COMPLETED", "encord-b": "COMPLETED"})
    with warehouse.connection() as connection:
        connection.exec_driver_sql("UPDATE data_unit SET width = 100, height = 100")
        connection.exec_driver_sql(
            "UPDATE object_annotation SET x = x_min, y = y_min, width = x_max - x_min, height = y_max - y_min"
        )


def held(coco: Coco) -> dict[tuple[str, str], tuple[int, int] | None]:
    """File and object → votes and branches, or None for main's."""
    return {
        key: (entry["attributes"]["votes"], entry["attributes"]["branches"]) if "votes" in entry["attributes"] else None
        for key, entry in keyed(coco).items()
    }


def test_main_where_it_is_reached_and_majorities_where_not(url: str, tmp_path: Path) -> None:
    warehouse = open_warehouse(url)
    herd(warehouse)
    warehouse.close()
    report = HeardReport()
    coco = exported(url, tmp_path / "coco.json", report, branch=None)
    assert coco["info"]["description"] == "Herd, consensus"
    assert held(coco) == {
        ("videos/decided/0.jpg", "A"): None,
        ("videos/plain/2.jpg", "P"): None,
        ("videos/review/0.jpg", "B"): (3, 3),
        # Two of three on frame 4, equally close to each other: the first by label row.
        ("videos/review/4.jpg", "A"): (2, 3),
        ("videos/closed/0.jpg", "A"): (2, 2),
    }
    [undecided] = [event for event in report.events if event.name == "objects_without_majority"]
    assert dict(undecided.fields["no_majority"]) == {"outvoted": 1, "not compared": 1}
    [waiting] = [event for event in report.events if event.name == "data_units_waiting"]
    assert (waiting.level, dict(waiting.fields["waiting"])) == ("warning", {"annotating": 1})
    coco = exported(url, tmp_path / "coco.json", branch=None, where="data_hash <> 'review'")
    assert {key[0] for key in held(coco)} == {"videos/decided/0.jpg", "videos/plain/2.jpg", "videos/closed/0.jpg"}


def test_the_sample_project(sample: SampleProject, main: Coco, tmp_path: Path) -> None:
    consensus = exported(sample.url, tmp_path / "coco.json", branch=None)
    votes = held(consensus)
    by_majority = {key for key, counted in votes.items() if counted is not None}
    assert len(by_majority) > 50
    assert all(counted is None or 2 * counted[0] > counted[1] for counted in votes.values())
    assert votes.keys() - by_majority == keyed(main).keys(), "everything else is main's"
    titles = {
        image["video_title"] for image in consensus["images"] if (image["file_name"] in {k[0] for k in by_majority})
    }
    assert titles == {"calving-pen-002.mp4"}
