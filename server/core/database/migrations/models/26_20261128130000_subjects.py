"""An event is about a subject: (kind, actor, subject, object), whatever the kind.

While processes of the version before still run, they read the columns that they know, and one of them may be the
relay. So the outbox computes these columns, and the log fills in whichever a row lacks. A later version drops them.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# What the columns of before say in the new ones, and the other way round.
SUBJECT = """CASE
    WHEN kind IN ('tweet', 'tweet_deleted', 'likes', 'liked', 'bookmarked') THEN tweet_id
    WHEN kind = 'media' THEN media_id WHEN kind = 'follow' THEN followee_id
    WHEN kind = 'key_revoked' THEN key_id ELSE user_id END"""
ACTOR = "CASE WHEN kind NOT IN ('user', 'permissions', 'visibility') THEN user_id END"
OBJECT = "CASE kind WHEN 'media' THEN tweet_id END"

TWEET = """CASE
    WHEN kind IN ('tweet', 'tweet_deleted', 'likes', 'liked', 'bookmarked') THEN subject_id
    WHEN kind = 'media' THEN object_id END"""
USER = "CASE WHEN kind IN ('user', 'permissions', 'visibility') THEN subject_id ELSE actor_id END"
FOLLOWEE = "CASE kind WHEN 'follow' THEN subject_id END"
MEDIA = "CASE kind WHEN 'media' THEN subject_id END"
KEY = "CASE kind WHEN 'key_revoked' THEN subject_id END"


NAMES = ("tweet", "user", "followee", "media", "key", "actor", "subject", "object")


def of_row(expression: str) -> str:
    """The expression in a trigger."""
    for column in ("kind", *(f"{name}_id" for name in NAMES)):
        expression = expression.replace(f" {column}", f" NEW.{column}")
    return expression


TOLD_BEFORE = """
CREATE OR REPLACE FUNCTION count_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM users
    WHERE id IN (SELECT follower_id FROM changed UNION ALL SELECT followee_id FROM changed)
    ORDER BY id FOR NO KEY UPDATE;
    UPDATE users u
    SET following_count = u.following_count + TG_ARGV[0]::int * c.made,
        followers_count = u.followers_count + TG_ARGV[0]::int * c.received
    FROM (
        SELECT id, sum(made) AS made, sum(received) AS received
        FROM (SELECT follower_id AS id, 1 AS made, 0 AS received FROM changed
              UNION ALL SELECT followee_id, 0, 1 FROM changed) sides
        GROUP BY id
    ) c WHERE u.id = c.id;
    INSERT INTO outbox (kind, user_id, followee_id) SELECT 'follow', follower_id, followee_id FROM changed;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_likes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM tweets WHERE id IN (SELECT tweet_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE tweets t SET likes_count = t.likes_count + TG_ARGV[0]::int * c.n, version = t.version + 1
    FROM (SELECT tweet_id, count(*) AS n FROM changed GROUP BY tweet_id) c WHERE t.id = c.tweet_id;
    -- Of a tweet that goes with its likes, its own deletion tells enough.
    INSERT INTO outbox (kind, tweet_id, user_id)
    SELECT 'liked', c.tweet_id, c.user_id FROM changed c JOIN tweets t ON t.id = c.tweet_id;
    INSERT INTO outbox (kind, tweet_id)
    SELECT DISTINCT 'likes', c.tweet_id FROM changed c JOIN tweets t ON t.id = c.tweet_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION count_tweets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM users WHERE id IN (SELECT author_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE users u SET tweets_count = u.tweets_count + TG_ARGV[0]::int * c.n,
        unsettled = u.unsettled OR (u.hidden AND TG_OP = 'INSERT')
    FROM (SELECT author_id, count(*) AS n FROM changed GROUP BY author_id) c WHERE u.id = c.author_id;
    INSERT INTO outbox (kind, tweet_id, user_id)
    SELECT CASE TG_OP WHEN 'INSERT' THEN 'tweet' ELSE 'tweet_deleted' END, c.id, c.author_id
    FROM changed c
    WHERE TG_OP = 'INSERT' OR NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.author_id AND u.hidden)
    ORDER BY c.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tell_of_bookmarks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, tweet_id, user_id)
    SELECT 'bookmarked', tweet_id, user_id FROM changed
    WHERE EXISTS (SELECT 1 FROM tweets WHERE id = changed.tweet_id) ORDER BY changed.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tell_of_permissions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, user_id) VALUES ('permissions', (to_jsonb(NEW) ->> TG_ARGV[0])::bigint);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tell_of_picture() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, media_id, tweet_id, user_id)
    VALUES ('media', NEW.id, coalesce(NEW.tweet_id, OLD.tweet_id), NEW.owner_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tell_of_rename() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, user_id) VALUES ('user', NEW.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tell_of_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, key_id, user_id) VALUES ('key_revoked', OLD.id, OLD.user_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tell_of_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, key_id, user_id)
    SELECT 'key_revoked', id, user_id FROM api_keys WHERE user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tell_of_visibility() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, user_id) VALUES ('visibility', NEW.id);
    RETURN NULL;
END $$;
"""

# How each statement that writes to the outbox names its columns, before and from now on.
COLUMNS = {
    "(kind, user_id, followee_id) SELECT 'follow'": "(kind, actor_id, subject_id) SELECT 'follow'",
    "(kind, tweet_id, user_id)": "(kind, subject_id, actor_id)",
    "(kind, tweet_id)": "(kind, subject_id)",
    "(kind, user_id) VALUES": "(kind, subject_id) VALUES",
    "(kind, media_id, tweet_id, user_id)": "(kind, subject_id, object_id, actor_id)",
    "(kind, key_id, user_id)": "(kind, subject_id, actor_id)",
}


def renamed(functions: str) -> str:
    """The functions with the new columns."""
    for before, after in COLUMNS.items():
        functions = functions.replace(before, after)
    return functions


UPGRADE = f"""
ALTER TABLE outbox ADD actor_id bigint, ADD subject_id bigint, ADD object_id bigint;
UPDATE outbox SET actor_id = {ACTOR}, subject_id = {SUBJECT}, object_id = {OBJECT};
ALTER TABLE outbox
    DROP tweet_id, DROP user_id, DROP followee_id, DROP media_id, DROP key_id,
    ADD tweet_id bigint GENERATED ALWAYS AS ({TWEET}) STORED,
    ADD user_id bigint GENERATED ALWAYS AS ({USER}) STORED,
    ADD followee_id bigint GENERATED ALWAYS AS ({FOLLOWEE}) STORED,
    ADD media_id bigint GENERATED ALWAYS AS ({MEDIA}) STORED,
    ADD key_id bigint GENERATED ALWAYS AS ({KEY}) STORED;

ALTER TABLE events ADD actor_id bigint, ADD subject_id bigint, ADD object_id bigint;
UPDATE events SET actor_id = {ACTOR}, subject_id = {SUBJECT}, object_id = {OBJECT};

CREATE FUNCTION fill_in_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject_id IS NULL THEN
        NEW.actor_id := {of_row(ACTOR)};
        NEW.subject_id := {of_row(SUBJECT)};
        NEW.object_id := {of_row(OBJECT)};
    ELSE
        NEW.tweet_id := {of_row(TWEET)};
        NEW.user_id := {of_row(USER)};
        NEW.followee_id := {of_row(FOLLOWEE)};
        NEW.media_id := {of_row(MEDIA)};
        NEW.key_id := {of_row(KEY)};
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER events_filled_in BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION fill_in_event();
{renamed(TOLD_BEFORE)}
"""

DOWNGRADE = f"""
DROP TRIGGER events_filled_in ON events;
DROP FUNCTION fill_in_event();
ALTER TABLE events DROP actor_id, DROP subject_id, DROP object_id;
ALTER TABLE outbox
    ALTER tweet_id DROP EXPRESSION, ALTER user_id DROP EXPRESSION, ALTER followee_id DROP EXPRESSION,
    ALTER media_id DROP EXPRESSION, ALTER key_id DROP EXPRESSION;
ALTER TABLE outbox DROP actor_id, DROP subject_id, DROP object_id;
{TOLD_BEFORE}
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXW1z2zYS/isYfWk6o9PEdpzk3JubkW051dmWMrbcNq07EiTCIk4UwBKgFU0v//0A8P3VomzJlIIPndQAFqSeBReL3QfA3405NZDFW"
    "m0bX6Jl4wT83SBwjsT/pGqaoAFtOyqXBRyOLdUU2ng4Q0tVCMeMO3DCRfkDtBgSRQZiEwfbHFMiW/cJAqI1oA8AApchpwVGtju28GQE5t"
    "CZMcBNBAw0p6qW/QBmhC6IlGFNsDDxxASEjqmxBBNIgIMe6Qy15LMNOhEPx2S6ucfck3symkMDDReYmyOAvW7kg7gJOVhABpgp+1mYiIg"
    "y0YCKN5HlUuwn0FN/mshBQfeyPTJksxaQb606Mihi94RQrl5LPYRNqI3ACE4m1CV8FPYJxkvxE22HThBj6vcSgKBjYeSAR/HLBO5NUWaA"
    "KeIMYC7bj6BBbT5SsLkE/+WiIaeiXryXAO+PP0UxJgb6iljwpz0bPmBkGYlBgg3ZgSof8qWtyk7xtEv4hWorlTIeTqjlzknU3l5yk5JQA"
    "BMuS6eIIAdyJJ/AHVeOHOJalj/IgsHkvWzUxHvLmIyBHqBryfEnpb0XiMoaw2GvPxjedgbDYSMzNgOJ2DjyiyaUyHEtXpUpAKbyFf7xz8"
    "PDo6MPh2+P3n88fvfhw/HHtx9FW/W+2aoP37yXidDyulKYdT91ewP5QlR8PN5XJQu+KRnIoSellBGhb0Jm5uFPoLPMxz+QSGlgvOSIpXU"
    "QIF6mhKAg0kL00W9BDWWIXvVPZc9zxv6yZMEv7ZvTbq998+XNdfu3H1XV0q+66vc+Be1tyvjUUR01Tr8MOm2lgwhz9W8G8zMTOvmIB+1T"
    "iItfsYN4N+bw69BCZMpN8efx2xL8BdxnP7dv3hy//TE5rHt+zaGqSoKrLBzLwtt2HFgwoiORFMIWZhmzsgMQl0A66Pw2+OPPFGTelJZjB"
    "Si1ECT5oEVCaUMgpDYFWliyZUPQ718lDMFpN2Voe3fXp52bNwdqoIpGmCfsb4T1xEESkyHkWbzPRQ3Hc5QPeFIyBbrhi7aC/9nBYdsQP9"
    "DoE2vpT8Rlw7h73bkdtK8/J7Ry3h50ZM1hwjIHpW/ep6xI2An4tTv4Gcg/we/9XidtwsN2g98b8p2gy+lQOFRDaMR8hqA0QC2hdfTVxqK"
    "3NbSelHwBrfuvWxel74iSA0xKtez59+t820lJreU6a1mupcT36K2gKk6aGdktzp3B2mZnp85wyTysumRMSz69eKz/J7XN5WOkAxnmqAx/"
    "TGgt5GvnqGwNehk0eZjlLtwlqFk1XFAH4Sm5RN5SpyveG5JJ3urRj83d+d3smAq+BWMsKI0+UAcuwihTfOiJ3y5+MfKsy1n79qx93mnkG"
    "5gXwDWKee6WWVkV2LRJTaArXgL07q6uGmoAj+FktoCOMSwYybKrHIPiS11c3iALqp/x3YCtYKOHNAZXAshs1fxwni6BBE7VT5LPlk/ywR"
    "IOykwGrxs5kfqwrlkWqx/7rVYM1rcBXyDEvZi0F0cHM4RsBh6oA4RukZMKlosHIiC8KIewFhiYCGADUMdAjhcpl2GZJiBogRgHD9hhPBu"
    "639ZDcwLff4S2Wb1C408dCa/LfNosiYTryEyxgvY3MqM+0coebVxKu7R6NbEb0OvVxDZXE97k/3xMB0E/ewpq3Jbmo1q8iNikn3xBLUtN"
    "Ghkv2a8p9ZEfVJsVPeSR1xo5IyBnWs/hVLgoLkZQjUZFjil7yh3eyBNyfd/gQWrk+71qF7g+k4B2gbULnHSBg6+0sieWEtTe2NqOcGA01"
    "1WBdohf2iFOTGPaKS7x31JD8GnHOPQKNLSrQYtq6B2Husnxj+N6K/aQcbzV0y4ysunEHAH5KOZxosV/nDqKna1o2MKr8TjKos5B0ls1PA"
    "Y1JFT6p4pEreqknGRLP4pCnOctb/hhL8yWvp1Dy3q2i7zKd1MHH/no8MP7cCaQf5TZ/tvr9tXV046v0ncW2Lu77nkBLSsQSOHquthoSbH"
    "dtUp5MCoa7pHno8a9T/VLk64Md6grf18GzP/c9nsF0dRIJL1ywBMO/gc2ycNt/OvBJROJFRi72OLCLLXkY//d2D7MEqLEoiEgOod88xht"
    "5iyHbS47OM1zbF5rknjEHPoA5UwTYe0TE0XQrsLuIAuTWQuMZMRO7bBhiPs7ZjAXRnkizTFTu1y+isEl9KVShDIlSL09LoEdl9tyxsvca"
    "WKDz9H7aWq8bCibSTidITKsvqsmKaf31jTX3FsDjTkmOdCXsTJDGb2ToQIdU9itaruY/Pbb28XU2NQUntzDdPh2lU1MolXhLiZVlya7fh"
    "2KmSJnI1MJyzUS2V4g6GCz5vzw4N2Hdx+P3r8LrXhYUma8c3PNORNjWZZ5yxG1tzsCpE4SFEO9v0mCGu1gqpvWd0TLeguT1nLKhI+XlRN"
    "OGVG9l2an2G/fLfIlub5oTG8vJVUzPayakcp8/gX7PtLjXAP7XGrh60Rwr/AsN8WnyptlUVtLtFh5g4j89T8wIGW8w5YUNW1ttttLdJhL"
    "bgs5nWpMa1Zbbax7syQkqxesxQra3wWr3tjxvbm23y/0Jb6t3oWwmv/19C6E13NpdxXTmvq018jAsM05nJhzpF4+496mm5R6unPZWPgIQ"
    "euVvV4bT7jroBYYqexveBKoA4lB58CGDpfOK+YM3N1cKbaZ/ycd/xdNuDpnNM/7fZmO5Tml0l+mCzE65QGm8iTRR0gwM8EYPYjBrjr1Hw"
    "be3Igp+6Z7NvjxJNYVAwvqWoYQEE63bUKCjBaIb86+J16XiMnN14/If1O6ECKmGODAJR60yGgCTmVHE5nKRaLG1lyJuk9NZY65GpxVUsi"
    "hwMvkkF9XBYkc8tHhCinko8PCDLKsSh3qSBkOuFVV6KJxub1Jfq7PGY0dLMphEeGhQ9x5ZspPoBoKb5H9YCNiSGyqQdv43Omdd3ufToAv"
    "f09uOu3zLydq4+Dynpze9C87vRMwduTXKGuv+790zmX9nD56WfOqw/9gFQbFQTGB4iDDnxBzBprbPIc/UT7843J6+McAXVBnJh41dAnHV"
    "tVASkZY5wfrnB98gNgSLl1WywP0tWgjWiSylonbIW12fhskFJkhaSeIi0HzNHM7Za6snEV6Mdp+8z2g0m0baPF4LtZoHmYVXM+03D4M8j"
    "SNcSUWYwmJMT0HL7CRd5Ze4dwbtt+jzPaL0e5MhKdmjpEoRDMS0HBm4eSmOx/n0/RL1p9xof2zAO/frWAB3r8rtACyKomygaeI5TnhxZv"
    "BYiLP2gxWM6S3sesrsVr1T6ipsA0iENG7IPR9Djq5XE6gNCGZrqf1hKTWel20nrMu9t8+0rpKhFROa8eldF57bUrBK/E5auZG1IJToEZ0"
    "Vg86/Z1Mf8c//ET+O0iUvu55kTUb2c8maqxy6PwmaQW3MkXtWsi4cXOPO0jUN8sIBSxoOXTcKmceiNYtMBJuPA8z/tKJ8M5AxxzIkWOoA"
    "9B/8kix4re40JJH1TRVyl40cArOOXjBvnOZtTMx7JSvLZ6gibX1mQaaJfn7QGfrJEQD2Trfadk4v7v+PPy5f3dzAgx3bg9N6jr3RJWet7"
    "/4hQZc+mW/djqXfqEwUjNRetO9uhIlDrase3LV/3R7Aiw6ZTJpOuj0Bt1+T6ZNZWBZPFGWnvV7Z92rzok6OoRMsHcqzuuHctVnWXGpE8j"
    "s4SJndxc1OURpB0+nef5cSRw0EtliCiqYFjeVito0JWHnCCSGWxVrYTE70gIiYcvuej1FIxGeA1E0knMxgEWl8AjuyUVbWLlz+VRh4ox7"
    "cnvZ/fxZFrAZtu2akUiyOluJQ7LdBf8OUEiUCziEDzzP2jwxlyRF9ZRS6ymFyUx59dhoTEzzg+qsX5NaRjWPIZLYv7Tpy3N3LQQZWo9pl"
    "xLV31GdvyM1q62VRkpKai3XWctIQLiOjuNyWsN11rDoys0jcBazXCIJTXJZn+SCHIfmuCHFvNlQYB+8kG1QZzNZwNfJrXg5rZykSpjsKs"
    "6meLdcrZZFaQfnhIzU8SVi5AhPSiU8Zsjm8nxmCPzgl3f6/0ge7yyER2Dq0AUD8kZkgLn4AUie979wMOeIAHkgdOEdtZt5mty9OTKxYcj"
    "9n/5tZCptIyyZSZ0fWFMmaajcsOpdh3uibsb1sy4t8KupsjMytyOPtTbpgjQT8mqPJoP+DlS9CXNHkzg+sb2KFY2J1Dl9UytDmljeRV97"
    "tZGfEtyb4OKWqUSeVcyBvowdGwlpfmwFfqw/Y1Ub5zGhvTnIestjXPOSixWymwzVVXjJnm9WmSWZENMc1ZfiSXqwZlWhiZJJSl9i+FU9K"
    "SiCW0zEszl0ZjnbjU590YvLG2SFVw7lg33qd7NHgGe9z+dBFJz+uY/wqNOcngdPzulROxlZygK1yRiPMnI5IZ7A+BVHeOQ5Y6sfuiXaUu"
    "KdBMtNByGg1lPqli4HhZEXP+7CSgIv3ERzVav+gvIIWXVj5ElOoGcLT70nRVEgA83pCCjT6N/7TtUBuerqd1kJJKgngLqcYQN5Z4EBIm+"
    "w9K67xOp6MiYDQWK4U9eRh3j1qLqzTLSQd5lhdk+Yy2yVtADUAWMkLzvzTLm8JbMFwmiU6GbhR5e8zv2L6CUSKtAkz/kidEyNpQ+ESxji"
    "3ELGyD8zTB5FBi0ruI7T74DBJWAULJG+RK32flOzJCZlCqVblY5niCT272iwVWhtR8W0tqMMrU39WwHcoP1eBPuS4B6vAu5xMbjHGXAxG"
    "65zB11cTAeYKgSY5PxVEetARONcAedwcl+HrZKS1WyGOrMZPG1Jx3PoIMjygrfFc0Wu8B6cU7WFKx99X3mN7yspqb+uOn9dOvm0vTkrXD"
    "ZWhDshpxGvgLi3EF8nt52W1Mnt9RJ/HtUHOWspIUdY6+E5epCH3q6th4Sw1sN6etAEBE1AqFsIar8ICBU4wrHcuI2HMqfwvExb28aXaLm"
    "DQ2ClVKROaK8Ek09uHjpogvBjrrNfAa0L1du+YzWHRk4KQOMURvHJI+YKgWd+fN2wo50Nu5QjJQ+qEe4Sfi6nZO+B0ryb+vFudhKpaEPT"
    "+lDt23WOG2UmtYV5m8iwf4ab5Nc0y9hJMGrzFD2pGIYXprJ8LzyWZ14XUMxQKYwqFGfGimMK+0CkODw+XiUjdnxcnBGTdanzl8RHVQFhv"
    "/keonuwUr7xoCTfeJDNNxbu/Cvetl6886/avvW6ob2NjeuvupX62/8BJLA5Kg=="
)
