"""What each room is told: people's settings, and for every embedded part what the room needs to know of it."""

from __future__ import annotations

import socket

import bot.config
import web.config
import workers.config
from bus.clock import SystemClock
from bus.topology import load_topology
from scripts.up.broker import memory_broker
from scripts.up.choice import choose
from scripts.up.place import Place
from scripts.up.room_settings import room_environ

DATABASE = "postgresql://guildbus@/guildbus?host=sockets"


def environ_for(given: dict[str, str]) -> dict[str, str]:
    # Never opened: only its place is asked for.
    place = Place(socket.socket(socket.AF_UNIX), "http://127.0.0.1:8080", "http://127.0.0.1:8080", given)
    choice = choose(given, rabbitmq=False)
    broker = memory_broker(load_topology(), SystemClock())
    with place.listener:
        return dict(room_environ(place, choice, broker, DATABASE, session_secret="s" * 43))


def test_every_room_accepts_what_the_embedded_platform_gives_it() -> None:
    environ = environ_for({})
    for settings in (bot.config.Settings, web.config.Settings, workers.config.Settings):
        settings.from_environ(environ)


def test_the_sandbox_is_at_the_platforms_own_address() -> None:
    settings = web.config.Settings.from_environ(environ_for({}))
    assert settings.discord_api_url == "http://127.0.0.1:8080/sandbox/discord/api/v10"
    assert settings.authorize_url.startswith("http://127.0.0.1:8080/sandbox/")


def test_a_real_discord_is_left_as_it_was_set() -> None:
    given = {"DISCORD_TOKEN": "t", "DISCORD_API_URL": "http://proxy.example/api/v10", "DISCORD_APPLICATION_ID": "5"}
    environ = environ_for(given)
    assert given.items() <= environ.items()


def test_files_of_settings_that_the_platform_gives_itself_are_not_read_too() -> None:
    environ = environ_for({"AMQP_URL_FILE": "", "PUBLIC_URL_FILE": "/x", "SESSION_SECRET": "mine"})
    assert "PUBLIC_URL_FILE" not in environ
    assert environ["SESSION_SECRET"] == "mine"
