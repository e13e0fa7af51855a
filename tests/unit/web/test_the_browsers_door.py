import pytest

from web.csrf import csrf_token, is_same_origin, is_token_of
from web.login.redirects import HOME, safe_target
from web.login.sealing import Sealer

OURS = "https://bus.example"


@pytest.mark.parametrize(
    ("fetch_site", "origin", "passes"),
    [
        ("same-origin", OURS, True),
        ("same-origin", None, True),
        (None, OURS, True),
        (None, None, False),
        ("cross-site", OURS, False),
        ("same-site", OURS, False),
        ("none", None, False),
        ("same-origin", "https://evil.example", False),
        (None, "https://bus.example.evil.example", False),
        (None, "http://bus.example", False),
        (None, "null", False),
    ],
)
def test_only_our_own_pages_may_change_something(fetch_site: str | None, origin: str | None, passes: bool) -> None:
    assert is_same_origin(fetch_site=fetch_site, origin=origin, ours=OURS) is passes


def test_a_token_belongs_to_one_session_and_one_secret() -> None:
    token = csrf_token("session", b"secret")
    assert is_token_of(token, "session", b"secret")
    assert not is_token_of(token, "other", b"secret")
    assert not is_token_of(token, "session", b"another")
    assert not is_token_of(None, "session", b"secret")
    assert not is_token_of("ä", "session", b"secret")


@pytest.mark.parametrize("asked", ["/guilds/1", "/guilds/1/audit?type=moderation.ban&cursor=a%3D", "/"])
def test_a_login_leads_back_to_a_page_of_ours(asked: str) -> None:
    assert safe_target(asked) == asked


@pytest.mark.parametrize(
    "asked",
    [
        None, "", "guilds", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example",
        "/a\r\nSet-Cookie: x",
        "javascript:alert(1)", "/login?next=/login", "/logout", "/" + "a" * 600, "/ä", "/a#b",
    ],
)  # fmt: skip
def test_a_login_leads_nowhere_else(asked: str | None) -> None:
    assert safe_target(asked) == HOME


def test_discords_tokens_are_sealed_and_only_our_secret_opens_them() -> None:
    sealed = Sealer(b"one").seal({"access_token": "planted"})
    assert "planted" not in sealed
    assert Sealer(b"one").open(sealed) == {"access_token": "planted"}
    assert Sealer(b"two").open(sealed) is None
    assert Sealer(b"one").open("nonsense") is None
