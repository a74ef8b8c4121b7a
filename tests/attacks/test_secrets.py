"""Every secret in settings and requests is a canary, which must be seen nowhere, whatever goes wrong."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg
import httpx
import pytest

from config.settings import Settings
from server.core.database import migrate, own_server
from server.core.security import api_keys as keys
from tests import pictures, posts, proxy, servers, traces
from tests.attacks.sentry import Sentry, sentry
from tests.callers import Caller
from tests.posts import Taker
from tests.proxy import Answer, Pass, Proxy, Refuse
from tests.thorough import much
from tests.waiting import until
from tests.whole.conftest import REGISTER, Perch, perch, processes, running

pytestmark = pytest.mark.whole

DATABASE, BUCKET = "secrets", "secrets"

# The prefix of each secret.
CANARY = "c4n4ry"

# A secret of a client's.
ADDRESS = "203.0.113.77"

# Fails with an unforeseen error that quotes what the user wrote.
CRASH = """
    CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'what was written is %', NEW.content; END $$
"""

FORBIDDEN = Answer(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

BROKEN: list[tuple[str, proxy.Mode]] = much(
    usually=[("database", Refuse())],
    thoroughly=[("database", Refuse()), ("redis", Refuse()), ("storage", Refuse()), ("storage", FORBIDDEN)],
)

COMMANDS: list[tuple[str, ...]] = much(
    usually=[("doctor",)],
    thoroughly=[
        ("doctor", "--json"),
        ("status",),
        ("users", "list"),
        ("keys", "list", "alice"),
        ("dump", "now"),
    ],
)


def canary(what: str) -> str:
    """A secret that can be searched for afterwards."""
    return f"{CANARY}{what}{secrets.token_hex(6)}"


@dataclass
class House:
    """A running Perch, connected to everything around it through proxies."""

    perch: Perch
    sentry: Sentry
    collector: Taker
    database: Proxy
    redis: Proxy
    storage: Proxy
    settings: Settings

    async def run(self, sql: str, *values: object) -> list[asyncpg.Record]:
        """Run a statement directly, not through the proxy."""
        connection = await asyncpg.connect(
            **{**self.settings.database.connect_arguments(), "database": DATABASE}
        )
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql, *values)
        finally:
            await connection.close()
        return found

    @property
    def logs(self) -> str:
        """Everything that was logged and printed."""
        files = [path for path in self.perch.folder.rglob("*.log*") if path.is_file()]
        return "".join(path.read_text(errors="replace") for path in files)


@pytest.fixture(scope="module")
def house(settings: Settings, moto_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    asyncio.run(prepare(settings, moto_url))
    sockets = Path(str(settings.database.host))
    storage_port = int(moto_url.rpartition(":")[2])
    password = quote(canary("P@ss:w/rd%"), safe="")
    with (
        proxy.before(str(sockets / ".s.PGSQL.5432")) as database,
        proxy.before(str(sockets / "valkey.sock")) as redis,
        proxy.before(("127.0.0.1", storage_port)) as storage,
        sentry() as reports,
        posts.taken() as collector,
    ):
        chosen = {
            "DATABASE_URL": f"postgresql://perch:{password}@127.0.0.1:{database.port}/{DATABASE}",
            "DB_PASS": canary("db pass "),
            "REDIS_URL": f"redis://default:{canary('redis')}@127.0.0.1:{redis.port}/5",
            "S3_URL": f"http://127.0.0.1:{storage.port}",
            "S3_BUCKET_NAME": BUCKET,
            "S3_ACCESS_KEY": canary("access"),
            "S3_SECRET_KEY": canary("secret/+="),
            "SENTRY_DSN": f"http://{canary('dsn')}@127.0.0.1:{reports.port}/1",
            "ALERT_WEBHOOK_URL": f"http://127.0.0.1:{reports.port}/hook/{canary('hook')}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{canary('traces')}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "WEB_CONCURRENCY": "1",
            "MODE": "PROD",
        }
        with running(tmp_path_factory.mktemp("secrets"), **chosen) as found:
            yield House(found, reports, collector, database, redis, storage, settings)


async def prepare(settings: Settings, moto_url: str) -> None:
    address = settings.model_copy(
        update={"database_url": f"postgresql://perch@/{DATABASE}?host={settings.database.host}"}
    )
    await own_server.create_database(address.database)
    await migrate.upgrade(address.database)
    await servers.make_bucket(servers.bucket(moto_url, BUCKET))


def key_in_every_form(key: str) -> list[dict[str, str]]:
    """Headers that carry a key, correctly and incorrectly."""
    return [
        {"api-key": key},
        {"authorization": f"Bearer {key}"},
        {"authorization": "Basic " + base64.b64encode(f"x:{key}".encode()).decode()},
        {"authorization": key},
        {"x-api-key": key},
        {"cookie": f"api-key={key}"},
        {"referer": f"http://perch/?api-key={key}"},
        {"user-agent": key},
        {"x-forwarded-for": ADDRESS, "api-key": key},
    ]


async def misuse(house: House, client: httpx.AsyncClient, alice: Caller) -> list[str]:
    """Requests with secrets in every place; returns what the answers say about failures."""
    body = {"tweet_data": canary("text"), "key": alice.key}
    headers = key_in_every_form(str(alice.key)) + key_in_every_form(canary("key"))
    asked = [client.get("/api/users/me", headers=shown) for shown in headers]
    asked += [client.post(f"/api/tweets?api-key={alice.key}", headers=shown, json=body) for shown in headers]
    paths = ("/health/ready", "/health/live", f"/api/join/{canary('token')}", f"/api/{canary('path')}")
    asked += [client.get(path) for path in paths]
    picture = {"file": ("x.jpg", pictures.jpeg())}
    asked.append(alice.raw("POST", "/api/medias", files=picture, data={"alt": canary("alt")}))
    answers = await asyncio.gather(*asked)
    return [f"{answer.headers} {answer.text}" for answer in answers if answer.status_code >= 400]


async def crash(house: House, client: httpx.AsyncClient, alice: Caller) -> str:
    """Cause unforeseen failures with a key and with a text; returns the text."""
    text = canary("tweet")
    await house.run("ALTER TABLE api_keys RENAME COLUMN scopes TO others")
    looked_up = await client.get("/api/tweets", headers={"api-key": canary("other")})
    await house.run("ALTER TABLE api_keys RENAME COLUMN others TO scopes")
    await house.run(CRASH)
    await house.run("CREATE TRIGGER crash BEFORE INSERT ON tweets FOR EACH ROW EXECUTE FUNCTION crash()")
    written = await alice.raw("POST", "/api/tweets", json={"tweet_data": text})
    await house.run("DROP TRIGGER crash ON tweets")
    assert (looked_up.status_code, written.status_code) == (500, 500)
    assert CANARY not in looked_up.text + written.text
    return text


@pytest.mark.fault("secrets")
async def test_secrets_are_seen_nowhere_whatever_goes_wrong(
    house: House, measured: Callable[[str], None]
) -> None:
    key = f"{CANARY}{secrets.token_hex(20)}"  # its shape matches none of our redaction rules
    (found,) = await house.run(REGISTER, "alice", keys.digest(key))
    async with httpx.AsyncClient(base_url=house.perch.url, timeout=30) as client:
        alice = Caller(client.request, key, found["user_id"], "alice")
        said = await misuse(house, client, alice)
        text = await crash(house, client, alice)
        for part, mode in BROKEN:
            gate: Proxy = getattr(house, part)
            gate.mode = mode
            said += await misuse(house, client, alice)
            said += await told_by_commands(house, ("doctor",))
            gate.mode = Pass()
    said += await told_by_commands(house, *COMMANDS)
    assert CANARY not in "".join(said), around("".join(said))
    logs = house.logs
    assert f"what was written is {text}" in logs  # for whoever has to find the cause
    assert CANARY not in logs.replace(text, ""), around(logs.replace(text, ""))
    commands = "".join(command for _, _, command in processes())
    assert CANARY not in commands, around(commands)
    measured(f"none of the canaries in {len(logs):,} characters of logs and {len(said)} failures and outputs")


async def told_by_commands(house: House, *commands: tuple[str, ...]) -> list[str]:
    """What these commands print, whether they succeed or not."""
    run = [
        asyncio.to_thread(perch, house.perch.folder, *command, **house.perch.settings) for command in commands
    ]
    return [done.stdout + done.stderr for done in await asyncio.gather(*run)]


@pytest.mark.fault("secrets")
async def test_error_reports_say_what_failed_and_contain_no_personal_data(house: House) -> None:
    """Checks the reports that the previous test caused."""

    def types() -> set[str]:
        return {value["type"] for event in house.sentry.events for value in event["exception"]["values"]}

    await until(lambda: {"UndefinedColumnError", "RaiseError"} <= types())
    events, sent = house.sentry.events, "\n".join(house.sentry.envelopes)
    dsn = str(urlsplit(house.perch.settings["SENTRY_DSN"]).username)  # Sentry knows this one, of course
    assert CANARY not in sent.replace(dsn, ""), around(sent.replace(dsn, ""))
    assert "127.0.0.1" not in sent
    assert ADDRESS not in sent
    assert not [event for event in events if event.keys() & {"request", "user", "extra", "breadcrumbs"}]
    works = {event["tags"]["work"] for event in events if event["server_name"].startswith("web")}
    assert all(work in house.logs for work in works)


@pytest.mark.fault("secrets")
async def test_traces_say_what_took_how_long_and_contain_no_personal_data(house: House) -> None:
    """Checks the traces that the previous test caused."""

    def errors() -> set[str]:
        return {str(span.attributes.get("error.type")) for span in traces.spans(house.collector.posts)}

    await until(lambda: {"UndefinedColumnError", "RaiseError", "500"} <= errors())
    sent = b"".join(post.body for post in house.collector.posts)
    for personal in (CANARY, ADDRESS, "127.0.0.1"):
        assert personal.encode() not in sent


def around(text: str) -> list[str]:
    """The text around each canary found, for whoever has to find the cause."""
    places = [at for at in range(len(text)) if text.startswith(CANARY, at)]
    return [text[max(0, at - 200) : at + 60] for at in places[:5]]
