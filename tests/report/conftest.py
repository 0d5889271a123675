"""The demo's warehouse on both engines, and the page that is written of it; an empty warehouse."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.report.page import PageWanted, write_page
from connector.runs.report import JsonReport
from tests.docs.conftest import demo_urls
from tests.report.parsed_page import ParsedPage
from tests.views.conftest import empty_file

__all__ = ["demo_urls", "empty_file"]


def written_page(url: str, folder: Path, wanted: PageWanted | None = None) -> str:
    """The page of a warehouse, as the command writes it."""
    out = folder / "report.html"
    write_page(url, None, wanted or PageWanted(), out, JsonReport(threshold="error"))
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def demo_pages(demo_urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The page's text, by engine."""
    wanted = PageWanted(since=datetime(2024, 1, 1, tzinfo=UTC))
    return {engine: written_page(url, tmp_path_factory.mktemp(engine), wanted) for engine, url in demo_urls.items()}


@pytest.fixture(params=["duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def demo_page(engine: str, demo_pages: dict[str, str]) -> ParsedPage:
    return ParsedPage(demo_pages[engine])
