"""The table of REST routes: method, template, handler, who may call, bucket (requests, seconds).

Discord publishes no limits; these are what its headers have been seen to say.
"""

from __future__ import annotations

from sandbox.rest import (
    audit_log,
    bans,
    callbacks,
    channels,
    commands,
    guilds,
    interaction_webhooks,
    members,
    messages,
    oauth,
    roles,
    users,
    webhooks,
)
from sandbox.rest.call import RestRoute

__all__ = ["ROUTES"]

_APP = "/applications/{application_id}/commands"
_APP_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
_GUILD = "/guilds/{guild_id}"
_CHANNEL = "/channels/{channel_id}"
_MESSAGE = _CHANNEL + "/messages/{message_id}"
_HOOK = "/webhooks/{webhook_id}/{token}"
_ORIGINAL = _HOOK + "/messages/@original"
_HOOK_MESSAGE = _HOOK + "/messages/{message_id}"

ROUTES: tuple[RestRoute, ...] = (
    # Interactions: no Authorization, not counted against the global limit. Hot, hence first.
    RestRoute("POST", "/interactions/{interaction_id}/{token}/callback", callbacks.create_callback, "none", None, True),
    RestRoute("PATCH", _ORIGINAL, interaction_webhooks.edit_original, "none", (5, 2.0), True),
    RestRoute("GET", _ORIGINAL, interaction_webhooks.get_original, "none", (5, 2.0), True),
    RestRoute("DELETE", _ORIGINAL, interaction_webhooks.delete_original, "none", (5, 2.0), True),
    RestRoute("POST", _HOOK, interaction_webhooks.follow_up, "none", (5, 2.0), True),
    RestRoute("GET", _HOOK_MESSAGE, interaction_webhooks.get_message, "none", (5, 2.0), True),
    RestRoute("PATCH", _HOOK_MESSAGE, interaction_webhooks.edit_message, "none", (5, 2.0), True),
    RestRoute("DELETE", _HOOK_MESSAGE, interaction_webhooks.delete_message, "none", (5, 2.0), True),
    # Users, applications, gateway, OAuth2.
    RestRoute("GET", "/users/@me", users.get_me, "either"),
    RestRoute("GET", "/users/@me/guilds", users.get_my_guilds, "either", (20, 10.0)),
    RestRoute("GET", "/users/@me/guilds/{guild_id}/member", users.get_my_member, "either", (20, 10.0)),
    RestRoute("DELETE", "/users/@me/guilds/{guild_id}", users.leave_guild),
    RestRoute("POST", "/users/@me/channels", users.create_dm, limit=(10, 10.0)),
    RestRoute("GET", "/users/{user_id}", users.get_user),
    RestRoute("GET", "/oauth2/applications/@me", users.get_application),
    RestRoute("GET", "/applications/@me", users.get_application),
    RestRoute("GET", "/gateway", users.get_gateway, "none", None),
    RestRoute("GET", "/gateway/bot", users.get_gateway_bot, "bot", None),
    RestRoute("POST", "/oauth2/token", oauth.issue_token, "client", None, True),
    RestRoute("POST", "/oauth2/token/revoke", oauth.revoke_token, "client", None, True),
    RestRoute("GET", "/oauth2/@me", oauth.who_am_i, "client", None, True),
    # Application commands.
    RestRoute("GET", _APP, commands.list_commands, "either"),
    RestRoute("PUT", _APP, commands.overwrite_commands, limit=(5, 20.0)),
    RestRoute("POST", _APP, commands.create_command, limit=(5, 20.0)),
    RestRoute("GET", _APP + "/{command_id}", commands.get_command),
    RestRoute("PATCH", _APP + "/{command_id}", commands.edit_command, limit=(5, 20.0)),
    RestRoute("DELETE", _APP + "/{command_id}", commands.delete_command, limit=(5, 20.0)),
    RestRoute("GET", _APP_GUILD, commands.list_commands, "either"),
    RestRoute("PUT", _APP_GUILD, commands.overwrite_commands, limit=(5, 20.0)),
    RestRoute("POST", _APP_GUILD, commands.create_command, limit=(5, 20.0)),
    RestRoute("GET", _APP_GUILD + "/permissions", commands.get_permissions, "either"),
    RestRoute("GET", _APP_GUILD + "/{command_id}", commands.get_command),
    RestRoute("PATCH", _APP_GUILD + "/{command_id}", commands.edit_command, limit=(5, 20.0)),
    RestRoute("DELETE", _APP_GUILD + "/{command_id}", commands.delete_command, limit=(5, 20.0)),
    # Guilds and members.
    RestRoute("GET", _GUILD, guilds.get_guild),
    RestRoute("PATCH", _GUILD, guilds.patch_guild, limit=(5, 5.0)),
    RestRoute("GET", _GUILD + "/preview", guilds.get_preview),
    RestRoute("GET", _GUILD + "/audit-logs", audit_log.get_audit_log, limit=(10, 5.0)),
    RestRoute("GET", _GUILD + "/members", members.list_members, limit=(10, 10.0)),
    RestRoute("GET", _GUILD + "/members/search", members.search_members, limit=(10, 10.0)),
    RestRoute("PATCH", _GUILD + "/members/@me", members.patch_me, limit=(10, 10.0)),
    RestRoute("GET", _GUILD + "/members/{user_id}", members.get_member, limit=(20, 2.0)),
    RestRoute("PATCH", _GUILD + "/members/{user_id}", members.patch_member, limit=(10, 10.0)),
    RestRoute("DELETE", _GUILD + "/members/{user_id}", members.kick_member, limit=(5, 2.0)),
    RestRoute("PUT", _GUILD + "/members/{user_id}/roles/{role_id}", members.add_role, limit=(10, 10.0)),
    RestRoute("DELETE", _GUILD + "/members/{user_id}/roles/{role_id}", members.remove_role, limit=(10, 10.0)),
    RestRoute("GET", _GUILD + "/bans", bans.list_bans),
    RestRoute("GET", _GUILD + "/bans/{user_id}", bans.get_ban),
    RestRoute("PUT", _GUILD + "/bans/{user_id}", bans.create_ban, limit=(30, 60.0)),
    RestRoute("DELETE", _GUILD + "/bans/{user_id}", bans.remove_ban, limit=(30, 60.0)),
    RestRoute("POST", _GUILD + "/bulk-ban", bans.bulk_ban, limit=(5, 10.0)),
    RestRoute("GET", _GUILD + "/roles", roles.list_roles),
    RestRoute("POST", _GUILD + "/roles", roles.create_role, limit=(10, 10.0)),
    RestRoute("PATCH", _GUILD + "/roles", roles.move_roles, limit=(10, 10.0)),
    RestRoute("GET", _GUILD + "/roles/{role_id}", roles.get_role),
    RestRoute("PATCH", _GUILD + "/roles/{role_id}", roles.patch_role, limit=(10, 10.0)),
    RestRoute("DELETE", _GUILD + "/roles/{role_id}", roles.delete_role, limit=(10, 10.0)),
    # Channels and messages.
    RestRoute("GET", _GUILD + "/channels", channels.list_channels),
    RestRoute("POST", _GUILD + "/channels", channels.create_channel, limit=(10, 10.0)),
    RestRoute("GET", _CHANNEL, channels.get_channel),
    RestRoute("PATCH", _CHANNEL, channels.patch_channel, limit=(5, 5.0)),
    RestRoute("DELETE", _CHANNEL, channels.delete_channel, limit=(5, 5.0)),
    RestRoute("PUT", _CHANNEL + "/permissions/{overwrite_id}", channels.put_overwrite, limit=(10, 10.0)),
    RestRoute("DELETE", _CHANNEL + "/permissions/{overwrite_id}", channels.delete_overwrite, limit=(10, 10.0)),
    RestRoute("POST", _CHANNEL + "/typing", channels.trigger_typing, limit=(5, 5.0)),
    RestRoute("GET", _CHANNEL + "/messages", messages.list_messages),
    RestRoute("POST", _CHANNEL + "/messages", messages.create_message, limit=(5, 5.0)),
    RestRoute("POST", _CHANNEL + "/messages/bulk-delete", messages.bulk_delete, limit=(1, 1.0)),
    RestRoute("GET", _MESSAGE, messages.get_message),
    RestRoute("PATCH", _MESSAGE, messages.edit_message, limit=(5, 5.0)),
    RestRoute("DELETE", _MESSAGE, messages.delete_message, limit=(5, 1.0)),
    RestRoute("GET", _CHANNEL + "/webhooks", webhooks.list_webhooks),
    RestRoute("POST", _CHANNEL + "/webhooks", webhooks.create_webhook, limit=(5, 5.0)),
)
