"""The recovery kit: what a new machine needs besides the store of dumps, as text for a file or paper."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from server.operations.server_key import Purpose, ServerKey
from server.operations.server_keys import LENGTH, PURPOSES

# The bytes of checksum after each key, so that letters mistyped from paper are detected. Together with the
# key's 32 bytes, base32 needs no padding.
CHECK = 3
GROUP = 4  # letters
GROUPS_A_LINE = 7

NAMES: dict[Purpose, str] = {"dumps": "DUMP SIGNING KEY", "secrets": "SECRETS KEY"}

TEMPLATE = """\
PERCH RECOVERY KIT

Made {made_at} for {instance}.
Keep it away from the server and the store of dumps: in a password manager, or on paper in a safe.
Anyone who has it and can write to the store of dumps can make a dump that this Perch trusts.

To start again on a new machine: perch restore latest --kit FILE{identity} --take-over
(All steps: docs/operations.md, Disaster recovery.)

{keys}
DUMPS: {place}
COPIES OF PICTURES: {copies}
{encryption}
"""


class KitDamaged(Exception):
    """A recovery kit that cannot be read; the text says where."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the kit says besides the keys: its Perch, where dumps and copies are, and the encryption."""

    instance: str
    place: str
    copies: str
    recipient: str | None
    identity_kept: str | None


def written(keys: Sequence[ServerKey], around: Surroundings) -> str:
    """The kit's text, with the current keys."""
    current = {key.purpose: key.material for key in keys if key.is_current}
    return TEMPLATE.format(
        made_at=f"{datetime.now(UTC):%Y-%m-%d}",
        instance=" ".join(around.instance.split()),
        keys="\n".join(f"{NAMES[purpose]}\n{spelled(current[purpose])}\n" for purpose in PURPOSES),
        identity="" if around.recipient is None else " --identity SECRET_KEY_FILE",
        place=around.place,
        copies=around.copies,
        encryption=_encryption(around),
    )


def _encryption(around: Surroundings) -> str:
    if around.recipient is None:
        return "DUMPS ARE NOT ENCRYPTED"
    kept = around.identity_kept or "_" * 40
    return f"DUMPS ARE ENCRYPTED TO: {around.recipient}\nITS SECRET KEY IS KEPT: {kept}"


def read(text: str) -> list[ServerKey]:
    """The keys of a kit. Raises KitDamaged."""
    now = datetime.now(UTC)
    return [ServerKey(purpose, _key_in(text, NAMES[purpose]), kit_made_at=now) for purpose in PURPOSES]


def spelled(key: bytes) -> str:
    """A key for paper: base32 (RFC 4648) in groups, with a checksum at the end."""
    letters = base64.b32encode(key + _check(key)).decode()
    groups = [letters[start : start + GROUP] for start in range(0, len(letters), GROUP)]
    lines = [groups[start : start + GROUPS_A_LINE] for start in range(0, len(groups), GROUPS_A_LINE)]
    return "\n".join("    " + " ".join(line) for line in lines)


def _key_in(text: str, name: str) -> bytes:
    """The key below this heading, however it is spaced; 0 and 1 are read as the letters O and I."""
    length = (LENGTH + CHECK) * 8 // 5
    lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    found = re.search(rf"^{name}$\n((?:[A-Za-z0-7][ \n-]*){{{length}}})(?![A-Za-z0-7])", lines, re.M)
    if not found:
        raise KitDamaged(f"the recovery kit has no {name} of {length} letters and digits (A to Z, 2 to 7)")
    try:
        data = base64.b32decode(re.sub(r"[\s-]", "", found[1]).upper(), map01="I")
    except binascii.Error:
        raise KitDamaged(f"the {name} of the recovery kit can't be read") from None
    key, check = data[:LENGTH], data[LENGTH:]
    if _check(key) != check:
        raise KitDamaged(f"the {name} of the recovery kit has a mistake: its checksum doesn't match")
    return key


def _check(key: bytes) -> bytes:
    return hashlib.sha256(b"perch recovery kit\n" + key).digest()[:CHECK]
