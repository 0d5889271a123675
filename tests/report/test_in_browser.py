"""The page in a real browser: its policy holds, its style applies, it fits a phone, its layers are switched off."""

import base64
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from connector.export.frames.small_picture import small_jpeg
from connector.report.overlay import LAYERS, Shape, overlay
from connector.report.page import __file__ as page_file

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium or Chrome"),
    # The browser writes to its own log.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
DARK = "--blink-settings=preferredColorScheme=0"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
INTRUDER = """
<p id="intruder" style="position: fixed; inset: 0; background: red">in</p>
<script>document.getElementById("intruder").textContent = "ran"</script><img src="data:image/gif;base64,R0lGOD">
"""


def browse(page: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--enable-logging=stderr", "--hide-scrollbars", "--virtual-time-budget=3000", *arguments]
    return subprocess.run([*command, path.as_uri()], capture_output=True, text=True, timeout=120, check=True)


def messages(ran: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in ran.stderr.splitlines() if "CONSOLE" in line]


def picture(page: str, folder: Path, *arguments: str, size: str = "900,600") -> Image.Image:
    shot = folder / "shot.png"
    ran = browse(page, folder, f"--screenshot={shot}", f"--window-size={size}", *arguments)
    assert messages(ran) == []
    return Image.open(shot).convert("RGB")


def test_it_has_its_style_in_light_and_dark_and_nothing_to_complain_of(
    demo_pages: dict[str, str], tmp_path: Path
) -> None:
    page = demo_pages["duckdb"]
    assert picture(page, tmp_path).getpixel((1, 1)) == (255, 255, 255)
    assert picture(page, tmp_path, DARK).getpixel((1, 1)) == (20, 24, 29)
    bare = re.sub("<style>.*</style>", "", page, flags=re.DOTALL)
    assert picture(bare, tmp_path, DARK).getpixel((1, 1)) != (20, 24, 29)


def test_its_policy_refuses_whatever_came_in(demo_pages: dict[str, str], tmp_path: Path) -> None:
    page = demo_pages["duckdb"].replace("</main>", INTRUDER + "</main>")
    ran = browse(page, tmp_path, "--dump-dom")
    assert '<p id="intruder" style="position: fixed; inset: 0; background: red">in</p>' in ran.stdout
    refused = "\n".join(messages(ran))
    for directive in ("style-src", "script-src", "img-src"):
        assert directive in refused
    assert ">ran</p>" in browse(POLICY.sub("", page), tmp_path, "--dump-dom").stdout


@pytest.mark.parametrize("width", [420, 1400])
def test_it_fits_without_scrolling_sideways(demo_pages: dict[str, str], tmp_path: Path, width: int) -> None:
    told = "<script>parent.postMessage(document.documentElement.scrollWidth, '*')</script></body>"
    (tmp_path / "inner.html").write_text(POLICY.sub("", demo_pages["duckdb"]).replace("</body>", told))
    outer = "<script>onmessage = e => document.body.append('wide ' + e.data)</script><body>"
    outer += f'<iframe src="inner.html" width="{width}" height="900"></iframe>'
    [wide] = re.findall(r"wide (\d+)", browse(outer, tmp_path, "--dump-dom").stdout)
    assert int(wide) <= width


def colours(page: str, folder: Path) -> dict[tuple[int, ...], int]:
    """How often each colour is there."""
    found = picture(page, folder).getcolors(maxcolors=1 << 24) or []
    return {colour: count for count, colour in found if isinstance(colour, tuple)}


def test_a_name_that_is_not_ticked_hides_its_layer_alone(demo_pages: dict[str, str], tmp_path: Path) -> None:
    boxes = [(100 + 90 * n, 100, 180 + 90 * n, 400) for n in range(LAYERS)]
    shapes = [Shape(n, "Cow", False, None, tuple(map(float, box))) for n, box in enumerate(boxes)]
    drawn = overlay("0", "Frame", [(str(n), f"name {n}") for n in range(LAYERS)], shapes, (1000, 500))
    start, end = demo_pages["duckdb"].index("<body>"), demo_pages["duckdb"].index("</body>")
    page = demo_pages["duckdb"][:start] + f"<body>{drawn}" + demo_pages["duckdb"][end:]
    style = (Path(page_file).parent / "page.css").read_text()
    looks = {n: tuple(bytes.fromhex(code)) for n, code in re.findall(r"--c(\d): #([0-9a-f]{6});", style)[:LAYERS]}
    everybody = colours(page.replace('class="dotted"', 'class="line"'), tmp_path)
    for layer in looks:
        ticked = f'<input type="checkbox" checked id="layer-0-{layer}"'
        assert ticked in page
        hidden = page.replace(ticked, ticked.replace(" checked", "")).replace('class="dotted"', 'class="line"')
        left = colours(hidden, tmp_path)
        less = {n for n, each in looks.items() if left.get(each, 0) < everybody[each] / 2}
        assert less == {layer}


def test_a_picture_is_shown_where_the_policy_has_pictures_and_can_be_hidden(
    demo_pages: dict[str, str], tmp_path: Path
) -> None:
    colour = (200, 30, 160)
    jpeg = small_jpeg(Image.new("RGB", (80, 40), colour), (0, 0, 1, 1), 9_000) or b""
    uri = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
    drawn = overlay("0", "Frame", [("A", "ana")], [Shape(0, "Cow", True, None, (0, 0, 1000, 500))], (1000, 500), uri)
    start, end = demo_pages["duckdb"].index("<body>"), demo_pages["duckdb"].index("</body>")
    page = demo_pages["duckdb"][:start] + f"<body>{drawn}" + demo_pages["duckdb"][end:]
    allowed = page.replace("; base-uri", "; img-src data:; base-uri")

    def shown(text: str) -> int:
        found = colours(text, tmp_path)
        return sum(n for each, n in found.items() if max(abs(a - b) for a, b in zip(each, colour, strict=True)) < 6)

    assert shown(allowed) > 50_000
    ticked = '<input type="checkbox" checked id="layer-0-picture"'
    assert ticked in page
    assert shown(allowed.replace(ticked, ticked.replace(" checked", ""))) == 0
    assert "img-src" in "".join(messages(browse(page, tmp_path, "--dump-dom")))
