"""The table of docs/promises.md names tests that exist."""

import re

from tests.docs.reference import DOCS, ROOT


def test_every_promise_names_tests_that_exist() -> None:
    page = (DOCS / "promises.md").read_text(encoding="utf-8")
    promises = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert len(promises) == 10
    for promise in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)`", promise)
        assert named, promise
        for name in named:
            assert "def test_" in (ROOT / name).read_text(encoding="utf-8"), name
