"""The dbt package's list of sources says what the product says; without dbt, so part of `make test`."""

from tests.examples.dbt_sources import SOURCES, sources_text


def test_the_sources_are_the_views_and_their_texts() -> None:
    assert SOURCES.read_text(encoding="utf-8") == sources_text(), "run python -m tests.examples.dbt_sources"
