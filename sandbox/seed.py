"""The world as it begins: two guilds and the people in them. Ids are fixed, so that tests can name them."""

from __future__ import annotations

from sandbox.permissions import Permission
from sandbox.settings import SandboxSettings
from sandbox.state import Channel, ChannelType, Guild, Member, Overwrite, Role, User, WorldState

__all__ = ["CROWD", "GUILD_ONE", "GUILD_TWO", "PEOPLE", "person_id", "seed_world"]

_P = Permission
_BASE = 1_101_000_000_000_000_000
# An odd number of milliseconds apart: with two shards each guild has its own.
GUILD_ONE = _BASE + 100_000
GUILD_TWO = GUILD_ONE + (1 << 22)
_USERS = _BASE + 900_000

# Key, user name, display name, who they are.
PEOPLE: tuple[tuple[str, str, str, str], ...] = (
    ("owner", "ada.marsh", "Ada Marsh", "owns both guilds"),
    ("admin", "bruno.keel", "Bruno Keel", "admin of Harbour Lights (Manage Server)"),
    ("moderator", "chiara.vane", "Chiara Vane", "moderator of Harbour Lights (kick, ban, time out)"),
    ("member", "dov.hart", "Dov Hart", "plain member of Harbour Lights"),
    ("other_moderator", "esra.lind", "Esra Lind", "moderator of Night Market only"),
    ("stranger", "finn.rowe", "Finn Rowe", "in no guild"),
)
CROWD: tuple[str, ...] = (
    "Gita Moor", "Hugo Penn", "Iris Quay", "Jonas Reef", "Kaia Sand", "Luca Tarn", "Mara Uist", "Nils Vik",
    "Olga Wren", "Pavel Yarrow", "Quinn Zeal", "Rosa Ash", "Sami Birch", "Tova Cedar", "Udo Dale", "Vera Elm",
)  # fmt: skip

_EVERYONE = (
    _P.VIEW_CHANNEL | _P.SEND_MESSAGES | _P.READ_MESSAGE_HISTORY | _P.EMBED_LINKS | _P.ATTACH_FILES | _P.ADD_REACTIONS
    | _P.USE_APPLICATION_COMMANDS | _P.CHANGE_NICKNAME | _P.CONNECT | _P.SPEAK | _P.CREATE_INSTANT_INVITE
)  # fmt: skip
_MODERATION = _P.KICK_MEMBERS | _P.BAN_MEMBERS | _P.MODERATE_MEMBERS | _P.MANAGE_MESSAGES | _P.VIEW_AUDIT_LOG
_BOT = (
    _MODERATION | _P.MANAGE_GUILD | _P.MANAGE_CHANNELS | _P.MANAGE_ROLES | _P.MANAGE_WEBHOOKS | _P.MANAGE_NICKNAMES
    | _P.MANAGE_THREADS | _P.VIEW_CHANNEL | _P.SEND_MESSAGES | _P.READ_MESSAGE_HISTORY | _P.EMBED_LINKS
    | _P.ATTACH_FILES | _P.MENTION_EVERYONE | _P.ADD_REACTIONS
)  # fmt: skip

# Offset, name, permissions, colour. Position follows the order; the bot may not touch what is above its own role.
_ROLES: tuple[tuple[int, str, int, int], ...] = (
    (6, "Newcomer", 0, 0x99AAB5),
    (5, "Regular", 0, 0x1ABC9C),
    (4, "Events", int(_P.MANAGE_EVENTS), 0xE91E63),
    (3, "Moderator", int(_MODERATION), 0x3498DB),
    (2, "Admin", int(_MODERATION | _P.MANAGE_GUILD | _P.MANAGE_ROLES | _P.MANAGE_CHANNELS), 0xE67E22),
    (7, "guildbus", int(_BOT), 0x5865F2),
    (1, "Owner", int(_P.ADMINISTRATOR), 0xF1C40F),
)


def person_id(key: str) -> int:
    """The fixed user id of one of PEOPLE: `person_id("moderator")`."""
    return _USERS + 1 + [row[0] for row in PEOPLE].index(key)


def _crowd_id(index: int) -> int:
    return _USERS + 101 + index


def seed_world(settings: SandboxSettings, now: float) -> WorldState:
    world = WorldState()
    bot = settings.application_id
    world.users[bot] = User(id=bot, username=settings.application_name, bot=True)
    for key, username, name, who in PEOPLE:
        identifier = person_id(key)
        world.users[identifier] = User(
            id=identifier, username=username, global_name=name, email=f"{username}@sandbox.example", person=who
        )
    for index, name in enumerate(CROWD):
        identifier = _crowd_id(index)
        world.users[identifier] = User(
            id=identifier, username=name.lower().replace(" ", "."), global_name=name, locale="de" if index % 3 else "fr"
        )
    one = _guild(GUILD_ONE, "Harbour Lights", "en-GB", 205, bot, now)
    one.description = "Sailors, lighthouse keepers, and people who like the sea."
    two = _guild(GUILD_TWO, "Night Market", "de", 285, bot, now)
    two.description = "Stalls, recipes and music after dark."
    _join(one, "owner", now, 1)
    _join(one, "admin", now, 2)
    _join(one, "moderator", now, 3)
    _join(one, "member", now, 5)
    _join(two, "owner", now, 1)
    _join(two, "other_moderator", now, 3)
    # Overlapping crowds: some people are in both guilds.
    _crowd(one, range(10), now)
    _crowd(two, range(6, 16), now)
    world.guilds = {GUILD_ONE: one, GUILD_TWO: two}
    return world


def _guild(guild_id: int, name: str, locale: str, hue: int, bot: int, now: float) -> Guild:
    guild = Guild(id=guild_id, name=name, owner_id=person_id("owner"), preferred_locale=locale, hue=hue)
    guild.roles[guild_id] = Role(id=guild_id, name="@everyone", position=0, permissions=int(_EVERYONE))
    for position, (offset, role_name, permissions, color) in enumerate(_ROLES, start=1):
        is_bot = role_name == "guildbus"
        guild.roles[guild_id + offset] = Role(
            id=guild_id + offset, name=role_name, position=position, permissions=permissions, color=color,
            hoist=True, mentionable=not is_bot, managed=is_bot, bot_id=bot if is_bot else None,
        )  # fmt: skip
    text, voice, category = ChannelType.TEXT, ChannelType.VOICE, ChannelType.CATEGORY
    staff_only = [
        Overwrite(id=guild_id, type=0, deny=int(_P.VIEW_CHANNEL)),
        *(Overwrite(id=guild_id + offset, type=0, allow=int(_P.VIEW_CHANNEL)) for offset in (2, 3, 7)),
    ]
    read_only = [
        Overwrite(id=guild_id, type=0, deny=int(_P.SEND_MESSAGES)),
        *(Overwrite(id=guild_id + offset, type=0, allow=int(_P.SEND_MESSAGES)) for offset in (2, 7)),
    ]
    rows: tuple[tuple[int, str, int, int | None, str | None, list[Overwrite]], ...] = (
        (20, "Welcome", category, None, None, []),
        (21, "announcements", text, 20, "News. Only the team writes here.", read_only),
        (22, "general", text, 20, "Everything else.", []),
        (30, "Team", category, None, None, staff_only),
        (31, "staff", text, 30, "Moderators and admins.", staff_only),
        (32, "mod-log", text, 30, "What the bot did.", staff_only),
        (40, "Workshop", category, None, None, []),
        (41, "bot-commands", text, 40, "Type / and try.", []),
        (42, "Lounge", voice, 40, None, []),
    )
    for position, (offset, channel_name, kind, parent, topic, overwrites) in enumerate(rows):
        guild.channels[guild_id + offset] = Channel(
            id=guild_id + offset, type=kind, name=channel_name, guild_id=guild_id, position=position, topic=topic,
            parent_id=None if parent is None else guild_id + parent,
            overwrites=[Overwrite(id=o.id, type=o.type, allow=o.allow, deny=o.deny) for o in overwrites],
        )  # fmt: skip
    guild.system_channel_id = guild_id + 22
    guild.members[bot] = Member(user_id=bot, joined_at=now - 86_400 * 30, roles=[guild_id + 7])
    return guild


def _join(guild: Guild, key: str, now: float, role_offset: int) -> None:
    identifier = person_id(key)
    guild.members[identifier] = Member(user_id=identifier, joined_at=now - 86_400 * 90, roles=[guild.id + role_offset])


def _crowd(guild: Guild, indexes: range, now: float) -> None:
    for index in indexes:
        identifier = _crowd_id(index)
        roles = [guild.id + 5] if index % 2 else [guild.id + 6]
        guild.members[identifier] = Member(user_id=identifier, joined_at=now - 86_400 * (60 - index), roles=roles)
