"""The configuration of the command `aerich` (see pyproject.toml), for developers who change the schema."""

from config.settings import Settings
from server.core.database.connection import tortoise_config

TORTOISE_ORM = tortoise_config(Settings.load().database, pool_size=1, name="aerich", patient=True)
