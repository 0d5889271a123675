"""Kinds of data, by Encord's names."""

from collections.abc import Mapping
from typing import Any

RANGE_UNITS = {"audio": "millisecond", "time_series": "axis", "plain_text": "character", "text": "character"}
"""Data type or space type → what its ranges count."""


def data_type_of(entry: Mapping[str, Any], labels: Mapping[str, Any]) -> str:
    """The kind of data of a label row, in lower case, such as video."""
    return str(labels.get("data_type") or entry.get("data_type") or "").lower()
