import pytest

from models.config import ConfigError
from web.config import Settings, authorize_url_of, cdn_url_of
from web.live.recheck import MOST_CHECK_SECONDS

GIVEN = {
    "AMQP_URL": "amqp://web:planted@broker/",
    "DATABASE_URL": "postgresql://web:planted@db/guildbus",
    "DISCORD_APPLICATION_ID": "5",
    "DISCORD_CLIENT_SECRET": "planted",
}
SAFE = {
    "PROFILE": "production",
    "PUBLIC_URL": "https://bus.example",
    "SESSION_SECRET": "kq3Zt8Vw1xR5yB7nM2cL9pD4sG6hJ0fA",
}


def test_development_needs_no_more_than_broker_database_and_discord() -> None:
    settings = Settings.from_environ(GIVEN)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.session_cookie == "guildbus"
    assert not settings.https


def test_everything_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_environ({"PROFILE": "production"})
    missing = {problem.variable for problem in caught.value.problems}
    assert missing == {*GIVEN, "PUBLIC_URL", "SESSION_SECRET"}


def test_production_takes_safe_values_and_prefixes_its_cookies() -> None:
    settings = Settings.from_environ({**GIVEN, **SAFE})
    assert settings.session_cookie == "__Host-guildbus"
    assert settings.origin == "https://bus.example"


def test_a_lost_permission_closes_a_stream_within_a_minute() -> None:
    """The longest way: Discord's list is believed, just after a look, and the next look takes as long as it may."""
    settings = Settings.from_environ(GIVEN)
    assert settings.own_guilds_seconds + settings.recheck_seconds + MOST_CHECK_SECONDS <= 60


def test_no_secret_is_shown() -> None:
    assert "planted" not in repr(Settings.from_environ(GIVEN))


def test_login_and_pictures_are_found_beside_the_api() -> None:
    assert authorize_url_of("https://discord.com/api/v10") == "https://discord.com/oauth2/authorize"
    assert cdn_url_of("https://discord.com/api/v10") == "https://cdn.discordapp.com"
    sandbox = "http://127.0.0.1:8090/sandbox/discord/api/v10"
    assert authorize_url_of(sandbox) == "http://127.0.0.1:8090/sandbox/oauth2/authorize"
    assert cdn_url_of(sandbox) == "http://127.0.0.1:8090/sandbox/cdn"
    assert authorize_url_of("https://discord.com.evil.example/api").startswith("https://discord.com.evil.example/")


def test_an_account_for_the_management_api_is_not_in_the_address_that_operators_are_shown() -> None:
    url = "https://watch:hunter2@mq.example:15671"
    settings = Settings.from_environ(GIVEN | {"AMQP_MANAGEMENT_URL": f"{url}/"})
    assert settings.management_link == "https://mq.example:15671"
    assert settings.management_api_url == url
    elsewhere = GIVEN | {"AMQP_MANAGEMENT_URL": url, "AMQP_MANAGEMENT_API_URL": "http://rabbitmq:15672"}
    assert Settings.from_environ(elsewhere).management_api_url == "http://rabbitmq:15672"
    assert "hunter2" not in repr(settings)
