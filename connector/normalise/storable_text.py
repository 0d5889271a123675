"""Text that every engine can store: PostgreSQL has no room for the character U+0000, which JSON can carry.

It is replaced by U+FFFD (the replacement character) for all engines alike, so that the same source gives the same rows
everywhere; nobody types it, tools that paste binary data into a text answer do.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

REPLACEMENT = "\ufffd"


def storable(column: pa.Array) -> pa.Array:
    """The column without U+0000. Other types than text, and text without it, come back as they are.

    The bytes of all values are looked through at once: a column of a bundle costs microseconds.
    """
    if not pa.types.is_string(column.type):
        return column
    values = column.buffers()[2]
    if values is None or np.frombuffer(values, dtype=np.uint8).all():
        return column
    return pc.replace_substring(column, "\0", REPLACEMENT)
