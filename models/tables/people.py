"""Who may come in: people who logged in, their sessions, logins under way, and API keys."""

from __future__ import annotations

from tortoise import Model, fields

from models.tables.fields import bigint_array, json_field, snowflake_field, text_array

__all__ = ["ApiKeyRow", "LoginStateRow", "OperatorRow", "SessionRow", "UserRow"]


class UserRow(Model):
    """A Discord user who logged in to the dashboard."""

    id = snowflake_field(primary_key=True)
    username = fields.TextField()
    display_name = fields.TextField(default="")
    avatar = fields.TextField(null=True)
    locale = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    last_login_at = fields.DatetimeField()

    class Meta:
        table = "users"


class OperatorRow(Model):
    """Somebody who runs the platform, as the settings of the web process that started last say."""

    user_id = snowflake_field(primary_key=True)
    since = fields.DatetimeField()

    class Meta:
        table = "operators"


class SessionRow(Model):
    """A session under the hash of its id; `oauth` holds tokens encrypted by the web."""

    id_hash = fields.BinaryField(primary_key=True)
    user_id = snowflake_field()
    created_at = fields.DatetimeField()
    rotated_at = fields.DatetimeField(null=True)
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    user_agent = fields.TextField(default="")
    address = fields.TextField(default="")
    oauth = json_field()

    class Meta:
        table = "sessions"


class LoginStateRow(Model):
    """An OAuth2 login under way: used once, then gone."""

    state_hash = fields.BinaryField(primary_key=True)
    code_verifier = fields.TextField()
    redirect_to = fields.TextField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "login_states"


class ApiKeyRow(Model):
    """A key of a script or a service: only its hash is kept. `guild_ids` null means every guild.

    `owner_id` is the person whose key it is, which then never may more than they; null is a key of the platform.
    """

    id = fields.UUIDField(primary_key=True)
    name = fields.TextField()
    prefix = fields.TextField()
    key_hash = fields.BinaryField()
    kind = fields.TextField()
    scopes = text_array()
    guild_ids = bigint_array(null=True)
    created_at = fields.DatetimeField()
    created_by = fields.TextField()
    owner_id = snowflake_field(null=True)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_keys"
