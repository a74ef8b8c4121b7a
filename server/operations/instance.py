"""A single row with facts about this database as a whole."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Instance(Model):
    """`epoch` names this history of the data, and is renewed when another one is restored over it."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    epoch = fields.UUIDField()
    trouble = fields.JSONField(default=dict)  # type: ignore[var-annotated]  # what people were told last

    class Meta:
        table = "instance"
