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
    "eJztXW1z2zYS/isYfWk6o/PEdpzk3JubkW051dmWM7bcNq07EiTCIk4UwJKgFU0v//2w4Jv4alG2ZErBh4wjAAuSz4KLxe4D8O/GlBvEc"
    "vdaNr0g88Yx+rvB8JTI/6RqmqiBbTsuhwKBh5Zqim3an5C5KsRDVzh4JGT5A7ZcIosM4o4cagvKGbS+ZgTJ1og/IIw8lzh7aGB7Q4uOBm"
    "iKnYmLhEmQQaZc1bo/oAnjMwYybhPNTDoyEeNDbszRCDPkkEc+IXtwbYOP5MUpG6/vMvfsng2m2CD9GRXmAFG/G7iQMLFAM+wi14R+ZiZ"
    "hskw24PJOoBzEfkJd9dMkDgm7h/bEgGZ7CO5adWRw4t4zxoW6LXURd8RtggZ4NOIeE4OoTzScy0e0HT4irquelyGCHYsSBz3KJ5O4N2WZ"
    "gcZEuIgKaD/ABrfFQMHmMfqXR/qCy3p5XxK8P/6UxZQZ5Ctxw5/2pP9AiWUkBgk1oANV3hdzW5Wd0HGHiXPVFpQy7I+45U1Z3N6eC5OzS"
    "IAyAaVjwoiDBYErCMeDkcM8ywoGWTiY/JuNm/h3uSBjkAfsWTD+QNq/gbis0e93r3v923av329kxmYosTCOgqIRZzCu5a26CoAx3MI//n"
    "lwcHj44eDt4fuPR+8+fDj6+PajbKvuN1v14Zt/MzFaflcKs86nTrcHN8Tly+O/VVDwTclggX0ppYwYfRO7Zh7+DDvzfPxDiZQGhnNB3LQ"
    "OQsTLlBAWxFqIX/oNqKEM0cvrE+h56rp/WVDwS+vmpNNt3Xx5c9X67UdVNQ+qLq+7n8L2NnfF2FEdNU6+9NotpYMYc/U3g/mpiZ18xMP2"
    "KcTlU2wh3o0p/tq3CBsLU/48eluCv4T79OfWzZujtz8mh3U3qDlQVUlwlYVzs/C2HAcXjOhYJIWwRd2MWdkCiEsg7bV/6/3xZwoyf0rLs"
    "QKcWwSzfNBiobQhkFLrAi0q2bAhuL6+TBiCk07K0Hbvrk7aN2/21UCVjahI2N8Y65FDAJM+Flm8z2SNoFOSD3hSMgW6EYjuhf/ZwmHbkA"
    "9oXDNrHkzEZcO4c9W+7bWuPie0ctbqtaHmIGGZw9I371NWJOoE/drp/YzgJ/r9uttOm/CoXe/3BtwT9gTvS4eqj40FnyEsDVFLaJ18tan"
    "sbQWtJyVfQOvB7dZF6Vui5BCTUi37/v0q73ZSUmu5zlqGtZR8H/0VVMVJMyO7wbkzXNts7dQZLZn7VZeMacmnF4/1f6U2uXyMdQBhjsrw"
    "LwithHztHJWNQQ9Bk4dJ7sIdQM2q4Zw7hI7ZBfGXOh1535iN8laPQWzuLuhmy1TwLRxjYWn8gjp4FkWZFoeefHb5xMS3Lqet29PWWbuRb"
    "2BeANc45rldZmVZYNMmNYGuvAnUvbu8bKgBPMSjyQw7Rr9gJENXOQYlkDq/uCEWVo/x3YCtYOMHfAGuBJDZqunBNF2CGR6rR4Jrw5UCsK"
    "SDMoHgdSMnUh/VNcti9cOg1ZLB+hYSM0KEH5P24+hoQojtogfuIKlb4jQRZch26KP8sYd6JkHUQNwxiOPHxiEQ00SMzIgr0AN1XJEN1q/"
    "vMjnB7T8i+6su2vhTR7vrMmc2S6LdOvpSrKDdjb6oV7Sy17oopd1WvWLYDuj1imGTKwZ/8n8+pr2wnx0FddGW5qNavFBYpy98zi1LTRoZ"
    "TzioKfWDH1SbJb3ggd+aOAMEM63vcCpcFN8irCaDIsfUfcoBXssVcn3f8EJq5Ae9ahe4PpOAdoG1C5x0gcO3tLInlhLU3tjKjnBoNFdVg"
    "XaIX9ohTkxj2iku8d9SQ/BpxzjyCjS0y0FLaugdR7rJ8Y8X9VbsIdPFVk+7yMTmI3OA4FKuz3uW/wR3FANbUa2lV+PzkGWdQ8BbNXyWNG"
    "Yc/FNFlFZ1IAeM6EdZSPO85TVf7IUZ0bdTbFnPdpGXeW/q4CMfHnx4H80E8KPM9t9etS4vn3Z8lb6zwN7ddc4KqFehQApXz6PGHohtr1X"
    "Kg1FRbQ99H3XR+1RPmnRlhMM9eL4MmP+5ve4WRFNjkfTKgY4E+h9aJ9e28a8Hj40AKzT0qCWkWdqDy/67sXmYAaLEoiEkM0ec8gVqzGkO"
    "oxw6OMlzbF5rknikAgcA5UwTUe0TE0XYrsIOIIuyyR4aQMRO7aJxiQh2xVAhjfIIzLGrdrJ8lYNL6kslBWFjDvf3sYR2HLbeDOe508Qar"
    "6P3zNR42VA2kwg+IaxffedMUk7vn2muuH8GG1PKcqAvY15GMnq3QgXKpbRb1XYqBe03t1Opsa4pPLlP6eDtMhuVZKvCnUqqLk1o/dqXM0"
    "XOZqUSJmsssrlA0P56zfnB/rsP7z4evn8XWfGopMx45+aacybGsizzhiNqb7cESJ0kKIZ6d5MENdqlVDetb4mW9TYlreWUCR/OKyecMqJ"
    "6v8xWsd++W+RLcn3xmN5cSqpmelg2I5V5/Qv2dqTHuQb2udTC14ngXtJJbopPlTfLoraWbLH0JhB4+h9cBDL+gUqKmrYy2+0lOswlt0Wc"
    "TjWmNautNta9WRKS1QvWYgXt7oJVb+z43lzb7xf6Et9W70JYzv96ehfC67m024ppTX3aK2JQ3BICj8wpUTefcW/TTUo93Sk0lj5C2Hppr"
    "9emI+E5ZA8NVPY3Ou3TwczgU2RjR4DzSoWL7m4uFdss+MmH/yUjoc4SzfN+X6ZjOIsU/GU+k6MTDimF00IfMaOuiYbkQQ521WlwMfTmRk"
    "7ZN53T3o/HC125aMY9y5AC0um2TcyIsYcWt2PfM79LIr11gh9JcKd8JkVMOcCRx3xoidFEgkNHI0jlEllja65E3aemMsdcDc4qKeRI4GV"
    "yyK+rgkQO+fBgiRTy4UFhBhmqUgc3cpeG3KoqdNFFuZ1Jfq7OGV04PFTgIsJDm3nTzJSfQDUS3iD7wSbMAGyqQdv43O6edbqfjlEgf89u"
    "2q2zL8dq4+D8np3cXF+0u8do6MDbCLVX17+0z6B+yh/9rHnV4b+/DINiv5hAsZ/hT8g5g0xtkcOfKB/+i3J6+C8AOuPORF6q7zFBraqBl"
    "Iywzg/WOT/4gKklXbqslnvka9FGtFhkJRO3Rdps/9ZLKDJD0k4QF8PmaeZ2ylxZOYv0YrSD5jtApds00PLyQq7RfMwquJ5puV0Y5Gka41"
    "IsxhISY3oOnlEj77y8wrk3ar9Dme0Xo92ZhI7NHCNRiGYsoOHMwilMbzrMp+mXrD8XhXbPArx/t4QFeP+u0AJAVRJlg46Jm+eEF28GWxB"
    "51mawmiG9iV1fidVqcEJNhW0QoYjeBaG/2aCTy+UEShOz8WpaT0hqrddF6znr4uDuY62rREjltPailM5rr0wpeCU+R83ciFpwCtSIzupB"
    "p7+T6e/FFz+R/w4Tpa97XmTNRvaziRrLHCy/TlrBLaSoPYsYN17ucQeJ+mYZocANW/Ydr8qZB7L1HhpIN15EGX9wIvxTz6lAMHIMdeT5T"
    "z4pVj6Lhy04qqapUvaygVNwzsEL9p3LrJ3IYad8bXkFTaytzzTQLMnfhzpbJSEaytb5u5WNs7urz/2fr+9ujpHhTe2+yT3nnqnSs9aXoN"
    "DA86Ds13b7IiiURmoiS286l5eyxKGWdc8urz/dHiOLj11Imvba3V7nugtpUwgsyytC6el197Rz2T5WR4ewEfVPxXn9UK56LSsudUKZHVz"
    "kbO+iJoco7dDxOM+fK4mDxiIbTEGF0+K6UlHrpiRsHYHE8KpiLS1mGywgkbbsrttVNBLpOTBFIzmTA1hWSo/gnp23pJU7g6tKE2fcs9uL"
    "zufPUOBOqG3XjESS1dlSHJLNLvi3gEKiXMA+fhB51uaJuSQpqqeUWk8pLmTKq8dGF8Q0P6jO+jW5ZVTzGGKJ3Uubvjx31yLYJasx7VKi+"
    "j2q83ukZrWV0khJSa3lOmuZSAhX0fGinNZwnTUsu/LyCJzFLJdYQpNcVie5EMfhOW5IMW82EtgFL2QT1NlMFvB1cit+TisnqRIlu4qzKf"
    "5XrpbLorTCc0IG6vgSOXKkJ6USHhNiCzifGaMg+OWf/j+A452l8ACNHT5zEXz1GFEhH4DAef8zhwpBGIIDoQu/Srueq8HuzYFJDQP2fwZ"
    "fI1NpG2nJTO784DYhScNhw6r/Adxj9S3cIOuyh341VXYGcjtwrLXJZ6yZkFd7NF0c7EDVmzC3NIkTENurWNEFkTqnb2plSBPLu/htrzby"
    "U4I7E1zcMJXIt4o50JexY2MhzY+twI8NZqxq43xBaGcOst7wGNe85GKFbCdDdRlesu+bVWZJJsQ0R/WleJI+rFlVaKJkktKXGH5VTwqK4"
    "ZYT8WSKnUnOdqOTQPT84oZY0SeH8sE+CbrZIcCz3ufzIApP/9xFeNRpTs+DJ+f0qK2MLGWBWmeMRxm5nBBPaPyKIzxwztjyh27Jtpz5J8"
    "EK0yEEqfWU+kqXQ6LISxB3cUsCL8IkU1WrfmE4QlZ9MfI4J9Czgaves6IokEGmfICUaQy++87VAbnq0+9QiQDUY8Q94VKD+GeBIQZfsPQ"
    "/d0nV58lcCATJ4c49Bw7x6nL1zTLZAr5lRt175nqurZIWiDtoSOBjZ74ph69k7qEoGiW7mQXRJb/z4EP0gIQKNME5X4wPuTEPgPCYS4Sw"
    "iDEIzgyDo8iwZYWf4ww6cPEcuRzNif6IWu39pmZJTMqUSrcqHc8QS+ze0WDL0NoOi2lthxlam/pbAdyw/U4E+5LgHi0D7lExuEcZcKnbX"
    "+UbdItiOsBUIcAE81dFrEMRjXMFnKPJfRW2SkpWsxnqzGbwtQWOZ98h2M0L3hbPFbnCO3BO1QY++Rj4yiu8X0lJ/XbV+e3SyafNzVnRsr"
    "Ei3Ak5jXgFxP2F+Cq57bSkTm6vlvjzqT7EWUkJOcJaD8/RAxx6u7IeEsJaD6vpQRMQNAGhbiGo3SIgVOAIL+TGbdqHnMLzMm0tm16Q+RY"
    "OgaVSkTqhvRRMAbm575ARoY+5zn4FtM5Vb7uO1RQbOSkAjVMUxWePVCgEnvnydaKOtjbsUo4UHFQj3SX6XE7JzgOleTf1491sJVLxhqbV"
    "odq1zzmulZnUkuZtBGH/DDcpqGmWsZNw3OYpelIxDC9MZfleeCzP/FxAMUOlMKpQnBkrjinsApHi4OhomYzY0VFxRgzqUucvyZeqAsJB8"
    "x1Ed3+pfON+Sb5xP5tvLNz5V7xtvXjnX7V963VDexMb1191K/W3/wPH2C62"
)
