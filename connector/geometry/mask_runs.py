"""The set pixels of many row-major masks, as runs: where they lie is worked out for all at once, and without pixels."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from connector.geometry.run_lengths import Flags, many_run_lengths, offsets_of

Integers = npt.NDArray[np.int64]

_PIECES_AT_ONCE = 1 << 18
"""Pieces of rows that are held: a mask of a few characters may have one per row of its frame."""


class MaskRuns:
    """The runs of set pixels of many masks.

    Attributes:
        owners: the mask that each run is of; the runs are in the masks' order.
        starts: the first pixel of each run, counted along the rows of its mask.
        ends: one past its last.
        offsets: where the runs of each mask begin, and at last where all end.
        widths: of the masks.
        is_mask: of each mask, whether its string is of the code and within its size; one that is not has no runs.
    """

    def __init__(self, texts: Sequence[str], widths: Integers, heights: Integers) -> None:
        """Reads the run lengths.

        Args:
            texts: the run lengths of each mask.
            widths: of each, in pixels; 0 or more.
            heights: as above.
        """
        runs = many_run_lengths(texts)
        owners = runs.owners
        bounds = offsets_of(runs.pairs.ravel())  # of zeros, ones, zeros and so on
        begins = bounds[2 * runs.offsets]  # of masks
        self.is_mask: Flags = runs.is_code & (begins[1:] - begins[:-1] <= widths * heights)
        starts, ends = bounds[1::2], bounds[2::2]
        kept = np.flatnonzero((ends > starts) & self.is_mask[owners])
        self.owners = owners[kept]
        begin = begins[self.owners]
        self.starts, self.ends = starts[kept] - begin, ends[kept] - begin
        self.offsets = np.searchsorted(self.owners, np.arange(len(texts) + 1))
        self.widths = widths

    @property
    def areas(self) -> Integers:
        """How many pixels are set."""
        return np.diff(offsets_of(self.ends - self.starts)[self.offsets])

    @property
    def extents(self) -> Integers:
        """The left, top, right and bottom of each mask's set pixels, in four rows; 0 where no pixel is set.

        Right and bottom are one past the last pixel.
        """
        found = np.zeros((4, self.widths.size), dtype=np.int64)
        drawn = np.flatnonzero(np.diff(self.offsets))
        if not drawn.size:
            return found
        begins, width = self.offsets[:-1][drawn], self.widths[self.owners]
        first_row, last_row = self.starts // width, (self.ends - 1) // width
        is_over_an_end = first_row != last_row  # such a run touches the last column and the first
        left = np.where(is_over_an_end, 0, self.starts - first_row * width)
        right = np.where(is_over_an_end, width, self.ends - last_row * width)
        found[0, drawn] = np.minimum.reduceat(left, begins)
        found[1, drawn] = first_row[begins]
        found[2, drawn] = np.maximum.reduceat(right, begins)
        found[3, drawn] = last_row[self.offsets[1:][drawn] - 1] + 1
        return found

    @property
    def piece_counts(self) -> Integers:
        """How many pieces of rows the set pixels of each mask are."""
        width = self.widths[self.owners]
        return np.diff(offsets_of((self.ends - 1) // width - self.starts // width + 1)[self.offsets])

    def pieces(self, masks: Integers) -> tuple[Integers, Integers, Integers, Integers]:
        """The set pixels of some masks as pieces of rows, from the top left on.

        Returns:
            Of each piece the place of its mask in `masks`, its row, its first column, and one past its last.
        """
        counts = np.diff(self.offsets)[masks]
        place, run = np.repeat(np.arange(masks.size), counts), counted_from(self.offsets[masks], counts)
        width, start, end = self.widths[masks][place], self.starts[run], self.ends[run]
        # A run goes on over the ends of rows: one piece a row that it touches.
        row = start // width
        pieces = (end - 1) // width - row + 1
        if pieces.max(initial=1) > 1:
            row = counted_from(row, pieces)
            place, width, start, end = (np.repeat(each, pieces) for each in (place, width, start, end))
        origin = row * width
        return place, row, np.maximum(start - origin, 0), np.minimum(end - origin, width)


def counted_from(firsts: Integers, counts: Integers) -> Integers:
    """From each first number on as many numbers as its count says."""
    ends = np.cumsum(counts)
    return np.asarray(np.arange(counts.sum()) + np.repeat(firsts - (ends - counts), counts))


PixelExtent = tuple[int, int, int, int]
"""Left, top, right and bottom, right and bottom exclusive, in pixels of the mask."""


def pixel_extents(masks: Sequence[tuple[str, int, int]]) -> list[PixelExtent | ValueError | None]:
    """The smallest box around the set pixels of each mask: run lengths, width and height.

    Returns:
        For each mask its box; None if no pixel is set; an error if the string is not of the code, or its runs leave the
        mask.
    """
    texts, widths, heights = zip(*masks, strict=True)
    runs = MaskRuns(texts, np.array(widths), np.array(heights))
    boxes: list[PixelExtent] = [(left, top, right, bottom) for left, top, right, bottom in runs.extents.T.tolist()]
    return [
        (box if box[2] else None) if is_mask else ValueError("not the run lengths of this mask")
        for box, is_mask in zip(boxes, runs.is_mask.tolist(), strict=True)
    ]


def pixel_extent(rle: str, width: int, height: int) -> PixelExtent | None:
    """As `pixel_extents`, of one mask.

    Raises:
        ValueError: the string is not of the code, or its runs leave the mask.
    """
    (found,) = pixel_extents([(rle, width, height)])
    if isinstance(found, ValueError):
        raise found
    return found


def in_parts(counts: Integers) -> Iterator[slice]:
    """Slices that count no more than what is held at once, or are one long."""
    ends = np.cumsum(counts)
    start = 0
    while start < ends.size:
        before = ends[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + _PIECES_AT_ONCE, side="right")))
        yield slice(start, end)
        start = end
