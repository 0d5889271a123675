"""Settings: precedence, both kinds of key, every bad input with one clear message that shows no secret."""

from pathlib import Path

import pytest

from connector.config import load_settings
from connector.errors import ConnectorError, ErrorKind

SECRET = "-----BEGIN OPENSSH PRIVATE KEY----- never show this"


def refused(flags: dict[str, object], environment: dict[str, str], config: Path | None = None) -> str:
    with pytest.raises(ConnectorError) as caught:
        load_settings(flags, environment, config)
    assert caught.value.kind is ErrorKind.CONFIGURATION
    assert caught.value.kind.exit_code == 2
    return str(caught.value)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "encord-sync.toml"
    path.write_text(
        'warehouse = "duckdb:///from_file.duckdb"\nbundle_rows = 7\nproject = ["a", "b"]\nschema = "file"\n'
    )
    return path


def test_flags_win_over_environment_and_environment_over_file(config: Path) -> None:
    environment = {"ENCORD_SYNC_WAREHOUSE": "duckdb:///from_environment.duckdb", "ENCORD_SYNC_BUNDLE_ROWS": "8"}
    settings = load_settings({"bundle_rows": "9"}, environment, config)
    assert settings.bundle_rows == 9
    assert settings.warehouse == "duckdb:///from_environment.duckdb"
    assert settings.project == ("a", "b")
    assert settings.db_schema == "file"


def test_the_environment_can_name_the_file(config: Path) -> None:
    assert load_settings({}, {"ENCORD_SYNC_CONFIG": str(config)}).bundle_rows == 7


def test_lists_and_flags_from_the_environment() -> None:
    settings = load_settings({}, {"ENCORD_SYNC_PROJECT": "one, two", "ENCORD_SYNC_FULL": "true"})
    assert settings.project == ("one", "two")
    assert settings.full


def test_the_sdks_own_variables_are_the_last_word_of_the_environment() -> None:
    assert load_settings({}, {"ENCORD_SSH_KEY_FILE": "/keys/sdk"}).ssh_key_file == Path("/keys/sdk")
    own = load_settings({}, {"ENCORD_SSH_KEY_FILE": "/keys/sdk", "ENCORD_SYNC_SSH_KEY_FILE": "/keys/own"})
    assert own.ssh_key_file == Path("/keys/own")


def test_a_key_file_on_a_flag_hides_a_key_text_in_the_environment() -> None:
    settings = load_settings({"ssh_key_file": "/keys/flag"}, {"ENCORD_SSH_KEY": SECRET})
    assert settings.ssh_key_file == Path("/keys/flag")
    assert settings.ssh_key is None


def test_a_relative_key_file_in_a_file_is_meant_from_that_file(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('ssh_key_file = "keys/encord"')
    assert load_settings({}, {}, config).ssh_key_file == tmp_path / "keys" / "encord"


def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('warehous = "duckdb:///x.duckdb"')
    message = refused({}, {}, config)
    assert "unknown key: warehous" in message
    assert "Did you mean warehouse?" in message


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("ENCORD_SYNC_WAREHOSE", "ENCORD_SYNC_WAREHOUSE"),
        ("ENCORD_SYNC_PROJECT_HASH", "ENCORD_SYNC_PROJECT"),
        ("ENCORD_SYNC_PASSPHRASE", "ENCORD_SYNC_SSH_KEY_PASSPHRASE"),
        ("ENCORD_SYNC_CONFIG_FILE", "ENCORD_SYNC_CONFIG"),
    ],
)
def test_a_misspelt_variable_is_told_with_the_one_that_was_meant(variable: str, meant: str) -> None:
    message = refused({}, {variable: SECRET})
    assert f"{variable} is none of encord-sync. Did you mean {meant}?" in message
    assert SECRET not in message


def test_variables_that_a_platform_sets_are_left_alone() -> None:
    """Kubernetes names some after a service called encord-sync; an empty one says nothing."""
    set_by_others = {
        "ENCORD_SYNC_SERVICE_HOST": "10.0.0.1",
        "ENCORD_SYNC_SERVICE_PORT": "80",
        "ENCORD_SYNC_PORT": "tcp://10.0.0.1:80",
        "ENCORD_SYNC_PORT_80_TCP_ADDR": "10.0.0.1",
        "ENCORD_SYNC_VERSION": "3",
        "ENCORD_SYNC_WAREHOSE": "",
    }
    assert load_settings({}, set_by_others) == load_settings({}, {})


def test_a_url_is_not_taken_for_a_path(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('publish = "postgresql://anna:s3cret@db/labels"')
    for message in (
        refused({}, {}, config),
        refused({"publish": "postgresql://anna:s3cret@db/labels"}, {}),
        refused({"ssh_key_file": "anna:s3cret@db/labels"}, {}),
    ):
        assert "not a URL" in message
        assert "s3cret" not in message


@pytest.mark.parametrize(
    ("flags", "part"),
    [
        ({"bundle_rows": "many"}, "bundle_rows (command line)"),
        ({"bundle_rows": "0"}, "bundle_rows"),
        ({"log_format": "xml"}, "log_format"),
        ({"max_delete_share": "2"}, "max_delete_share"),
    ],
)
def test_values_that_do_not_fit(flags: dict[str, object], part: str) -> None:
    assert part in refused(flags, {})


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    assert "does not exist" in refused({}, {}, tmp_path / "missing.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("warehouse = ")
    assert "not valid TOML" in refused({}, {}, broken)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "not a text file in UTF-8" in refused({}, {}, binary)


def test_secrets_are_never_shown() -> None:
    settings = load_settings({}, {"ENCORD_SSH_KEY": SECRET, "ENCORD_SYNC_SSH_KEY_PASSPHRASE": SECRET})
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    message = refused({"bundle_rows": SECRET}, {"ENCORD_SSH_KEY": SECRET})
    assert SECRET not in message


def test_passwords_of_urls_are_hidden() -> None:
    url = "postgresql+psycopg://writer:s3cret@db.example.com:5432/labels"
    settings = load_settings({"warehouse": url}, {})
    assert settings.shown_warehouse == "postgresql+psycopg://***@db.example.com:5432/labels"
    assert "s3cret" not in repr(settings)
    file = "duckdb:////home/ana@work/labels.duckdb"
    assert load_settings({"warehouse": file}, {}).shown_warehouse == file


def test_where_to_publish_is_meant_from_the_file_and_forms_are_a_list(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('publish = "readers/labels.duckdb"\npublish_format = ["parquet"]\nwait = 30')
    settings = load_settings({}, {}, config)
    assert settings.publish == tmp_path / "readers" / "labels.duckdb"
    assert (settings.publish_format, settings.publish_keep, settings.wait) == (("parquet",), 0, 30.0)
    assert load_settings({}, {"ENCORD_SYNC_PUBLISH_FORMAT": "duckdb, parquet"}).publish_format == ("duckdb", "parquet")
    assert "publish_format (environment)" in refused({}, {"ENCORD_SYNC_PUBLISH_FORMAT": ","})
    assert "wait (command line)" in refused({"wait": "-1"}, {})


def test_a_project_on_a_flag_hides_all_projects_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "all.toml"
    path.write_text('all_projects = true\nproject_title_like = "Barn %"\n')
    settings = load_settings({"project": ("a",)}, {}, path)
    assert (settings.project, settings.all_projects, settings.project_title_like) == (("a",), False, None)
    assert load_settings({"project_title": "Barn"}, {}, path).all_projects
    assert load_settings({"project": ("a",), "all_projects": True}, {}).all_projects
