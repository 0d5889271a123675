"""Pseudonyms in place of people's e-mail addresses: keyed hashes, which only the key's owner can tie to an address.

They are put in between the rows that were read and the rows that are written, so that no table, and nothing made from
tables, ever holds an address. One address has one pseudonym in all projects, tables and runs with the same key, however
it is capitalised.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

import pyarrow as pa

from connector.errors import ConnectorError, ErrorKind
from connector.load.tables import METADATA
from connector.load.tables.declaration import Pseudonymous

_HEX_DIGITS = 20
"""80 bits: two of a hundred million ids are alike with a probability of one in a hundred million."""
_CHECKED = "This text, hashed with the key, tells one key from another."


class Pseudonyms:
    """Makes pseudonyms with one key, or none at all without a key. Nothing here shows the key.

    Attributes:
        check: the check value of the key, to be stored; None without a key.
    """

    __slots__ = ("_key", "check")

    def __init__(self, key: bytes | None) -> None:
        self._key = key
        self.check = None if key is None else self._hash(_CHECKED)

    def of_rows(self, table: str, rows: pa.Table) -> pa.Table:
        """The rows of a table, or some of its columns, with pseudonyms where they name people; equal if called again.

        Each different address is hashed once a chunk, however many rows have it.
        """
        if self._key is None:
            return rows
        for name, word in words_of(table).items():
            if name in rows.column_names:
                place = rows.schema.get_field_index(name)
                chunks = [self._of_chunk(word, chunk) for chunk in rows[name].chunks]
                rows = rows.set_column(place, rows.schema.field(place), pa.chunked_array(chunks, pa.string()))
        return rows

    def _of_chunk(self, word: str, chunk: pa.Array) -> pa.Array:
        encoded = chunk.dictionary_encode()
        pseudonyms = self.of_texts(word, encoded.dictionary.to_pylist())
        return pa.array(pseudonyms, pa.string()).take(encoded.indices)

    def of_texts(self, word: str, texts: Iterable[str]) -> list[str]:
        """The pseudonym of each text. What is one already, or holds nothing, stays.

        Args:
            word: how the pseudonyms begin.
            texts: what they stand for.
        """
        made = re.compile(rf"{word}-[0-9a-f]{{{_HEX_DIGITS}}}")
        return [
            text if not text.strip() or made.fullmatch(text) else f"{word}-{self._hash(text.strip().lower())}"
            for text in texts
        ]

    def _hash(self, text: str) -> str:
        return hmac.digest(self._key or b"", text.encode(), hashlib.sha256).hex()[:_HEX_DIGITS]


CLEAR = Pseudonyms(None)
"""Addresses are stored as Encord gives them."""


def words_of(table: str) -> dict[str, str]:
    """The columns of a table that pseudonyms may stand in, and how these begin."""
    return {
        column.name: column.type.word
        for column in METADATA.tables[table].columns
        if isinstance(column.type, Pseudonymous)
    }


def mixed_with(stored: str | None, own: str | None) -> ConnectorError:
    """Why a run may not go on with a warehouse whose addresses are kept otherwise.

    Args:
        stored: the check value that the warehouse has; None for addresses as they are.
        own: that of the run.
    """
    if stored is None:
        what = "This warehouse holds e-mail addresses as they are, and the run is to write pseudonyms."
        remedy = "Run `encord-sync sync --pseudonymise-emails` once, without --shard: it replaces those stored before."
    elif own is None:
        what = "This warehouse holds pseudonyms in place of e-mail addresses, and the run was given no key for them."
        remedy = "Give --pseudonymise-emails and the key; for addresses as they are, sync into a new warehouse."
    else:
        what = "This warehouse holds pseudonyms that were made with another key."
        remedy = "Give the key that it was first synced with; if that is lost, sync into a new warehouse."
    return ConnectorError(ErrorKind.CONFIGURATION, f"{what} Nothing was written.", remedy=remedy)
