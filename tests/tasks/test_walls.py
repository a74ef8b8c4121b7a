"""What a picture child can still do after an attacker has taken it over, tried from inside a real one."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest

from server.cli import doctor
from tasks import picture_worker
from tasks.picture_worker import PictureChildren, PictureRefused
from tasks.walls import landlock
from tests import pictures

# A real fork server whose children try these instead of decoding, and report how each ended.
TAKEN_OVER = """
import _thread, ctypes, json, mmap, os, signal, socket
from pathlib import Path
from tasks import picture_child, picture_forks, walls
libc = ctypes.CDLL(None, use_errno=True)
def called(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def process(original, files, purpose, lane):
    folder, parent, outcome = Path(original.name).parent, os.getppid(), {{}}
    for attempt in {attempts!r}:
        try:
            exec(attempt)
        except Exception as error:
            outcome[attempt] = type(error).__name__
        else:
            outcome[attempt] = "done"
    raise picture_child.Refused(json.dumps(outcome))
picture_child.process = process
for name in {without!r}:
    walls.WALLS.pop(name)
picture_forks.main()
"""

FILES = [
    "open('/etc/passwd')",
    "open(f'/proc/{parent}/environ')",
    "open('/proc/self/environ')",
    "open('/dev/null')",
    "os.listdir(folder)",
    "open(folder / 'original')",
    "open(folder / 'another', 'w')",
    "os.unlink(folder / 'original')",
    "os.rename(folder / 'variant', folder / 'larger')",
    "os.mkdir(folder / 'more')",
    "os.symlink('/etc/passwd', folder / 'link')",
    "os.truncate(folder / 'original', 0)",
]
PEERS = [
    "socket.socket().connect(('127.0.0.1', {port}))",
    "os.kill(parent, signal.SIGTERM)",
]
CALLS = [
    "os.chmod(folder / 'original', 0o777)",
    "os.readlink('/proc/self/exe')",
    "os.stat('/etc/passwd')",
    "socket.socket(socket.AF_UNIX).connect('{unix}')",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "os.fork()",
    "os.posix_spawn('/bin/true', ['true'], {{}})",
    "os.execv('/bin/true', ['true'])",
    "_thread.start_new_thread(print, ())",
    "os.memfd_create('code')",
    "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)",
    "called(101, 16, parent, 0, 0)",  # ptrace, of x86-64
    "called(310, parent, 0, 0, 0, 0, 0)",  # process_vm_readv
    "called(425, 8, 0)",  # io_uring_setup
    "called(321, 0, 0, 0)",  # bpf
    "called(0x40000000 + 57)",  # fork by the numbers of x32
    "os.setpriority(os.PRIO_PROCESS, 0, 5)",
]


async def outcome(
    monkeypatch: pytest.MonkeyPatch, folder: Path, attempts: list[str], *, without: tuple[str, ...] = ()
) -> dict[str, str]:
    """The result of each attempt: the error's name, or "done"."""
    (folder / "original").write_bytes(pictures.jpeg())
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(folder / "socket"))
        unix.listen()
        places = {"port": tcp.getsockname()[1], "unix": folder / "socket", "parent": "{parent}"}
        attempts = [attempt.format(**places) for attempt in attempts]
        code = TAKEN_OVER.format(attempts=attempts, without=without)
        monkeypatch.setattr(picture_worker, "FORKS", (sys.executable, "-I", "-c", code))
        children = PictureChildren()
        try:
            with pytest.raises(PictureRefused) as told:
                await children.make_variants(folder / "original", folder)
        finally:
            await children.close()
    found: dict[str, str] = json.loads(str(told.value))
    return found


async def test_a_sandboxed_child_can_reach_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    attempts = [*FILES, *PEERS, *CALLS]
    found = await outcome(monkeypatch, tmp_path, attempts)
    assert len(found) == len(attempts)
    assert set(found.values()) <= {"PermissionError", "RuntimeError"}, found  # the second: no new thread


async def test_seccomp_alone_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = await outcome(monkeypatch, tmp_path, [*FILES, *PEERS], without=("landlock",))
    assert set(found.values()) == {"PermissionError"}, found


async def test_landlock_alone_is_enough_for_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It suffices for other processes too, if the kernel is recent enough."""
    version = int((picture_worker.walls()["landlock"] or "version 0").split()[1])
    if not version:
        pytest.skip("this kernel has no landlock")
    attempts = [*FILES, *PEERS] if version >= landlock.SINCE_SCOPES else FILES
    found = await outcome(monkeypatch, tmp_path, attempts, without=("seccomp",))
    assert set(found.values()) == {"PermissionError"}, found


async def test_without_a_sandbox_a_child_can_do_what_its_user_can(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Proves that the attempts above can work; and pictures are processed on systems without a sandbox."""
    attempts = [*FILES[:7], *PEERS[:1], *CALLS[:4]]
    found = await outcome(monkeypatch, tmp_path, attempts, without=("process", "landlock", "seccomp"))
    assert set(found.values()) == {"done"}, found


async def test_a_childs_environment_has_no_secret_and_its_memory_is_protected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DB_PASS", "secret")
    seen = ["assert b'secret' not in open('/proc/self/environ', 'rb').read()", "assert libc.prctl(3) == 0"]
    found = await outcome(monkeypatch, tmp_path, seen, without=("landlock", "seccomp"))
    assert set(found.values()) == {"done"}, found


def test_the_active_parts_of_the_sandbox_are_known() -> None:
    standing = picture_worker.walls()
    assert standing.keys() == {"process", "landlock", "seccomp"}
    assert standing["process"]
    assert standing["seccomp"]


def test_doctor_reports_missing_parts_of_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_worker, "walls", lambda: {"process": "x", "landlock": None, "seccomp": "y"})
    finding = doctor.look_at_walls()
    assert finding.verdict == "warning"
    assert (
        finding.detail
        == "this system has no landlock to sandbox the picture child with; it has process: x; seccomp: y"
    )
