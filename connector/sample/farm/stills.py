"""Single images, an image group, an ultrasound series (DICOM) and a scanned report (PDF)."""

from collections.abc import Callable

from connector.sample.farm.builder import ANNOTATORS, FarmBuilder
from connector.sample.farm.moving_shapes import blob_outline, box, ellipse, points
from connector.sample.farm.ontology_pieces import Json, OntologyNames, option_of
from connector.sample.farm.videos import VideoDrawing
from connector.sample.world.label_pen import LabelPen, answered
from connector.sample.world.randomness import label_hash_like

IMAGE_COUNT = 6
GROUP_SIZE = 8
SLICE_COUNT = 24


def add_stills(builder: FarmBuilder) -> None:
    """Add all of them to the project."""
    for number in range(1, IMAGE_COUNT + 1):
        _pasture_image(builder, number)
    _milking_parlour_group(builder)
    _ultrasound(builder)
    _inspection_report(builder)


def draw_cow(names: OntologyNames, pen: LabelPen, labels: Json, blob: Json, number: int) -> str:
    """One cow on one image, with a few static answers; returns its hash."""
    cow = pen.new_hash()
    centre = pen.source.uniform(0.2, 0.8), pen.source.uniform(0.3, 0.7)
    geometry = box(centre, pen.source.uniform(0.1, 0.2), pen.source.uniform(0.1, 0.25))
    blob["objects"].append(pen.drawn(names.item("Cow"), cow, geometry))
    coat = names.attribute("Cow", "Coat")
    answers = [
        answered(coat, [pen.source.choice(coat["options"])]),
        answered(names.attribute("Cow", "Ear tag number"), f"DE 09 5{number:05d}"),
    ]
    labels["object_answers"][cow] = {"objectHash": cow, "classifications": answers}
    return cow


def _classify(
    names: OntologyNames, pen: LabelPen, labels: Json, question: str, ranges: list[list[int]], answer: Json
) -> None:
    classification_hash = pen.new_hash()
    labels["classification_answers"][classification_hash] = pen.classified(
        names.item(question), classification_hash, [answer], ranges
    )


def _pasture_image(builder: FarmBuilder, number: int) -> None:
    entry = builder.new_entry(f"pasture-{number:02d}.jpg", "image", "image/jpeg", "Complete", width=4000, height=3000)
    if number == IMAGE_COUNT:
        builder.keep(entry, None)
        return
    labels, pen = builder.opened(entry, ANNOTATORS[number % 3])
    names = builder.names
    blob = labels["data_units"][entry["data_hash"]]["labels"]
    for cow in range(1 + number % 4):
        draw_cow(names, pen, labels, blob, 10 * number + cow)
    # A part with a hole, and a second part: only `polygons` can hold this.
    area = pen.drawn(names.item("Lying area"), pen.new_hash(), points(blob_outline((0.4, 0.6), 0.12, 12, 0.1)))
    rings = [blob_outline((0.4, 0.6), 0.12, 12, 0.1), blob_outline((0.4, 0.6), 0.04, 6, 0.0)]
    second = blob_outline((0.8, 0.8), 0.05, 8, 0.0)
    area["polygons"] = [[_flat(ring) for ring in rings], [_flat(second)]]
    blob["objects"].append(area)
    labels["object_answers"][area["objectHash"]] = {"objectHash": area["objectHash"], "classifications": []}
    light = names.question("Barn light")
    _classify(names, pen, labels, "Barn light", [[0, 0]], answered(light, [option_of(light, "Daylight")]))
    builder.keep(entry, labels)


def _flat(ring: list[tuple[float, float]]) -> list[float]:
    return [round(coordinate, 4) for point in ring for coordinate in point]


def _milking_parlour_group(builder: FarmBuilder) -> None:
    images = [
        {
            "index": index,
            "title": f"parlour-stall-{index + 1}.png",
            "file_type": "image/png",
            "height": 720 + 60 * (index % 3),
            "width": 1280,
            "image_hash": label_hash_like(builder.source),
        }
        for index in range(GROUP_SIZE)
    ]
    entry = builder.new_entry(
        "parlour-stalls",
        "img_group",
        None,
        "Review",
        number_of_frames=GROUP_SIZE,
        width=1280,
        height=720,
        images_data=images,
    )
    labels, pen = builder.opened(entry, ANNOTATORS[0])
    units = list(labels["data_units"].items())
    for number, (_, unit) in enumerate(units):
        draw_cow(builder.names, pen, labels, unit["labels"], number)
    # The order of the dict is not the order of the frames.
    builder.source.shuffle(units)
    labels["data_units"] = dict(units)
    count = builder.names.question("Cows in view")
    _classify(builder.names, pen, labels, "Cows in view", [[0, GROUP_SIZE - 1]], answered(count, 1))
    builder.keep(entry, labels)


def _ultrasound(builder: FarmBuilder) -> None:
    entry = builder.new_entry(
        "ovary scan, cow 0412",
        "dicom",
        "application/dicom",
        "Review",
        number_of_frames=SLICE_COUNT,
        width=640,
        height=480,
    )
    entry["data_link"] = None
    labels, pen = builder.opened(entry, ANNOTATORS[2])
    drawing = VideoDrawing(labels, entry, builder.names, pen)
    side = builder.names.attribute("Ovary", "Side")
    ovary = drawing.place(
        "Ovary", 4, 19, lambda slice_: points(blob_outline((0.5, 0.5), 0.1 + 0.002 * slice_, 16, 0.05))
    )
    drawing.answer(ovary, answered(side, [option_of(side, "Left")]))
    for number in range(3):
        first = 6 + 2 * number
        follicle = drawing.place("Follicle", first, first + 5, _follicle(number))
        drawing.answer(follicle, answered(builder.names.attribute("Follicle", "Diameter (mm)"), 6.5 + 3 * number))
    note = builder.names.question("Observer's note")
    drawing.classify("Observer's note", [[6, 15]], answered(note, "three follicles, the largest in slices 10 to 15"))
    builder.keep(entry, labels)


def _follicle(number: int) -> Callable[[int], object]:
    centre, radius = (0.42 + 0.07 * number, 0.48 + 0.03 * number), 0.02 + 0.005 * number
    return lambda slice_: ellipse(centre, radius, 1.2 * radius, 2.0 * slice_)


def _inspection_report(builder: FarmBuilder) -> None:
    entry = builder.new_entry("herd-inspection-march.pdf", "pdf", "application/pdf", "Annotate", number_of_frames=4)
    labels, pen = builder.opened(entry, ANNOTATORS[1])
    drawing = VideoDrawing(labels, entry, builder.names, pen)
    drawing.place(
        "Lying area", 1, 2, lambda page: points([(0.1, 0.1 * page), (0.9, 0.1 * page), (0.9, 0.1 * page + 0.05)])
    )
    kind = builder.names.question("Kind of document")
    drawing.classify("Kind of document", [[0, 3]], answered(kind, [option_of(kind, "Visit report")]))
    builder.keep(entry, labels)
