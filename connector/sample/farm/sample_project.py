"""The sample project: a dairy herd, labelled by a small team; the same for the same seed and size."""

from connector.sample.farm.builder import ANNOTATORS, FarmBuilder, SampleSize
from connector.sample.farm.consensus_videos import add_consensus
from connector.sample.farm.multimodal import add_multimodal
from connector.sample.farm.predictions import add_predictions
from connector.sample.farm.recordings import add_recordings
from connector.sample.farm.stills import add_stills
from connector.sample.farm.two_weeks import add_work
from connector.sample.farm.videos import VideoDrawing
from connector.sample.world.randomness import seeded_random
from connector.sample.world.world import SampleWorld

SIZES = {
    "small": SampleSize(videos=5, frames=100, cows=4, consensus_frames=40),
    "medium": SampleSize(videos=20, frames=250, cows=7, consensus_frames=120),
    "large": SampleSize(videos=60, frames=500, cows=8, consensus_frames=240),
}
CAMERAS = ("north", "east", "parlour", "yard")


def build_sample_world(size: str | SampleSize = "small", seed: object = 7) -> SampleWorld:
    """A world with the dairy project, of about 6,000 (small), 50,000 (medium) or 300,000 (large) annotations.

    Counts may define another size.

    Raises:
        KeyError: No such size.
    """
    counts = SIZES[size] if isinstance(size, str) else size
    builder = FarmBuilder(SampleWorld(seed), counts, seeded_random(seed, "farm"))
    for number in range(1, builder.size.videos + 1):
        _add_barn_video(builder, number)
    builder.keep(builder.video_entry("barn-north-night.mp4", builder.size.frames, "Annotate"), None)
    add_stills(builder)
    add_recordings(builder)
    add_multimodal(builder)
    add_consensus(builder)
    add_predictions(builder, f"barn-{CAMERAS[3]}-003.mp4")
    add_work(builder)
    return builder.finish(
        "Meadowbrook dairy herd",
        "Behaviour and health of a dairy herd, from barn cameras, ultrasound, sound and notes",
    )


def _add_barn_video(builder: FarmBuilder, number: int) -> None:
    stage = ("Complete", "Review", "Annotate")[number % 3]
    entry = builder.video_entry(f"barn-{CAMERAS[number % 4]}-{number:03d}.mp4", builder.size.frames, stage)
    labels, pen = builder.opened(entry, ANNOTATORS[number % 3])
    drawing = VideoDrawing(labels, entry, builder.names, pen)
    for cow in range(1, builder.size.cows + 1):
        drawing.cow(cow)
    drawing.surroundings()
    builder.keep(entry, labels)
