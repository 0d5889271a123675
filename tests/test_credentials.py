"""No piece of a URL's credentials is printed, whatever the URL looks like and wherever it was typed."""

import sys
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.cli import main
from connector.credentials import typed_command, without_credentials

NOBODY = "127.0.0.1:1"
"""Where nothing listens: a URL that can be read is refused without waiting."""

PIECES = st.from_regex(r"zq[a-z0-9]{6}", fullmatch=True)
"""Parts of a password that are told apart from everything else that is printed."""
BETWEEN = st.text("@:/?#&=%+ $'\"[]\\,;!~|", min_size=1, max_size=3)

MALFORMED = (
    "postgresql://writer:{}@NOBODY/labels",
    "postgresql+psycopg://writer:{}@NOBODY/labels?sslmode=disable",
    "postgresql://{}@NOBODY/labels",
    "postgresql://:{}@NOBODY/labels",
    "postgresql://NOBODY/labels?password={}",
    "postgresql://NOBODY/labels?user=writer&password={}&sslmode=disable",
    "postgresql:///labels?host=writer:{}%40NOBODY",
    "postgresql:///writer:{}@NOBODY/labels",
    "postgresql:/writer:{}@NOBODY/labels",
    "postgresql:writer:{}@NOBODY/labels",
    "postgresql//writer:{}@NOBODY/labels",
    "writer:{}@NOBODY/labels",
    "mysql://writer:{}@NOBODY/labels",
    "https://writer:{}@api.encord.com",
    "https://api.encord.com/?token={}",
    "duckdb://writer:{}@NOBODY/labels.duckdb",
    "duckdb:///writer:{}@NOBODY/labels.duckdb",
    "duckdb:///labels.duckdb?password={}",
    "host=NOBODY dbname=labels password={}",
)


@st.composite
def urls(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A URL that somebody may have typed, and the pieces of its password."""
    pieces = draw(st.lists(PIECES, min_size=1, max_size=4))
    password = pieces[0] + "".join(draw(BETWEEN) + piece for piece in pieces[1:])
    if draw(st.booleans()):
        password = quote(password, safe="")
    form = draw(st.sampled_from(MALFORMED))
    return form.replace("NOBODY", NOBODY).replace("{}", password), pieces


@settings(max_examples=300)
@given(urls())
def test_what_is_recorded_and_shown_of_a_url(typed: tuple[str, list[str]]) -> None:
    url, pieces = typed
    for text in (url, f"--warehouse={url}", f"'{url}' is not one of them."):
        assert not [piece for piece in pieces if piece in without_credentials(text)]


def printed_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["encord-sync", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        command = typed_command()
    assert ended.value.code not in {0, None}
    captured = capsys.readouterr()
    return captured.out + captured.err + command


@pytest.mark.parametrize(
    "command",
    [
        ("status", "--warehouse={}"),
        ("status", "--debug", "--warehouse={}"),
        ("migrate", "--debug", "--warehouse", "{}"),
        ("check", "--debug", "--warehouse={}"),
        ("publish", "--debug", "--warehouse={}", "--publish=copies"),
        ("export", "json", "--debug", "--warehouse={}"),
        ("status", "{}"),
        ("{}",),
        ("load", "{}", "--project=00000000-0000-4000-8000-000000000001"),
        ("check", "--domain={}"),
        ("check", "--debug", "--project={}"),
        ("status", "--schema={}"),
        ("publish", "--publish={}"),
        ("check", "--ssh-key-file={}"),
        ("check", "--log-format={}"),
    ],
    ids=" ".join,
)
def test_no_command_prints_a_piece_of_a_password(
    command: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))

    @settings(max_examples=40, deadline=None)
    @given(urls())
    @example(("postgresql://127.0.0.1:1/labels?password=zq000000@/zq000000", ["zq000000"]))
    def prints_none(typed: tuple[str, list[str]]) -> None:
        url, pieces = typed
        text = printed_by(capsys, *(argument.replace("{}", url) for argument in command))
        assert not [piece for piece in pieces if piece in text], text

    prints_none()
