"""What the manifests of dumps say: which are damaged or missing, and whether dumps are still encrypted.

Without an intact manifest, a dump cannot be restored.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.settings import Settings
from server.core.database.connection import rows
from server.operations.dumps.catalogue import Catalogue, id_of

# $1 ids of dumps. Returns those that this database made.
MADE = """
    SELECT result ->> 'dump' AS id FROM scheduled_runs
    WHERE kind LIKE 'dump%' AND state = 'done' AND result ->> 'dump' = ANY($1::text[])
"""


def damaged(found: Catalogue) -> Iterator[str]:
    """A sentence for each manifest that is damaged, or that its archive does not match."""
    for key, why in found.damaged:
        yield f"the manifest {key} is damaged: {why}"
    for dump in found.dumps:
        if dump.trouble:
            yield f"the dump {dump.folder}{dump.id} is incomplete or damaged: {dump.trouble}"


async def missing(found: Catalogue) -> list[str]:
    """A sentence for each archive without a manifest whose dump was finished.

    Archives of dumps that are being made or were killed don't count: retention removes the latter.
    """
    archives = {id_of(item.key): item.key for item in found.strays if ".dump." in item.key}
    made = {row["id"] for row in await rows(MADE, list(archives))} if archives else set()
    return [f"the manifest of {key} is missing" for id_, key in archives.items() if id_ in made]


def unencrypted(dumps: Catalogue, settings: Settings) -> list[str]:
    """A warning if dumps used to be encrypted, and no longer are."""
    newest = next((dump for dump in dumps.dumps if dump.manifest.encryption is not None), None)
    if settings.dump_age_recipient is not None or newest is None:
        return []
    return [
        f"dumps are no longer encrypted, as they were until {newest.id}: set DUMP_AGE_RECIPIENT "
        f"(it was {newest.manifest.recipient})"
    ]
