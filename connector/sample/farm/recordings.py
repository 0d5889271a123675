"""What is labelled on ranges instead of frames: a sound recording, the vet's notes, a milk report as HTML."""

from typing import Any

from connector.sample.farm.builder import ANNOTATORS, FarmBuilder
from connector.sample.farm.ontology_pieces import option_of
from connector.sample.world.label_pen import LabelPen, answered

RECORDING_SECONDS = 90


def add_recordings(builder: FarmBuilder) -> None:
    """Add all of them to the project."""
    _barn_sound(builder)
    _visit_notes(builder)
    _milk_report(builder)


def _barn_sound(builder: FarmBuilder) -> None:
    entry = builder.new_entry(
        "barn-night.wav",
        "audio",
        "audio/wav",
        "Review",
        duration=float(RECORDING_SECONDS),
        audio_codec="pcm_s16le",
        audio_sample_rate=44_100,
        audio_bit_depth=16,
        audio_num_channels=2,
    )
    labels, pen = builder.opened(entry, ANNOTATORS[0])
    names = builder.names
    kind, who = names.attribute("Call", "Kind of call"), names.attribute("Call", "Who")
    start = 0
    for number in range(8):
        start += pen.source.randrange(3_000, 9_000)
        length = pen.source.randrange(400, 2_500)
        ranges = [[start, start + length]]
        if number % 3 == 0:
            ranges.append([start + length + 700, start + length + 1_100])
        call = pen.new_hash()
        answers = [answered(kind, [pen.source.choice(kind["options"])])]
        if number % 2:
            answers.append(answered(who, f"stall {number}"))
        labels["object_answers"][call] = pen.ranged(names.item("Call"), call, ranges, answers)
    note = names.question("Observer's note")
    whole = pen.new_hash()
    labels["classification_answers"][whole] = pen.classified(
        names.item("Observer's note"), whole, [answered(note, "quiet night, one cough")]
    )
    builder.keep(entry, labels)


def _visit_notes(builder: FarmBuilder) -> None:
    entry = builder.new_entry("vet-visit-2025-02-20.txt", "plain_text", "text/plain", "Complete")
    labels, pen = builder.opened(entry, ANNOTATORS[1])
    names = builder.names
    urgency = names.attribute("Finding", "Urgency")
    for number, ranges in enumerate([[[12, 48]], [[103, 140], [141, 155]], [[300, 371]]]):
        finding = pen.new_hash()
        answers = [answered(urgency, [urgency["options"][number]])]
        labels["object_answers"][finding] = pen.ranged(names.item("Finding"), finding, ranges, answers)
    _document_kind(builder, labels, pen, "Visit report")
    builder.keep(entry, labels)


def _milk_report(builder: FarmBuilder) -> None:
    entry = builder.new_entry("milk-record-february.html", "plain_text", "text/html", "Annotate")
    labels, pen = builder.opened(entry, ANNOTATORS[2])
    item = builder.names.item("Finding")
    for row in (3, 11):
        finding = pen.new_hash()
        spoken = {
            "start": {"xpath": f"/html/body/table/tbody/tr[{row}]/td[2]/text()", "offset": 0},
            "end": {"xpath": f"/html/body/table/tbody/tr[{row}]/td[5]/text()", "offset": 6},
        }
        labels["object_answers"][finding] = {**pen.ranged(item, finding, [], []), "range_html": [spoken]}
    _document_kind(builder, labels, pen, "Milk record")
    builder.keep(entry, labels)


def _document_kind(builder: FarmBuilder, labels: dict[str, Any], pen: LabelPen, kind: str) -> None:
    question = builder.names.question("Kind of document")
    whole = pen.new_hash()
    labels["classification_answers"][whole] = pen.classified(
        builder.names.item("Kind of document"), whole, [answered(question, [option_of(question, kind)])]
    )
