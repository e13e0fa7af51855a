"""secrets/ is made once, closed to everybody else, and its files fit together."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from scripts.compose_secrets import main


def test_it_is_made_once(tmp_path: Path) -> None:
    directory = tmp_path / "secrets"
    first = CliRunner().invoke(main, [str(directory)])
    assert first.exit_code == 0
    made = {path.name: path.read_text() for path in directory.iterdir()}
    assert CliRunner().invoke(main, [str(directory)]).exit_code == 2
    assert {path.name: path.read_text() for path in directory.iterdir()} == made


def test_the_directory_keeps_others_out_and_containers_can_read_the_files(tmp_path: Path) -> None:
    directory = tmp_path / "secrets"
    CliRunner().invoke(main, [str(directory)])
    assert directory.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in directory.iterdir())


def test_urls_hold_the_passwords_of_their_own_users(tmp_path: Path) -> None:
    CliRunner().invoke(main, [str(tmp_path)])
    owner = (tmp_path / "postgres_owner_password").read_text()
    assert owner in (tmp_path / "database_owner_url").read_text()
    assert owner not in (tmp_path / "database_web_url").read_text()
    assert len({path.read_text() for path in tmp_path.glob("database_*_url")}) == 4
    assert len({path.read_text() for path in tmp_path.glob("amqp_*_url")}) == 4


def test_what_discord_gave_is_kept_where_it_was_filled_in(tmp_path: Path) -> None:
    (tmp_path / "discord_token").write_text("mine")
    assert CliRunner().invoke(main, [str(tmp_path)]).exit_code == 0
    assert (tmp_path / "discord_token").read_text() == "mine"
