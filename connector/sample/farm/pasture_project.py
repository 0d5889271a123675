"""A second project of the farm, in the plain workflow: annotate, review, done; a drone's pictures and one flight."""

from connector.sample.farm.builder import ANNOTATORS, FarmBuilder, SampleSize
from connector.sample.farm.stills import draw_cow
from connector.sample.farm.two_weeks import add_work
from connector.sample.farm.videos import VideoDrawing
from connector.sample.world.randomness import seeded_random
from connector.sample.world.world import SampleWorld

PASTURE_PROJECT_HASH = "0a1b2c3d-0000-4000-8000-000000000000"
"""The project that the pages of the docs name, so that their commands find one."""
PASTURE_TITLE = "Hilltop pasture survey"
PLAIN_STAGES = (("ANNOTATION", "Annotate"), ("REVIEW", "Review"), ("DONE", "Complete"))
NOT_OPENED = "drone-12.jpg"
_PICTURES = 12
_FLIGHT_FRAMES = 50


def add_pasture_project(world: SampleWorld) -> None:
    """Serve the survey of the pasture beside the projects that a world has."""
    size = SampleSize(videos=1, frames=_FLIGHT_FRAMES, cows=3, consensus_frames=0)
    builder = FarmBuilder(world, size, seeded_random(world.seed, "pasture"), PLAIN_STAGES, "Drone flights 2025")
    for number in range(1, _PICTURES + 1):
        _add_picture(builder, number)
    _add_flight(builder)
    add_work(builder)
    builder.finish(PASTURE_TITLE, "How many cows are where on the pasture, from the air", PASTURE_PROJECT_HASH)


def _add_picture(builder: FarmBuilder, number: int) -> None:
    """A picture in one of the three stages; the last one was never opened."""
    title = f"drone-{number:02d}.jpg"
    stage = "Annotate" if title == NOT_OPENED else ("Complete", "Review", "Annotate")[number % 3]
    entry = builder.new_entry(title, "image", "image/jpeg", stage, width=4000, height=3000)
    if title == NOT_OPENED:
        builder.keep(entry, None)
        return
    labels, pen = builder.opened(entry, ANNOTATORS[number % 3])
    for cow in range(1 + number % 5):
        draw_cow(builder.names, pen, labels, labels["data_units"][entry["data_hash"]]["labels"], 10 * number + cow)
    builder.keep(entry, labels)


def _add_flight(builder: FarmBuilder) -> None:
    entry = builder.video_entry("drone-flight-01.mp4", builder.size.frames, "Review")
    labels, pen = builder.opened(entry, ANNOTATORS[0])
    drawing = VideoDrawing(labels, entry, builder.names, pen)
    for cow in range(1, builder.size.cows + 1):
        drawing.cow(cow)
    builder.keep(entry, labels)
