"""A 12-megapixel photograph: making its variants in the worker, and the time from upload to display."""

from __future__ import annotations

import http.client
import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image

from tests import pictures
from tools.bench import calls, sides
from tools.bench.load import BenchFailed, Call, in_turn
from tools.bench.programs import output
from tools.bench.row import Row
from tools.bench.sides import Side
from tools.bench.stage import Stage
from tools.measuring.figures import median, number

WIDTH, HEIGHT = 4032, 3024
SMALL = (640, 480)

TIMES, PEAK_MIB, UPLOAD_TIMES = 1.5, 250, 1.5

# The pictures that each program makes per round; the first doesn't count, because it loads what the others
# reuse.
EACH = 4

BOUNDARY = "perch-bench"

# More seconds than a picture may stay pending.
PATIENCE = 60


def variants(stage: Stage) -> list[Row]:
    """Measure both programs alternately."""
    with tempfile.TemporaryDirectory() as name:
        file = photograph(Path(name))
        found = in_turn(
            {
                "perch": partial(made_by, "making", file),
                "bare": partial(made_by, "baselines.vips", file),
            },
            stage.rounds,
        )
        megabytes = file.stat().st_size / 1e6
    mine, bare = (median([milliseconds for milliseconds, _ in found[side]]) for side in ("perch", "bare"))
    peak, other = (max(memory for _, memory in found[side]) for side in ("perch", "bare"))
    ratio = mine / bare
    return [
        Row(
            "12-megapixel JPEG to all its variants, in the worker",
            "`pyvips` making the same variants",
            f"<= {TIMES}x its time, peak memory <= {PEAK_MIB} MiB",
            f"{number(ratio)}x ({mine:.0f} ms against {bare:.0f} ms), {peak:.0f} MiB",
            ratio <= TIMES and peak <= PEAK_MIB,
            [
                f"a file of {megabytes:.1f} MB; Perch's time has a process for each, and its thumbhash; "
                f"pyvips stays in one process ({other:.0f} MiB)"
            ],
        )
    ]


def upload(stage: Stage) -> list[Row]:
    """The time from the first byte of an upload until the picture's URL returns it, with an idle queue."""
    key = stage.usual.keys[0]
    with (
        tempfile.TemporaryDirectory() as name,
        stage.usual.copied() as data,
        sides.perch(data) as perch,
        sides.baseline("sink") as sink,
    ):
        file = photograph(Path(name))
        body = form(file.read_bytes())
        both = [perch, sink]
        shown(perch, key, body)  # by now everything is loaded
        found = in_turn(
            {
                "perch": sides.alone(perch, both, partial(after_a_pause, partial(shown, perch, key, body))),
                "transfer": sides.alone(sink, both, partial(transferred, sink, body)),
                "bare": lambda: made_by("baselines.vips", file)[0],
            },
            stage.rounds,
        )
    whole, transfer, bare = (median(found[side]) for side in ("perch", "transfer", "bare"))
    ratio = whole / (transfer + bare)
    return [
        Row(
            "upload of that picture until its page shows it, queue idle",
            "its transfer to a Sanic that writes it to a file, and pyvips' time",
            f"<= {UPLOAD_TIMES}x",
            f"{number(ratio)}x ({whole:.0f} ms against {transfer:.0f} + {bare:.0f} ms)",
            ratio <= UPLOAD_TIMES,
        )
    ]


def photograph(folder: Path) -> Path:
    """A picture with the grain of a camera, so that decoding takes as long as for people's pictures."""
    grain = Image.effect_noise((WIDTH, HEIGHT), 24).convert("RGB")
    picture = Image.blend(pictures.gradient(WIDTH, HEIGHT), grain, 0.3)
    file = folder / "photograph.jpg"
    picture.save(file, "JPEG", quality=85)
    return file


def made_by(program: str, file: Path) -> tuple[float, float]:
    """The milliseconds and MiB of one round of a program."""
    found = output(program, str(file), "--times", str(EACH))
    return median(found["ms"][1:]), found["peak_mib"]


def shown(perch: Side, key: str, body: bytes) -> float:
    """Milliseconds until the picture's small variant, which timelines show, is there."""
    began = time.perf_counter()
    asked = Call("GET", json.loads(post(perch.url, key, body))["media"]["small_url"], key)
    while (picture := calls.answer(perch.url, asked)).startswith(b"GIF"):  # the placeholder
        if time.perf_counter() - began > PATIENCE:
            raise BenchFailed("the picture stays pending")
        time.sleep(0.005)
    took = (time.perf_counter() - began) * 1000
    if pictures.opened(picture).size != SMALL:
        raise BenchFailed(f"{asked.path} is another picture")
    return took


def transferred(sink: Side, body: bytes) -> float:
    """The milliseconds of only transferring the file."""
    began = time.perf_counter()
    post(sink.url, "", body)
    return (time.perf_counter() - began) * 1000


def after_a_pause(measure: Callable[[], float]) -> float:
    """Wait a moment: the worker has just been stopped, and must be idle now."""
    time.sleep(2)
    return measure()


def post(url: str, key: str, body: bytes) -> bytes:
    """Upload the picture; returns the answer."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE)
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    connection.request("POST", "/api/medias", body, {"api-key": key, "content-type": content_type})
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    if response.status != 201:
        raise BenchFailed(f"the upload was answered {response.status}: {answer[:300]!r}")
    return answer


def form(picture: bytes) -> bytes:
    """The multipart body of an upload."""
    head = (
        f"--{BOUNDARY}\r\n"
        'content-disposition: form-data; name="file"; filename="photograph.jpg"\r\n'
        "content-type: image/jpeg\r\n\r\n"
    )
    return head.encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
