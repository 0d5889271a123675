"""What the figures are measured by: textbook definitions in plain Python, each written another way than the SQL."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.consensus.herd_of_three import Drawn

Matrix = Sequence[Mapping[str, str]]
"""One item a question on a frame: annotator → answer; who left it open is missing."""


def iou_of(one: Drawn, other: Drawn) -> float:
    (a, b, c, d), (e, f, g, h) = one.extent, other.extent
    width, height = max(0.0, min(c, g) - max(a, e)), max(0.0, min(d, h) - max(b, f))
    union = (c - a) * (d - b) + (g - e) * (h - f) - width * height
    return width * height / union


def greedy(left: Sequence[Drawn], right: Sequence[Drawn], min_iou: float = 0.5) -> list[tuple[Drawn, Drawn, float]]:
    """The full greedy assignment on one frame: the best pair first, class-equal ones before the others."""
    pairs = [(one, other, iou_of(one, other)) for one in left for other in right]
    pairs.sort(key=lambda p: (p[0].feature_hash != p[1].feature_hash, -p[2], p[0].object_hash, p[1].object_hash))
    taken: set[str] = set()
    matched = []
    for one, other, iou in pairs:
        if iou >= min_iou and not {f"left {one.object_hash}", f"right {other.object_hash}"} & taken:
            taken |= {f"left {one.object_hash}", f"right {other.object_hash}"}
            matched.append((one, other, iou))
    return matched


def krippendorff_alpha(items: Matrix) -> float | None:
    """By the coincidence matrix, nominal."""
    coincidences: Counter[tuple[str, str]] = Counter()
    weights: dict[tuple[str, str], float] = {}
    for item in items:
        answers = list(item.values())
        if len(answers) < 2:
            continue
        for i, one in enumerate(answers):
            for j, other in enumerate(answers):
                if i != j:
                    coincidences[one, other] += 1
                    weights[one, other] = weights.get((one, other), 0.0) + 1 / (len(answers) - 1)
    totals: dict[str, float] = {}
    for (one, _), weight in weights.items():
        totals[one] = totals.get(one, 0.0) + weight
    n = sum(totals.values())
    observed = sum(weight for (one, other), weight in weights.items() if one != other) / n
    expected = sum(totals[a] * totals[b] for a in totals for b in totals if a != b) / (n * (n - 1))
    return 1 - observed / expected if expected else None


def fleiss_kappa(items: Matrix, raters: int) -> float | None:
    """By the table of counts, over items that all raters answered."""
    table = [Counter(item.values()) for item in items if len(item) == raters]
    per_item = [(sum(n * n for n in row.values()) - raters) / (raters * (raters - 1)) for row in table]
    shares = Counter[str]()
    for row in table:
        shares.update(row)
    by_chance = sum((n / (len(table) * raters)) ** 2 for n in shares.values())
    return None if by_chance == 1 else (sum(per_item) / len(table) - by_chance) / (1 - by_chance)


def cohen_kappa(items: Matrix, one: str, other: str) -> float | None:
    """By the confusion matrix."""
    confusion = Counter((item[one], item[other]) for item in items if one in item and other in item)
    n = confusion.total()
    words = {word for pair in confusion for word in pair}
    observed = sum(confusion[word, word] for word in words) / n
    by_chance = sum(
        sum(count for (a, _), count in confusion.items() if a == word)
        * sum(count for (_, b), count in confusion.items() if b == word)
        for word in words
    ) / (n * n)
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)
