"""Reposts: showing a tweet to one's own followers."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# The ids come from the sequence of the tweets: both stand in the same timelines. Nobody who blocks the author, or is
# blocked, can repost; `server/features/reposts` looks.
#
# The notification of a repost that is undone stays, `undone`, like that of a like.
UPGRADE = """
LOCK TABLE tweets;
CREATE TABLE reposts (
    id bigint PRIMARY KEY,
    tweet_id bigint NOT NULL REFERENCES tweets (id) ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, tweet_id)
);
CREATE INDEX reposts_of_user ON reposts (user_id, id DESC) INCLUDE (tweet_id);
CREATE INDEX reposts_of_tweet ON reposts (tweet_id, id DESC);
ALTER TABLE tweets ADD reposts_count bigint NOT NULL DEFAULT 0 CHECK (reposts_count >= 0);
ALTER TABLE follows ADD reposts_hidden boolean NOT NULL DEFAULT false;

CREATE FUNCTION count_reposts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM changed) THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM tweets WHERE id IN (SELECT tweet_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE tweets t SET reposts_count = t.reposts_count + TG_ARGV[0]::int * c.n, version = t.version + 1
    FROM (SELECT tweet_id, count(*) AS n FROM changed GROUP BY tweet_id) c WHERE t.id = c.tweet_id;
    -- Of a tweet that goes with its reposts, its own deletion tells enough.
    INSERT INTO outbox (kind, actor_id, subject_id, object_id)
    SELECT CASE TG_OP WHEN 'INSERT' THEN 'repost' ELSE 'repost_undone' END, c.user_id, c.tweet_id, c.id
    FROM changed c JOIN tweets t ON t.id = c.tweet_id ORDER BY c.id;
    INSERT INTO outbox (kind, subject_id)
    SELECT DISTINCT 'reposts', t.id FROM changed c JOIN tweets t ON t.id = c.tweet_id;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO notifications AS n (user_id, kind, actor_id, tweet_id)
        SELECT t.author_id, 'repost', c.user_id, t.id FROM changed c JOIN tweets t ON t.id = c.tweet_id
        WHERE t.author_id <> c.user_id AND NOT EXISTS (
            SELECT 1 FROM relations WHERE user_id = t.author_id AND other_id = c.user_id
                AND (blocking OR blocked_by OR notifications_muted AND coalesce(muted_until > now(), true))
        ) AND NOT EXISTS (
            SELECT 1 FROM muted_threads
            WHERE user_id = t.author_id AND root_id = coalesce(t.thread_root_id, t.id)
        ) ORDER BY t.id, c.user_id
        ON CONFLICT (user_id, kind, coalesce(tweet_id, 0), actor_id) DO UPDATE SET undone = false WHERE n.undone;
    ELSE
        UPDATE notifications n SET undone = true FROM changed c JOIN tweets t ON t.id = c.tweet_id
        WHERE n.user_id = t.author_id AND n.kind = 'repost' AND coalesce(n.tweet_id, 0) = t.id
            AND n.actor_id = c.user_id AND NOT n.undone;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON reposts REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_reposts('1');
CREATE TRIGGER count_gone AFTER DELETE ON reposts REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_reposts('-1');

CREATE FUNCTION tell_of_hidden_reposts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, actor_id, subject_id) VALUES ('reposts_hidden', NEW.follower_id, NEW.followee_id);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_hidden_reposts AFTER UPDATE OF reposts_hidden ON follows
    FOR EACH ROW WHEN (OLD.reposts_hidden <> NEW.reposts_hidden) EXECUTE FUNCTION tell_of_hidden_reposts();

-- The notifications of a deleted tweet's reposts go with it.
CREATE FUNCTION forget_reposts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM notifications n USING changed c
    WHERE n.user_id = c.author_id AND n.kind = 'repost' AND coalesce(n.tweet_id, 0) = c.id;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_reposts AFTER DELETE ON tweets REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_reposts();
"""

DOWNGRADE = """
DROP TRIGGER forget_reposts ON tweets;
DROP TRIGGER tell_hidden_reposts ON follows;
DROP TABLE reposts;
DROP FUNCTION count_reposts, forget_reposts, tell_of_hidden_reposts;
DELETE FROM notifications WHERE kind = 'repost';
ALTER TABLE tweets DROP reposts_count;
ALTER TABLE follows DROP reposts_hidden;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXW1T27gW/iuafNl2JpcpUNpe9s6dCSXd5UJDB8LudkvHUWJBdONIWcsmzeztf786ku34ndhA"
    "cFJ96NBIOpL8HL0c6bzo79aU28QRO50ZPSWL1iH6u8XwlMj/pHLaqIVns2U6JHh46KiieEatCVmo"
    "RDwUnotHnky/wY4gMskmYuTSmUc5g9LnjCBZGvEbhJEviLuDBjN/6NDRAE2xOxHIGxNkkylXueIn"
    "NGF8zoBGtNF8TEdjxPiQ2ws0wgy55I5PyA60bfORbJyy26dr5ppds8EU28SaU288QFRXAw15Y+yh"
    "ORZIjKGe+ZgwmSYLcNkTSAeyn1FP/RwTl4TVQ3liQ7EdBL1WFdmciGvGuKe6pRoRIz4jaIBHI+4z"
    "bxDViYYL+Ykzl4+IEOp7GSLYdShx0Z38Mol7W6bZ6JZ4AlEPyg+wzWfeQMHmM/qXTyyPy3zZLwne"
    "l68ymTKbfCMi/DmbWDeUOHZikFAbKlDplreYqbQjenvCvA+qLDBlaI2440/Zsvxs4Y05iwgo8yD1"
    "ljDiYo9AC57rw8hhvuMEgywcTLqzyyK6lzEam9xg34HxB9S6A8u0lmX1zvvWZbdvWa3M2AwpYuMo"
    "SBpxBuNadlUoAG6hC//4597e/v7bvVf7b94dvH779uDdq3eyrOpvNuvtd92ZJVq6KoXZyS8nvT50"
    "iMvJo2cVJHxXNNjDmkoxY4n+GItxHv4Mu4t8/EOKFAeGC4+INA9CxMuYECYsubCc9GtgQxmiZ+dH"
    "UPNUiL8cSPitc3F00utcfH7xsfPHS5W1CLLOznu/hOVnXHi3rqqodfS53+0oHiwxV38zmL8fYzcf"
    "8bB8CnH5FRuId2uKv1kOYbfeWP48eFWCv4T7/a+dixcHr14mh3UvyNlTWUlw1QonsvB2XBcXjOgl"
    "SQphh4rMsrIBEJdA2u/+0f/yNQWZ3tJyVgHOHYJZPmhLovRCIKmeCrQoZc0Lwfn5WWIhODpJLbS9"
    "q49H3YsXu2qgykLUS6y/S6xHLgFMLOxl8T6WOR6dknzAk5Qp0O2AdCf8zwYO25b8QPucOYtgIy4b"
    "xicfu5f9zsdPCa4cd/pdyNlLrMxh6os3qVUkqgT9ftL/FcFP9Od5r5tewqNy/T9b0Cfse9ySApWF"
    "7ZjMEKaGqCW4Tr7NqKytBteTlI/A9aC7TWH6hjA5xKSUy1q+rzO3k5SGy03mMpyl5HzUJ6iKm2aG"
    "do17Z3i22ditMzoyW1WPjGnK+w+PzZ9S6zw+LnkA1xyV4Y8R1UK+cYLK2qCHS5ObSe7BHUDNsuED"
    "dwm9ZadEH3VOZL8xG+WdHoO7uaugmg1jwfdwjIWpywnq4nl0yxQfevLb5RcTvbq871y+7xx3W/kL"
    "zCPgurzz3KxlZVVg00tqAl3ZCdS7OjtrqQE8xKPJHLu2VTCSoaqcBSWg+nB6QRysPuOHAVvBxvd4"
    "DK4EkNms6d40nYIZvlWfBG1DSwFYUkCZwOV1K+emPsprl93VD4NSK17Wd5A3J8TTd9L6Hh1NCJkJ"
    "dMNdJHlL3DaiDM1ceid/7KD+mCBqI+7axNV343AR00aMzInw0A11hZe9rH+6ZnIut79E669qtPXV"
    "3HY3Zc9sl9x2m9uXYgZt7+2LmqKVpdY4lRFbzYlhM6A3J4Z1nhj05v9wTPthPVsKanwtzUe1+KDw"
    "lLLwB+44atPISMJBTqkcfKPKrCgFD3Rp4g4Q7LRa4FS4KHuLMJsMtJ3FHKRYWWQhS8N2iHzmgGmG"
    "km6pQGNq24RlpeCnaQZMVvLFZbGqvBz2S82WoBNGbG7OxlEmNuuxISw9GireeWeJjcLYKIzNkaX0"
    "yBKukJUl5xShkZ5rH1zCDasuC8wB5rEPMAkRwhxiSuTt1BC8/yATSWQG2tWgJQ08zUS8yTnPxPlW"
    "fKKh8VL3H2mkZDcaDxA0JbSduvzncVdZzCvTeClR6oOGzHMJnBRsbdWOGYezgTJsV3lABxbsdzKR"
    "5lzvP3Vjj2zBfjnFjvPg48kq86YJ55P9vbdvop0AfpSt/ZcfO2dn9x86FL+zwF5dnRwXmMqFBClc"
    "fZ/aO0C2uatSHozKNHpfy6hx6VN9aVKU8Vzuw/dlwPzP5Xmv4PZ7SZI+OdCRh/6HntI2uvWvG5+N"
    "ACs09KnjyWVpB5r9d2v9MANEiUNDaHwe+QDEDnXvczwAoIKjPMHmuTaJO+rhAKCcbSLKvWejCMtV"
    "8NhyKJvsoAHcsCqvJ0G8wIuJenJRHsFyLJTn0Tc5uCS/lBIXHKm49jsK13FwlRoucreJJ2zH+Dg1"
    "+NhQtpN4fEKYVd3TKUln/J3aNf2dsD2lVW8NIxpzWVjhslCuW9U8y4Ly6/Msaz3VFp70K9t7tYpj"
    "mSxV6Fmm8tIGyN8suVPkOJeVWB4vSdZ3EbT7tMv53u7rt6/f7b95Ha3iUUrZ4p1rG5CzMZZZBaz5"
    "Ru3VhgBplATFUG+vkqBBXmVN4/qGcNm4lRkup5bw4aKywilDavybNspa8YdFvkTXtxzT61NJNYwP"
    "q2qkMtO/wBcnPc4NsA81BX2eG9wzOslV8an0dtmtrSNLrOy0A1//k0BAowNgKSvCIreZPDvAlHvO"
    "wyvMNSyMbHDVmDYWhY1Z3dslV7LmwFrMoO09sBpHnB9NtP1xoS+RbY3XyGry1/1eI88n0m4qpg2V"
    "aT8Sm+KO5+HReEpU5zPibbpIqaQ7hcJSRghLryz1zujI812ygwZK+xtFZ3Uxs/kUzbDrgfBKPYGu"
    "Ls6UtVnwkw//S0aeiv2aJ/0+TsWhIw6fy9EJQWUhuusdZlSM0ZDcyMGuKg0aQy8u5JZ9cfK+//Iw"
    "VpVAc+47tiSQQvdsjBmxd1Dcff6a6SqJlNYJviNBT/lckozlAEc+09ASu408DhWNQJVLZM7M2Eo0"
    "fWsqE8zV4KyiQo4IHkeH/LwsSOiQ9/dWUCHv7xVqkCErFWiTCxraVlUxF43TbY3ys77NaCzYq4eL"
    "DB66zJ9mtvwEqhHxGq0fZoTZgE01aFufur3jk94vhyigv2YX3c7x50Pl47m4ZkcX56fd3iEaujAb"
    "Iffj+W/dY8if8jutNa86/HdXsaDYLTag2M3YT8g9g0xnXo79RPnwj9OZ4R8DdM7diWzK8plHnaoX"
    "KRliox9ssn7wBlNHinRZLvfJtyJHtCVJrSVug7jZ/aOfYGTGSDthuBgWT1tup5YrJ+eQXox2UHwL"
    "TOnWDbRs3pNnNI1ZBdEzTbcNgzxtxriSFWOJEWN6D55TOy++YeHeG5XfIs32o5ndjQm9HecsEoVo"
    "LgkMnFk4vbE/Heab6ZecP+NE27cCvHm9wgrw5nXhCgBZSZRtektEnhBe7AwWI3mQM1jDkF6H11fi"
    "tBpEFKrgBhGSGC8IEzLFKJfLDSjHmN3W43qC0nC9KVzPORcHvV9yXSlCKqu141RGr13bpOCZ7Dka"
    "JkY0wqZAjegsH4z6O6n+jk/8hP47VJQ+b3zPho3sBxtqrPIQwFOaFVyCitp3iH3h54Y7SOS3ywwK"
    "RFjScv0qMQ9k6R00kGK8F2n8QYgIAmx6CEaOrULU/6yNYuW3+NiBUDVtpbKXBdyCOAePWHeuZe1E"
    "Djsla8sWjGFtc7aBdon+PuRZHYVoSNvkd0Zbx1cfP1m/nl9dHCLbn86sMffda6ZSjzufg0QbL4K0"
    "37vd0yBRLlITmXpxcnYmU1zqONfs7PyXy0Pk8FsBStN+t9c/Oe+B2hQulmWLkPr+vPf+5Kx7qEKH"
    "sBHVUXGe/ypXTcuKR52QZgsPOZt7qMkxlHbp7W2ePFdyD7okWaMKKtwWn0oV9dQmCRtnQGL7VbGW"
    "K2YXVkAi17KrXk+ZkUjJgSkzkmM5gGWmlAiu2YeOXOWOoVW5xNnX7PL05NMnSBATOps1zIgky7OV"
    "bEjWe+DfABMSJQJa+MbLW23u2UuSpGZLafSWIkBTXv1uNEZm7IOazN8xd+xqEsOSYvvUpo9vu+sQ"
    "LEg9S7sUqZlHTZ5HalerpUZKUhouN5nLREJYh8dxOsPhJnNYVuXnGXAWW7ksKYyRS30jF+K6PEcM"
    "KbabjQi2QQpZh+lsRgv4PLoVrdPKUapEyq5ibYp+kGw1LUonihOib7iEetVX6S9GXApVMkVH/R9A"
    "WGdJNEC3Lp8LBK9Tg1JkeqhfOMMuQYxAyP+5Sz2PMAQxoQsfEn6yBsGHswPvrTkLNMZab0NtET5j"
    "EHvFWIWrnjkUHDB5WxeA99qgxE8CyfVvzN3QVVTRjsHSQ2apmCnXTJUM3kSQ3Z9h3UHwDB0I4squ"
    "7dwQDK6iYidoaUfXIQYvw8gsSk+00C8pSGIRvScH36d1fbb6qIF+4kspo+DN5UBbdIiEPxqH8V4g"
    "kzPEePDa8pCMsC+I6l/wQdG7c+gFfBQ8NY2Ct/YQvmZTDh69+kXnl0iWX1YRtqx8YAmfOZJaX+TD"
    "aw/MWehv0u1ImMClVXOSCjqkDvUW8DAeciTXnGsGD+alYUqUFBoXFSxcty7GfM6MC+wmq9ACt4Iq"
    "e1iMpMnKs0ZtY3GhgTJLrYdytlQ2J8rSGqOi2gZdau23XM5rmHVlaA0fHsgH2K+zTOi4Li56sSBJ"
    "l2LA1h1gNJhfvqbQCyQZS0lr1QZxhnRrlEVrHsEq1GAdDqQIDf718A9f3a03B5Kkhgf1eFDruWTz"
    "THItn5/lsSyLd7llQJJya8b6YxgHBPcb1ZaPGNHWvHiy5oXDOLAVM2QzXZlWcWDTt1KVz10JMuPM"
    "VHvSxe8RasVKLajAnIIfycVJD/QsT4yPU9IbJ7Eg3B83NT1s1wdwwwb5qvgWzPPKjk9LFkjRfgJa"
    "jpygDEcB6YfTC+JED7Pmw34UVLNFYzt7p/AwiMI3ErYRHhXz9mHw5MTY3Y45/P0pNeFquctRhIfL"
    "YLEeHJaP1UMTy7KcaQ0mXPSSSB2tNLETMvPgteLAEeQ+HbXKVb8wPLSBoO+HObrwNbR6zQq05AOb"
    "TPlAKYAD98Y5V8+IKGU5ZCIA9RBx3xPUJjpiMmKckUAjTtUjzkKplDnjvguhjntcvewsS8CLz1Rc"
    "M+GLmTLt0upkeBI6UGzL7B0UV2yH6l5deUwTrjS/EA2Z8SG3FwEQPhPE8xxiD4LIyhCwGTtOQtsv"
    "lCJZcLQAs4NBMCusmKo59O9UimlFq+mUPQAQw4vV0G05wsjP10yryyFB8CmB/gTfigYOH01Ud/BE"
    "B3aWnwHzRc53o7duunjcLtFbj+WAcyoF0FtSbF/w5lUcj/aLHY/2M45H6m8FcMPyW2EQkAT3YBVw"
    "D4rBPciAS4VV55XwOJm5Lq9wXQ57Z0WsQxKDcwWcI8Gijj9BitbYmzfZ3lxzC4ReyyVY5GlNiveK"
    "XOItiCScDoGwWgyEsiAImZ0jkNNrzK8kpZldTZ5dRpW+vj0rOrJWhDtBZxCvJI2lD/xZ6MuNGPJr"
    "MMYM8dtjde9RcUwvicyArjCg9e1UHeOzNOXWDOE1a7P1BSBxazEhh9jw4SF8gHd2avMhQWz4UI8P"
    "xpTNmLI17U51u0zZKrglx2x6ZtQCBV3OvKygtu7M6ClZbOAQWEmvb6xDVoIp8BC2XDIi9C5X0q+A"
    "1gdV27ZjNcV2jk7L4LS0jbujnkLggZPvJKpoY+8Ry5GC2LhSXKIPNdDaeqCMEVvzjNg2EqllDJX6"
    "UK36LsFGAhT48q4HoU1Zip7SDrIj1/8RKPoylpBBTrvMFhIvy9xnDFkMwyMbr/0olmsPfMKx2Cat"
    "8NqlWBdefOmyDaZTewcHq+jADw6KdeCQl4qJLSdVBYSD4luI7u5KFga7JRYGu1kLg8J4QMWhBIvj"
    "AVWLJdg0tNcRTPBZw9t9/z/4020i"
)
