"""The probes, a broker that is down, and the whole path on a real RabbitMQ."""

from __future__ import annotations

import socket

from bus.clock import SystemClock
from bus.rabbitmq import RabbitMQTransport
from bus.topology import load_topology
from bus.transport import Transport
from models.database import Database
from tests.integration.web.running_web import GUILD, RunningWeb, know_the_guilds, running_web
from tests.integration.web.sse import open_stream
from tests.rabbitmq import Vhost

PATH = f"/api/v1/guilds/{GUILD}/commands"


async def test_probes_say_what_is_missing(web: RunningWeb) -> None:
    async with web.client() as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).json()["status"] == "ready"
        await web.transport.close()
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["dependencies"]["broker"] == {
            "ok": False,
            "detail": "not connected to the broker at this process",
        }
        assert answer.json()["dependencies"]["database"] == {"ok": True}
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/healthz")).json()["status"] == "unhealthy"
        await web.transport.start()


async def test_discord_that_is_down_is_named_and_the_process_stays_ready(
    database: Database, transport: Transport
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        url, trouble = f"http://user:hunter2@{address}/api/v10", "the gateway is gone"
        async with (
            running_web(database, transport, bot_trouble=lambda: trouble, discord_api_url=url) as web,
            web.client() as client,
        ):
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
            dependencies = answer.json()["dependencies"]
            assert dependencies["discord"] == {
                "ok": False,
                "address": f"http://{address}/api/v10",
                "error": "cannot be reached (ConnectError)",
            }
            assert dependencies["bot"] == {"ok": False, "detail": trouble}
            assert (await client.get("/healthz")).json()["status"] == "degraded"
            await transport.close()
            assert (await client.get("/readyz")).status_code == 503
            await transport.start()


async def test_on_a_real_broker_a_click_is_confirmed_and_seen_by_two_processes(
    database: Database, rabbitmq_vhost: Vhost
) -> None:
    await know_the_guilds(database)
    topology = load_topology()
    one, two = (
        RabbitMQTransport(rabbitmq_vhost.url("web"), topology, clock=SystemClock(), name=f"web {n}") for n in (1, 2)
    )
    transports: tuple[Transport, ...] = (one, two)
    for transport in transports:
        await transport.start()
    try:
        async with (
            running_web(database, one) as first,
            running_web(database, two) as second,
            await first.key_client() as client,
            second.client(Authorization=client.headers["authorization"]) as elsewhere,
            open_stream(client, GUILD) as here,
        ):
            await here.until("initial")
            async with open_stream(elsewhere, GUILD) as there:
                await there.until("initial")
                answer = await client.post(PATH, json={"type": "utility.ping"}, headers={"Idempotency-Key": "r"})
                assert answer.status_code == 202, answer.text
                [seen] = await here.events(1)
                [seen_there] = await there.events(1)
                assert seen.data["data"]["command_id"] == answer.json()["id"]
                assert seen == seen_there
            missed = [await first.publish() for _ in range(3)]
            async with open_stream(elsewhere, GUILD, last_id=seen.id) as there:
                assert [frame.data["id"] for frame in await there.events(3)] == missed
    finally:
        for transport in transports:
            await transport.close()
