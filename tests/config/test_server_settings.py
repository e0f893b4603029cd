"""The server's settings: the environment over the file, secrets apart, every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from queue_server.config import Secret, ServerSettings, SettingsErrors, read_settings


def test_without_anything_the_shipped_defaults_hold() -> None:
    settings = read_settings({"PATH": "/bin"})
    assert settings == ServerSettings()
    assert settings.embedded
    assert settings.address == "http://127.0.0.1:8080"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "server.toml").write_text('port = 9000\nlog_level = "debug"\nhall_files = ["halls/a.toml"]\n')
    settings = read_settings(
        {"YICHUANG_CONFIG": str(tmp_path / "server.toml"), "YICHUANG_PORT": "9001", "YICHUANG_BIND": ""}
    )
    assert (settings.port, settings.log_level, settings.bind) == (9001, "debug", "127.0.0.1")
    assert settings.hall_files == (str(tmp_path / "halls/a.toml"),)


def test_several_halls_are_separated_as_paths_are() -> None:
    assert read_settings({"YICHUANG_HALL_FILES": "a.toml:b.toml"}).hall_files == ("a.toml", "b.toml")


def test_a_secret_comes_from_the_environment_or_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    (tmp_path / "server.toml").write_text('store_password_file = "password"\n')
    settings = read_settings({"YICHUANG_STORE_URL": "redis://h:1"}, tmp_path / "server.toml")
    assert settings.store_password.reveal() == "hunter2"
    assert settings.store_url == Secret("redis://h:1")
    assert not settings.embedded
    by_variable = read_settings({"YICHUANG_STORE_PASSWORD_FILE": str(tmp_path / "password")})
    assert by_variable.store_password == settings.store_password


def test_a_secret_never_shows_itself(tmp_path: Path) -> None:
    settings = read_settings({"YICHUANG_STORE_PASSWORD": "hunter2"})
    assert "hunter2" not in f"{settings} {settings!r} {settings.store_password}"
    with pytest.raises(SettingsErrors) as raised:
        read_settings({"YICHUANG_STORE_URL": "mysql://me:hunter2@h"})
    assert "hunter2" not in str(raised.value)


def test_a_secret_in_the_settings_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    path.write_text('port = 1\nstore_password = "hunter2"\n')
    with pytest.raises(SettingsErrors) as raised:
        read_settings({}, path)
    assert [(e.line, e.where) for e in raised.value] == [(2, "store_password")]
    assert "store_password_file" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_faults_of_file_and_environment_are_named_together(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    path.write_text('prot = 1\n\nlog_level = "loud"\n')
    environment = {
        "YICHUANG_PORT": "99999",
        "YICHUANG_PUBLIC_URL": "hall.example",
        "YICHUANG_STORE_PASSWORD_FILE": str(tmp_path / "none"),
        "YICHUANG_LOGLEVEL": "info",
        "YICHUANG_TOKEN": "somebody else's",
    }
    with pytest.raises(SettingsErrors) as raised:
        read_settings(environment, path)
    assert [(e.line, e.where) for e in raised.value] == [
        (1, "prot"),
        (3, "log_level"),
        (0, "YICHUANG_PORT"),
        (0, "YICHUANG_PUBLIC_URL"),
        (0, "YICHUANG_STORE_PASSWORD_FILE"),
        (0, "YICHUANG_LOGLEVEL"),
    ]


@pytest.mark.parametrize("port", ["", " 80", "-1", "８０", "eighty"])
def test_a_port_is_a_plain_number(port: str) -> None:
    if port == "":
        assert read_settings({"YICHUANG_PORT": port}).port == 8080
        return
    with pytest.raises(SettingsErrors):
        read_settings({"YICHUANG_PORT": port})


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsErrors, match="No such file"):
        read_settings({}, tmp_path / "none.toml")
