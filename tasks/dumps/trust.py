"""Which dumps may be restored: an archive is SQL, and anyone who can write to the store can put any there."""

from __future__ import annotations

from dataclasses import dataclass

from config.settings import Settings
from server.operations.dumps.errors import DumpFailed
from server.operations.dumps.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Accepted:
    """The risks for which the operator takes responsibility."""

    unsigned: bool = False
    unencrypted: bool = False


def require(
    name: str, manifest: Manifest | None, settings: Settings, *, is_signed: bool, accepted: Accepted
) -> None:
    """Raises DumpFailed if the dump may be someone else's, and the operator didn't accept that."""
    if not is_signed and not accepted.unsigned:
        raise DumpFailed(
            f"{unknown_signature(name)}. If another Perch made it, give its recovery kit with --kit FILE. If "
            "you trust it without a signature, use --accept-unsigned"
        )
    if is_unexpectedly_plain(manifest, settings) and not accepted.unencrypted:
        raise DumpFailed(
            f"DUMP_AGE_RECIPIENT is set, and {name} isn't encrypted. If you trust it anyway, use "
            "--accept-unencrypted"
        )


def unknown_signature(name: str) -> str:
    """The beginning of a sentence about a dump with an unknown signature."""
    return f"{name} isn't signed with a key that this Perch knows, so anyone could have put it there"


def is_unexpectedly_plain(manifest: Manifest | None, settings: Settings) -> bool:
    """Whether the dump should be encrypted and isn't (or it is unknown whether it is)."""
    return settings.dump_age_recipient is not None and (manifest is None or manifest.encryption is None)
