"""Makes text that every engine can store: PostgreSQL cannot store the character U+0000, which JSON can hold.

U+FFFD (the replacement character) replaces it for all engines, so that the same source gives the same rows everywhere.
Nobody types U+0000, but tools that paste binary data into a text answer produce it.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

REPLACEMENT = "\ufffd"


def storable(column: pa.Array) -> pa.Array:
    """The column without U+0000. Columns of other types, and text without it, are returned unchanged.

    The bytes of all values are checked at once, which is fast.
    """
    if not pa.types.is_string(column.type):
        return column
    values = column.buffers()[2]
    if values is None or np.frombuffer(values, dtype=np.uint8).all():
        return column
    return pc.replace_substring(column, "\0", REPLACEMENT)
