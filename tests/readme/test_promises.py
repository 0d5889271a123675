"""The README's table of promises names tests that exist."""

import re
from pathlib import Path

from tests.readme.reference import README

ROOT = Path(__file__).parents[2]


def test_every_promise_names_tests_that_exist() -> None:
    section = README.read_text(encoding="utf-8").partition("## What it promises")[2].partition("\n## ")[0]
    promises = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert len(promises) == 9
    for promise in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)`", promise)
        assert named, promise
        for name in named:
            assert "def test_" in (ROOT / name).read_text(encoding="utf-8"), name
