"""An ontology as one text, for a row that remembers it."""

from collections.abc import Mapping

import orjson
import pyarrow as pa

from connector.load.contract.warehouse import ARROW_SCHEMAS


def text_of(ontology: Mapping[str, pa.Table]) -> str:
    """The tables of an ontology as JSON; the same rows in the same order give the same text."""
    return orjson.dumps({name: table.to_pylist() for name, table in ontology.items()}).decode()


def ontology_of(text: str) -> dict[str, pa.Table]:
    """The tables that were made a text."""
    return {name: pa.Table.from_pylist(rows, schema=ARROW_SCHEMAS[name]) for name, rows in orjson.loads(text).items()}
