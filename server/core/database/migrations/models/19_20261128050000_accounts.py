"""The scope `account`, and accounts that are deleted after a grace period."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
ALTER TABLE api_keys DROP CONSTRAINT api_keys_scopes_check;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_scopes_check
    CHECK (scopes <@ ARRAY['read', 'archive', 'write', 'account', 'admin'] AND scopes <> '{}');
-- Keys keep what they could do: those that write managed the account, those of administrators made links, and
-- those that only read fetched the archive.
-- Nobody has to be told: the scope means nothing to processes of the version before.
ALTER TABLE api_keys DISABLE TRIGGER keys_changed;
UPDATE api_keys SET scopes = ARRAY(
    SELECT scope FROM unnest(ARRAY['read', 'write', 'account', 'admin']) AS scope
    WHERE scope = ANY (scopes) OR scope = 'account'
) WHERE scopes && ARRAY['write', 'admin'];
UPDATE api_keys SET scopes = '{read,archive}' WHERE scopes = '{read}';
ALTER TABLE api_keys ENABLE TRIGGER keys_changed;

-- When an account that its owner deleted is erased: until then the owner can keep it. Null for one that is
-- erased at once.
ALTER TABLE users ADD erase_after timestamptz, ADD CHECK (erase_after IS NULL OR deleted_at IS NOT NULL);

-- Keys stay until then, and the streams that they opened end.
CREATE TRIGGER users_leave AFTER UPDATE OF erase_after ON users
    FOR EACH ROW WHEN (OLD.erase_after IS NULL AND NEW.erase_after IS NOT NULL)
    EXECUTE FUNCTION tell_of_suspension();
"""

# Whoever is to be erased later was promised that it happens: it does, at once. Without the scope, keys that had
# nothing else allow nothing.
DOWNGRADE = """
DROP TRIGGER users_leave ON users;
UPDATE api_keys SET revoked_at = now()
WHERE user_id IN (SELECT id FROM users WHERE erase_after IS NOT NULL) AND revoked_at IS NULL;
INSERT INTO retired_handles (hash)
SELECT sha256(convert_to(handle, 'UTF8')) FROM users WHERE erase_after IS NOT NULL ON CONFLICT DO NOTHING;
ALTER TABLE users DROP COLUMN erase_after;

UPDATE api_keys SET scopes = '{read}', revoked_at = coalesce(revoked_at, now()) WHERE scopes = '{account}';
UPDATE api_keys SET scopes = array_remove(array_remove(scopes, 'account'), 'archive');
ALTER TABLE api_keys DROP CONSTRAINT api_keys_scopes_check;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_scopes_check
    CHECK (scopes <@ ARRAY['read', 'write', 'admin'] AND scopes <> '{}');
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


# The models are as they were.
MODELS_STATE = import_module("server.core.database.migrations.models.11_20261125143000_slow_pictures").MODELS_STATE
