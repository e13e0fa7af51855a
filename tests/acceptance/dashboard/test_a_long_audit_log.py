"""A hundred thousand lines on record: opened and filtered while one waits for nothing."""

from __future__ import annotations

import statistics

import asyncpg
import pytest
from playwright.async_api import Page, expect

from scripts.data_dir import DataDir
from scripts.running import read_running
from tests.acceptance.browser import Desk
from tests.acceptance.platform import OTHER_GUILD, Platform

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180), pytest.mark.alone]

MOST_MS = 300
LINES = 100_000
MANY = """
INSERT INTO audit (id, guild_id, command_id, correlation_id, type, phase, at, actor_kind, actor_id, actor_name, source,
    subject, reason, before, after, detail)
SELECT id, $1, id, id, (ARRAY['moderation.ban', 'moderation.timeout', 'roles.add', 'settings.set'])[n % 4 + 1],
    'outcome', now() - n * interval '20 seconds', 'user', (900 + n % 40)::text, 'Moderator ' || n % 40,
    (ARRAY['bot', 'dashboard', 'api'])[n % 3 + 1], 'member:' || 5000 + n % 900,
    CASE WHEN n % 1000 = 0 THEN 'A rival lighthouse' ELSE 'spam number ' || n END, '{"banned": false}',
    '{"banned": true}', '{"attempt": 1, "state": "succeeded", "code": "ok", "message": "Done."}'
FROM (
    SELECT n, (left(replace(guildbus_uuid7_floor(now() - n * interval '20 seconds')::text, '-', ''), 12) || '7'
        || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid AS id
    FROM generate_series(1, $2::int) n
) made
"""


async def milliseconds(page: Page, address: str) -> float:
    """From the request to the painted list, by the browser's own clock."""
    await page.goto(address, wait_until="load")
    await expect(page.locator("#audit-list tbody tr").first).to_be_visible()
    timing = await page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    return float(timing["domContentLoadedEventEnd"])


async def test_a_hundred_thousand_lines_are_opened_and_filtered_at_once(desk: Desk, platform: Platform):
    running = read_running(DataDir(platform.data_dir).lock_file)
    assert running is not None
    owner = await asyncpg.connect(running.database_url)
    try:
        await owner.execute(MANY, int(OTHER_GUILD), LINES, timeout=120)
        await owner.execute("ANALYZE audit")
    finally:
        await owner.close()
    page = await desk.log_in("Ada Marsh", f"/guilds/{OTHER_GUILD}/audit")
    base = f"{platform.url}/guilds/{OTHER_GUILD}/audit"
    for query in ("", "?text=rival", "?text=spam&source=api&type=roles.add", "?person=5003", "?text=rival&person=5100"):
        await milliseconds(page, base + query)  # the first reads tables and files that the others find at hand
        took = [await milliseconds(page, base + query) for _ in range(7)]
        assert statistics.median(took) < MOST_MS, (query, took)
