"""Values that JSON has no room for, as programs and damaged disks write them, and what is said of each."""

BAD_VALUES: dict[str, tuple[bytes, str]] = {
    "NaN": (b"NaN", "is NaN, which no JSON number is"),
    "Infinity": (b"-Infinity", "is -Infinity, which no JSON number is"),
    "a number beyond all limits": (b"9" * 400, "is a number beyond all limits"),
    "half a character": (b'"\\ud83d"', "holds half a character"),
    "bytes that are not UTF-8": (b'"\xff"', "holds half a character"),
    "50,000 lists in one another": (b"[" * 50_000 + b"]" * 50_000, "is nested more than 1,024 levels deep"),
    "no value at all": (b"???", "is no JSON"),
}
"""Name → JSON that is none, and part of the message."""


def with_bad_value(json: bytes, value: bytes) -> bytes:
    """A JSON object with one more field, whose value is none."""
    return json[:-1] + b',"extra":{"field":' + value + b"}}"
