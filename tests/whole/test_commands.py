"""The commands that run beside `perch up`: what they do, what they need, and how they report mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from asyncpg.exceptions import InvalidPasswordError

from config.settings import Settings
from server.cli import command, status
from server.cli.main import stop
from tests import servers
from tests.whole.conftest import Perch, log_of, perch, running, users


@pytest.mark.parametrize("command", ["up", "serve", "worker", "scheduler", "migrate", "doctor"])
def test_a_wrong_setting_stops_every_start_with_one_line(tmp_path: Path, command: str) -> None:
    done = perch(tmp_path, command, PORT="none")
    assert done.returncode == 2
    assert done.stderr.startswith("perch: PORT or DOCKER_SERVER_PORT: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_the_command_explains_itself(tmp_path: Path) -> None:
    """Tested in a process of its own; tests/cli covers all other commands."""
    done = perch(tmp_path, "dump", "verify", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: perch dump verify")
    assert "Example" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("perch d", {"dump", "doctor"}),
        ("perch dump v", {"verify"}),
        ("perch users add --n", {"--name"}),
        ("perch runs start dr", {"drill"}),
    ],
)
def test_a_shell_completes_commands_options_and_values(
    words: str, expected: set[str], tmp_path: Path
) -> None:
    asked = {"_PERCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = perch(tmp_path, **asked)
    assert {line.partition(",")[2] for line in done.stdout.split()} == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_for_a_shell_is_printed(shell: str, tmp_path: Path) -> None:
    printed = perch(tmp_path, "completion", shell).stdout
    assert "_PERCH_COMPLETE" in printed
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=printed, text=True, check=True)


def test_a_first_administrator_is_made_without_a_running_server(tmp_path: Path) -> None:
    settings = {"DATA_DIR": str(tmp_path / "data"), "MODE": "PROD"}
    add = ("users", "add", "alice", "--name", "Alice", "--admin", "--json")
    # In a wrong folder, nobody wants a second server.
    refused = perch(tmp_path, *add, **settings)
    assert refused.returncode == 1
    assert f"there is no Perch in {tmp_path / 'data'}" in refused.stderr
    assert not (tmp_path / "data").exists()
    made = perch(tmp_path, *add, "--create", **settings)
    assert made.returncode == 0, made.stderr
    alice = json.loads(made.stdout)
    with running(tmp_path, **settings) as up:
        answer = httpx.get(f"{up.url}/api/users/me", headers={"api-key": alice["key"]}).json()
        assert (answer["user"]["handle"], answer["user"]["scopes"]) == (
            "alice",
            ["read", "write", "account", "admin"],
        )
        assert httpx.get(f"{up.url}/api/users/me", headers={"api-key": "test"}).status_code == 401
        assert "Invite     make a link for new people:" in log_of(up)
        assert users(up) == ["alice"]


def test_keys_are_managed_by_command(four: Perch) -> None:
    four.command("users", "add", "keyholder")
    options = ["--scope", "read", "--days", "3", "--json"]
    made = json.loads(four.command("keys", "create", "keyholder", *options))
    shown = httpx.get(f"{four.url}/api/users/me", headers={"api-key": made["key"]})
    assert shown.json()["user"]["scopes"] == ["read"]
    listed = json.loads(four.command("keys", "list", "--user", "keyholder", "--json"))
    assert [key["id"] for key in listed][-1] == made["id"]
    assert made["key"] not in json.dumps(listed)
    four.command("keys", "revoke", str(made["id"]))
    assert httpx.get(f"{four.url}/api/users/me", headers={"api-key": made["key"]}).status_code == 401


def test_an_error_names_the_path_that_is_wrong(four: Perch, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "x.zip"
    four.command("users", "add", "exported")
    assert four.command("users", "export", "exported", "--to", str(nowhere), expect=1) == (
        f"perch: {nowhere}: No such file or directory\n"
    )


def test_users_are_managed_by_command(four: Perch, tmp_path: Path) -> None:
    made = json.loads(four.command("users", "add", "mallory", "--json"))
    headers = {"api-key": made["key"]}

    def status() -> int:
        return httpx.get(f"{four.url}/api/users/me", headers=headers).status_code

    httpx.post(f"{four.url}/api/tweets", headers=headers, json={"tweet_data": "mine"}).raise_for_status()
    four.command("users", "suspend", "mallory", "--hide-tweets", "--reason", "spam")
    assert status() == 401
    line = next(
        row for row in json.loads(four.command("users", "list", "--json")) if row["handle"] == "mallory"
    )
    assert line["suspended"]
    assert "their tweets are hidden" in four.command("users", "suspend", "mallory", "--reason", "more spam")
    assert json.loads(four.command("users", "unsuspend", "mallory", "--json"))["suspended"] is False
    assert "mallory was not suspended" in four.command("users", "unsuspend", "mallory")
    assert status() == 200
    file = tmp_path / "mallory.zip"
    four.command("users", "export", "mallory", "--to", str(file))
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("tweets.json"))[0]["text"] == "mine"
    assert file.stat().st_mode & 0o077 == 0
    four.command("users", "export", "mallory", "--to", str(file), expect=1)
    assert "this needs confirmation" in four.command("users", "delete", "mallory", expect=1)
    assert status() == 200
    assert json.loads(four.command("users", "delete", "mallory", "--yes", "--json"))["removed"]
    assert status() == 401
    four.command("users", "suspend", "mallory", expect=1)
    four.command("users", "add", "mallory", expect=1)
    acts = json.loads(four.command("audit", "--limit", "6", "--json"))
    assert [act["act"] for act in acts] == [
        "user.delete",
        "user.export",
        "user.unsuspend",
        "user.suspend",
        "user.suspend",
        "user.add",
    ]
    assert {(act["by"], act["user_id"], act["user"]) for act in acts} == {("(terminal)", made["id"], None)}
    assert "user.delete" in four.command("audit")


def test_a_deleted_account_is_restored_by_command(four: Perch) -> None:
    made = json.loads(four.command("users", "add", "leaver", "--json"))
    headers = {"api-key": made["key"]}

    def leave() -> None:
        answer = httpx.request(
            "DELETE", f"{four.url}/api/users/me", headers=headers, json={"handle": "leaver"}
        )
        answer.raise_for_status()

    def line() -> dict[str, Any]:
        listed = json.loads(four.command("users", "list", "--json"))
        return next(row for row in listed if row["handle"] == "leaver")

    assert line()["erase_after"] is None
    leave()
    assert line()["erase_after"] is not None
    assert "no user" in four.command("users", "suspend", "leaver", expect=1)
    assert json.loads(four.command("users", "keep", "leaver", "--json"))["kept"]
    assert line()["erase_after"] is None
    assert httpx.get(f"{four.url}/api/users/me", headers=headers).status_code == 200
    assert "was not being deleted" in four.command("users", "keep", "leaver")
    assert "no user" in four.command("users", "keep", "nobody_of_this_name", expect=1)
    leave()
    assert json.loads(four.command("users", "delete", "leaver", "--yes", "--json"))["removed"]
    four.command("users", "keep", "leaver", expect=1)
    acts = json.loads(four.command("audit", "--limit", "2", "--json"))
    assert [act["act"] for act in acts] == ["user.delete", "user.keep"]


def test_invitations_are_managed_by_command(four: Perch) -> None:
    made = json.loads(four.command("invite", "--note", "by command", "--uses", "2", "--json"))
    assert made["url"] == f"{four.url}/join#{made['token']}"
    joined = httpx.post(f"{four.url}/api/join/{made['token']}", json={"handle": "invited"}).json()
    assert joined["user"]["handle"] == "invited"
    printed = four.command("invite", "--for", "invited")
    link = printed.splitlines()[-1]
    assert "another key for invited" in printed
    _, _, token = link.partition("/join#")
    assert httpx.post(f"{four.url}/api/join", json={"token": token}).json()["user"] == joined["user"]
    listed = json.loads(four.command("invitations", "list", "--json"))
    assert [(row["state"], row["for"]) for row in listed[:2]] == [("used_up", "invited"), ("open", None)]
    assert made["token"] not in json.dumps(listed)
    four.command("invitations", "revoke", str(made["id"]))
    assert httpx.get(f"{four.url}/api/join/{made['token']}").status_code == 404


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["users", "add", "Alice"], "lower-case"),
        (["users", "add", "test"], "taken"),
        (["keys", "create", "nobody"], "nobody"),
        (["keys", "revoke", "999999"], "no key with the ID 999999"),
        (["kept", "drop", "perch", "--yes"], "no restore left a database perch"),
        (["invite", "--for", "nobody"], "nobody"),
        (["invite", "--for", "test"], "demo"),
        (["invitations", "revoke", "999999"], "No invitation with this id"),
        (["keys", "create", "test", "--scope", "admin"], "administrators"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why_in_one_line(
    four: Perch, command: list[str], words: str
) -> None:
    said = four.command(*command, expect=1)
    assert said.startswith("perch: ")
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "command", [["status"], ["users", "list"], ["audit"], ["dump", "now"], ["reconcile"]]
)
def test_a_command_in_a_wrong_folder_makes_no_perch_there(tmp_path: Path, command: list[str]) -> None:
    done = perch(tmp_path, *command)
    assert done.returncode == 1
    assert done.stderr.startswith(f"perch: DATA_DIR: there is no Perch in {tmp_path}/data: ")
    assert not any(tmp_path.iterdir())


def test_without_a_terminal_for_confirmation_nothing_is_done(four: Perch) -> None:
    done = subprocess.run(
        [servers.PERCH, "users", "delete", "test"],
        cwd=four.folder,
        env=servers.environment(**four.settings),
        preexec_fn=lambda: os.close(0),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (
        1,
        "perch: nothing was done: this needs confirmation, but there is no terminal "
        "(--yes skips the question)\n",
    )


def test_a_command_without_any_worker_says_nothing_about_the_queue(tmp_path: Path) -> None:
    done = perch(tmp_path, "generate", "--demo", MODE="PROD")
    assert (done.returncode, done.stderr) == (0, "")
    assert "pictures, which workers process now or once you start Perch" in done.stdout


@pytest.mark.parametrize("value", ["abc", "0", "9" * 5000])
def test_an_invalid_id_is_reported(tmp_path: Path, value: str) -> None:
    done = perch(tmp_path, "keys", "revoke", value)
    assert done.returncode == 2
    assert "isn't an ID. Use the whole number that the list shows" in done.stderr


def test_status_says_how_many_processes_are_alive() -> None:
    def queue(workers: int, scheduler: int) -> dict[str, int]:
        return {"workers": workers, "scheduler": scheduler}

    assert status.running(4, queue(1, True)) == "4 web, 1 worker, a scheduler"
    assert status.running(0, queue(2, False)) == "0 web, 2 workers, no scheduler"
    assert status.running(0, queue(0, False)) == "nothing; `perch up` starts everything"
    assert status.away(0, None) == ["no web process is running", "Redis doesn't respond"]
    assert status.away(2, queue(0, True)) == ["no worker is running"]
    assert status.away(2, queue(1, False)) == ["no scheduler is running"]
    assert status.away(2, queue(1, True)) == []


def test_status_with_unreachable_storage_says_the_rest_and_exits_with_1(four: Perch) -> None:
    away = {"BACKUP_STORAGE": "s3", "S3_URL": f"http://127.0.0.1:{servers.free_port()}"}
    names = {"S3_BUCKET_NAME": "none", "S3_ACCESS_KEY": "nobody", "S3_SECRET_KEY": "nothing"}
    done = perch(four.folder, "status", "--json", **four.settings, **away, **names)
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    [trouble] = said["degraded"]
    assert trouble.startswith("storage doesn't respond: ")
    assert (said["web"], said["queue"]["workers"], said["queue"]["scheduler"]) == (4, 1, True)
    assert (said["storage"], said["proven"]) == (None, None)
    assert "proven    unknown" in perch(four.folder, "status", **four.settings, **away, **names).stdout


def test_a_command_reports_failure_in_a_line_without_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    for error, words in (
        (InvalidPasswordError('password authentication failed for user "perch"'), "authentication failed"),
        (FileNotFoundError(2, "No such file or directory", "/no/where"), "/no/where: No such file"),
    ):
        with pytest.raises(click.ClickException, match=words), command.reasons(settings):
            raise error
    with pytest.raises(SystemExit):
        stop("\x1b[2Jgone", 1)
    assert capsys.readouterr().err == "perch: \\x1b[2Jgone\n"
    assert command.cell("\x1b]0;title\x07") == "\\x1b]0;title\\x07"


@pytest.mark.parametrize("command", ["serve", "worker", "scheduler"])
def test_a_part_without_servers_says_what_it_needs(tmp_path: Path, command: str) -> None:
    done = perch(tmp_path, command)
    assert done.returncode == 1
    assert done.stderr.startswith("perch: DATABASE_URL and REDIS_URL: must be set here")
    assert done.stderr.count("\n") == 1


def test_a_path_that_is_no_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = perch(tmp_path, "up", DATA_DIR="file")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr == f"perch: DATA_DIR: {tmp_path}/file isn't a folder\n"


def test_nothing_names_the_demo_keys_if_there_are_no_demo_users(tmp_path: Path) -> None:
    perch(tmp_path, "generate", "--users", "10", "--tweets", "20")
    with running(tmp_path) as up:
        assert "Demo keys" not in log_of(up)
        instance = httpx.get(f"{up.url}/api/instance").json()["instance"]
        assert instance["features"]["demo_keys"] is False


def test_generate_fails_before_doing_anything_if_keys_cannot_be_written(four: Perch) -> None:
    said = four.command("generate", "--keys", str(four.folder / "nowhere" / "keys"), expect=1)
    assert "--keys: No such file or directory" in said
