"""Generates label rows of audio, text, HTML and time series: objects on ranges, classifications on the whole file."""

from encord.objects import ClassificationInstance, LabelRowV2, ObjectInstance
from encord.objects.coordinates import AudioCoordinates, HtmlCoordinates, TextCoordinates, TimeRangeCoordinates
from encord.objects.frames import Range, Ranges
from encord.objects.html_node import HtmlNode, HtmlRange
from hypothesis import strategies as st

from tests.parity.drawn_metadata import AUTHORSHIPS
from tests.parity.raw_rows import GeneratedRow, empty_labels, listing_entry, written
from tests.parity.sdk_row import load_sdk_row
from tests.parity.strategies_answers import set_static_answers
from tests.parity.strategies_ontology import editors, feature_hash

RangeCoordinates = AudioCoordinates | HtmlCoordinates | TextCoordinates | TimeRangeCoordinates

SHAPES = {"audio": "audio", "plain_text": "text", "html": "text", "time_series": "time_range"}


@st.composite
def ranges(draw: st.DrawFn, longest: int = 60) -> Ranges:
    """Ranges in any order, overlapping and adjacent ones among them."""
    bounds = st.lists(st.integers(min_value=0, max_value=longest), min_size=2, max_size=2).map(sorted)
    return [Range(start, end) for start, end in draw(st.lists(bounds, min_size=1, max_size=4))]


_NODES = st.builds(
    HtmlNode,
    xpath=st.sampled_from(["/html[1]/body[1]/p[1]/text()[1]", "/html[1]/body[1]"]),
    offset=st.integers(min_value=0, max_value=50),
)
HTML_RANGES = st.lists(st.builds(HtmlRange, start=_NODES, end=_NODES), min_size=1, max_size=3)


@st.composite
def rows_on_ranges(draw: st.DrawFn, kind: str) -> GeneratedRow:
    """A label row of audio, plain_text, html or time_series, with its labels on the row itself."""
    editor = draw(editors((SHAPES[kind],)))
    data_type = "plain_text" if kind == "html" else kind
    entry = listing_entry(data_type, frames=1, media_type="text/html" if kind == "html" else None)
    row = load_sdk_row(entry, empty_labels(entry), editor)
    numbers = iter(range(1000, 2000))
    for object_class in row.ontology_structure.objects:
        for _ in range(draw(st.integers(min_value=0, max_value=2))):
            instance = ObjectInstance(object_class, object_hash=feature_hash(next(numbers)))
            instance.object_number = draw(st.none() | st.integers(min_value=0, max_value=99))
            instance.set_for_frames(draw(_coordinates(kind)), **draw(AUTHORSHIPS))
            set_static_answers(draw, instance)
            row.add_object_instance(instance)
    _place_classifications(draw, row)
    return written(row, entry, editor)


def _coordinates(kind: str) -> st.SearchStrategy[RangeCoordinates]:
    if kind == "html":
        return st.builds(HtmlCoordinates, range=HTML_RANGES)
    if kind == "audio":
        return st.builds(AudioCoordinates, range=ranges())
    return st.builds(TextCoordinates if kind == "plain_text" else TimeRangeCoordinates, range=ranges())


def _place_classifications(draw: st.DrawFn, row: LabelRowV2) -> None:
    for number, classification in enumerate(row.ontology_structure.classifications, 5000):
        if draw(st.booleans()):
            instance = ClassificationInstance(classification, classification_hash=feature_hash(number), range_only=True)
            # On the whole file, which the SDK writes as frame 0; rarely on real ranges.
            placed: Ranges | int = draw(st.just(0) | ranges())
            instance.set_for_frames(placed, **draw(AUTHORSHIPS))
            set_static_answers(draw, instance)
            row.add_classification_instance(instance)
