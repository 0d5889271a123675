"""Kinds of data, as Encord names them."""

from collections.abc import Mapping
from typing import Any

RANGE_UNITS = {"audio": "millisecond", "time_series": "axis", "plain_text": "character", "text": "character"}
"""Data type or space type → what its ranges count."""


def data_type_of(entry: Mapping[str, Any], labels: Mapping[str, Any]) -> str:
    """The kind of data that a label row is of, lower case, such as video."""
    return str(labels.get("data_type") or entry.get("data_type") or "").lower()
