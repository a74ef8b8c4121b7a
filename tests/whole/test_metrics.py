"""What a running Perch with four web processes reports to Prometheus, compared with its requests."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests import servers
from tests.callers import Caller
from tests.waiting import wait_for
from tests.whole.conftest import Perch

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "config/monitoring"

# Process metrics from the kernel; and what the alerts and the dashboard derive from ours.
NAMES = re.compile(r"\b(?:perch_|process_(?=cpu|resident|virtual|open|max|start))[a-z_]+")
PARTS = ("_bucket", "_count", "_sum")

LIKES = "/api/tweets/{tweet_id}/likes"


def scraped(perch: Perch) -> str:
    """The metrics page as Prometheus gets it."""
    token = {"authorization": f"Bearer {perch.settings['METRICS_TOKEN']}"}
    answer = httpx.get(f"{perch.url}/metrics", headers=token)
    assert answer.status_code == 200
    return answer.text


def counted(perch: Perch, metric: str = "perch_http_requests_total", **labels: str) -> float:
    """The sum over all processes of the samples with these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(scraped(perch))
        for sample in family.samples
        if sample.name == metric and labels.items() <= sample.labels.items()
    )


def names(text: str) -> set[str]:
    """The metrics that a text mentions."""
    return {re.sub(f"({'|'.join(PARTS)})$", "", name) for name in NAMES.findall(text)}


async def test_every_request_is_counted_once_whichever_process_answers(
    four: Perch, http: httpx.AsyncClient, alice: Caller
) -> None:
    tweet = await alice.tweet("counted")
    before = Counter({s: counted(four, route=LIKES, method="POST", status=s) for s in ("200", "404", "401")})
    timed = counted(four, "perch_http_request_duration_seconds_count", route=LIKES, method="POST")
    for _ in range(40):
        assert (await alice.post(f"/api/tweets/{tweet}/likes")).status == 200
    for _ in range(20):
        assert (await alice.post("/api/tweets/999999/likes")).status == 404
    for _ in range(3):
        assert (await http.post(f"/api/tweets/{tweet}/likes")).status_code == 401
    after = {s: counted(four, route=LIKES, method="POST", status=s) for s in before}
    assert {s: after[s] - before[s] for s in after} == {"200": 40, "404": 20, "401": 3}
    now = counted(four, "perch_http_request_duration_seconds_count", route=LIKES, method="POST")
    assert now - timed == 63


def test_all_processes_report_under_their_names(four: Perch) -> None:
    told = {
        sample.labels["process"]
        for family in text_string_to_metric_families(scraped(four))
        for sample in family.samples
        if sample.name == "process_resident_memory_bytes"
    }
    assert told == {"web-1", "web-2", "web-3", "web-4", "worker", "scheduler"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer nonsense"}, 401),
        ({"authorization": b"Bearer \xff\xfe"}, 401),
        ({"authorization": "Basic eDp5"}, 401),
    ],
)
def test_metrics_are_refused_without_the_token(four: Perch, headers: Any, status: int) -> None:
    answer = httpx.get(f"{four.url}/metrics", headers=headers)
    assert (answer.status_code, answer.json()["result"]) == (status, False)


def test_an_unknown_method_creates_no_label(four: Perch) -> None:
    for method in ("BREW", "WHISK"):
        httpx.request(method, f"{four.url}/api/tweets")
    page = scraped(four)
    assert "BREW" not in page
    assert 'method="other"' in page


def test_documents_alerts_and_dashboard_only_name_existing_metrics(four: Perch) -> None:
    wait_for(lambda: "perch_run_last_failed{" in scraped(four), "the scheduler's look", seconds=90)
    told = {
        name
        for family in text_string_to_metric_families(scraped(four))
        for name in {family.name, *(re.sub("_bucket|_count|_sum", "", s.name) for s in family.samples)}
    }
    written = names((ROOT / "docs/metrics.md").read_text())
    for file in ("alerts.yml", "alerts.test.yml", "grafana.json"):
        assert names((MONITORING / file).read_text()) <= told, file
        assert names((MONITORING / file).read_text()) <= written, file
    families = {family.name for family in text_string_to_metric_families(scraped(four))}
    assert {name for name in families if {name, f"{name}_total"}.isdisjoint(written)} == set()


def test_promtool_finds_nothing_wrong(four: Perch, tmp_path: Path) -> None:
    subprocess.run(["promtool", "check", "metrics"], input=scraped(four), text=True, check=True)
    for command in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")):
        subprocess.run(["promtool", *command], cwd=MONITORING, check=True)
    for file in MONITORING.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "perch-token").write_text("token")
    subprocess.run(["promtool", "check", "config", "prometheus.yml"], cwd=tmp_path, check=True)
    assert json.loads((MONITORING / "grafana.json").read_text())["panels"]


async def test_prometheus_has_the_request_counts(four: Perch, alice: Caller, tmp_path: Path) -> None:
    config = (MONITORING / "prometheus.yml").read_text()
    (tmp_path / "alerts.yml").write_text((MONITORING / "alerts.yml").read_text())
    (tmp_path / "perch-token").write_text(four.settings["METRICS_TOKEN"])
    for shipped, here in (("15s", "1s"), ("127.0.0.1:8000", f"127.0.0.1:{four.settings['PORT']}")):
        assert shipped in config
        config = config.replace(shipped, here)
    (tmp_path / "prometheus.yml").write_text(config)
    asked = f'sum(perch_http_requests_total{{route="{LIKES}",method="DELETE",status="200"}})'
    tweet = await alice.tweet("scraped")
    before = counted(four, route=LIKES, method="DELETE", status="200")
    for _ in range(50):
        await alice.delete(f"/api/tweets/{tweet}/likes")
    with servers.prometheus(tmp_path) as url:

        def knows() -> bool:
            answer = httpx.get(f"{url}/api/v1/query", params={"query": asked})
            found = answer.json()["data"]["result"] if answer.status_code == 200 else []
            return bool(found and float(found[0]["value"][1]) == before + 50)

        wait_for(knows, "Prometheus counting as many", seconds=30)
