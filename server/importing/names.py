"""Makes handles from names, and names that comply with the rules."""

from __future__ import annotations

import re
import secrets
import unicodedata

from server.core.text import CONTROL, DIRECTION, NAME_MAX_LENGTH, VISIBLE

HANDLE_MAX_LENGTH = 30

# Letters that can't be decomposed into ASCII and accents. Cyrillic is transliterated as in passports (ICAO
# Doc 9303 part 3, section 6).
WRITTEN = """
    а=a б=b в=v г=g д=d е=e ж=zh з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh
    щ=shch ъ=ie ы=y ь= э=e ю=iu я=ia є=ie і=i ґ=g ј=j љ=lj њ=nj ћ=c ђ=dj џ=dz
    ß=ss æ=ae œ=oe ø=o ł=l đ=d ð=d þ=th ı=i
"""
LETTERS = dict(pair.split("=") for pair in WRITTEN.split())

OTHER = re.compile(r"[^a-z0-9]+", re.ASCII)


def handle_of(name: str) -> str | None:
    """The name in ASCII as a handle; None if it has letters without an equivalent, or no letters."""
    written = "".join(_ascii(letter) for letter in name.lower())
    if any(not letter.isascii() and letter.isalpha() for letter in written):
        return None
    found = OTHER.sub("_", written).strip("_")[:HANDLE_MAX_LENGTH].rstrip("_")
    return found if re.search("[a-z]", found) else None


def candidates(user_id: int, name: str) -> list[str]:
    """Possible handles for this user, the best first. The last one can't be anyone else's."""
    plain = f"user{user_id}"
    numbered = [plain, *(f"{plain}_{number}" for number in range(2, 10)), f"user_{secrets.token_hex(12)}"]
    wanted = handle_of(name)
    if wanted is None:
        return numbered
    ending = f"_{user_id}"
    return [wanted, wanted[: HANDLE_MAX_LENGTH - len(ending)].rstrip("_") + ending, *numbered]


def shown(name: str | None) -> tuple[str | None, list[str]]:
    """The name in a permitted form, None if it has nothing visible; and what had to be changed."""
    changed = []
    kept = DIRECTION.sub("", CONTROL.sub(" ", name or "")).strip()
    if not VISIBLE.search(kept):
        return None, ["the name has no visible characters; the handle is shown instead"]
    if kept != (name or "").strip():
        changed.append("the name had control characters, which were removed")
    if len(kept) > NAME_MAX_LENGTH:
        changed.append(f"the name is longer than {NAME_MAX_LENGTH} characters and was cut")
        kept = kept[:NAME_MAX_LENGTH].rstrip()
    return kept, changed


def _ascii(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in LETTERS:
        return LETTERS[letter]
    apart = unicodedata.normalize("NFKD", letter)
    return "".join(LETTERS.get(part, part) for part in apart if not unicodedata.combining(part))
