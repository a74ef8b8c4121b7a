"""Polls. The tables have no models (`server.features.polls`)."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

EDITS = import_module("server.core.database.migrations.models.48_20261130143000_edits")

RUN_IN_TRANSACTION = True

# A vote's `choices` are bits, of which the lowest is the first option; `votes` counts each option's.
TABLES = """
ALTER TABLE tweets ADD has_poll boolean NOT NULL DEFAULT false;

CREATE TABLE polls (
    tweet_id bigint PRIMARY KEY REFERENCES tweets (id) ON DELETE CASCADE,
    options text[] NOT NULL CHECK (cardinality(options) BETWEEN 2 AND 8),
    votes bigint[] NOT NULL CHECK (cardinality(votes) = cardinality(options) AND 0 <= ALL (votes)),
    voters_count bigint NOT NULL DEFAULT 0 CHECK (voters_count >= 0),
    multiple boolean NOT NULL,
    hides_results boolean NOT NULL,
    ends_at timestamptz NOT NULL,
    ended boolean NOT NULL DEFAULT false
);
CREATE INDEX polls_open ON polls (ends_at) WHERE NOT ended;

CREATE TABLE poll_votes (
    tweet_id bigint NOT NULL REFERENCES polls (tweet_id) ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    choices smallint NOT NULL CHECK (choices BETWEEN 1 AND 255),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tweet_id, user_id)
);
CREATE INDEX poll_votes_of_user ON poll_votes (user_id, tweet_id);

CREATE FUNCTION count_votes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM polls WHERE tweet_id IN (SELECT tweet_id FROM changed) ORDER BY tweet_id FOR NO KEY UPDATE;
    UPDATE polls p SET voters_count = p.voters_count + TG_ARGV[0]::int * c.n, votes = ARRAY(
        SELECT v.votes + TG_ARGV[0]::int * (
            SELECT count(*) FROM changed x WHERE x.tweet_id = p.tweet_id AND (x.choices >> (v.number - 1)::int) & 1 = 1
        ) FROM unnest(p.votes) WITH ORDINALITY AS v (votes, number) ORDER BY v.number
    )
    FROM (SELECT tweet_id, count(*) AS n FROM changed GROUP BY tweet_id) c WHERE p.tweet_id = c.tweet_id;
    INSERT INTO outbox (kind, subject_id)
    SELECT DISTINCT 'poll', c.tweet_id FROM changed c JOIN polls p ON p.tweet_id = c.tweet_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON poll_votes REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_votes('1');
CREATE TRIGGER count_gone AFTER DELETE ON poll_votes REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_votes('-1');
CREATE INDEX notifications_of_poll ON notifications (tweet_id) WHERE kind = 'poll';
"""

# Notifications of a poll's end go with its tweet, as those of edits do.
OF_POLLS = """
        OR EXISTS (SELECT 1 FROM notifications n WHERE n.kind = 'poll' AND n.tweet_id = c.id)"""
UPGRADE = TABLES + EDITS.FORGETTING.replace("{edits}", EDITS.OF_EDITS + OF_POLLS)

# The options stay as text; the votes go.
DOWNGRADE = EDITS.FORGETTING.replace("{edits}", EDITS.OF_EDITS) + """
UPDATE tweets t SET content = t.content || E'\n\n' || (
    SELECT string_agg('• ' || option, E'\n' ORDER BY number)
    FROM unnest(p.options) WITH ORDINALITY AS o (option, number)
) FROM polls p WHERE p.tweet_id = t.id;
DROP TABLE poll_votes, polls;
DROP FUNCTION count_votes;
DELETE FROM notices WHERE kind = 'poll';
DELETE FROM notifications WHERE kind = 'poll';
DROP INDEX notifications_of_poll;
ALTER TABLE tweets DROP has_poll;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
"eJztXWtz2ziy/SsofZmkSuuK7TiZdW7dKjlWZrxx5JQt78zsaEqCRMjCigK4BGlFtTf//a"
    "IBvl8WZVumFHxIOQLRIHgajwb6NPDf1oJbxBYHHYd+JqvWKfpvi+EFkf/JPGmjFnacOB0S"
    "PDy2VVbs0OGcrFQiHgvPxRNPpk+xLYhMsoiYuNTxKGeQ+4oRJHMjPkUY+YK4B2jk+GObTk"
    "Zogd25QN6MIIssuHoqfkJzxpcMZEQbLWd0MkOMj7m1QhPMkEvu+ZwcwLstPpEvp+zu+V4z"
    "YAM2WmCLDJfUm40Q1cXAi7wZ9tASCyRmUM5yRphMkxm4rAmkg9gH1FM/Z8QlYfGQn1iQ7Q"
    "BBrVVBFidiwBj3VLXUS8SEOwSN8GTCfeaNojLReCU/0XH5hAihvpchgl2bEhfdyy+TuLdl"
    "moXuiCcQ9SD/CFvc8UYKNp/R//hk6HH5XNZLgvfnXzKZMot8IyL86cyHU0psK9VIqAUFqP"
    "Sht3JU2hm9u2DeJ5UXlDIeTrjtL1ic31l5M84iAco8SL0jjLjYI/AGz/Wh5TDftoNGFjYm"
    "Xdk4i65lQsYiU+zb0P5AWlcgTmsNh72r/vCm2x8OW7m2GUok2lGQNOEM2rWsqlAA3EEV/v"
    "b3o6Pj4/dHb47f/Xzy9v37k5/f/CzzqvrmH73/risTo6WLUphd/HLR60OFuOw8uldBwncl"
    "gz2spZQyYvRnWMyK8GfYXRXjH0pkNDBeeURkdRAiXqWEMCHWQtzpt6CGKkQvr86g5IUQ/7"
    "Eh4Z+d67OLXuf6j1dfOr+/Vo9WwaPLq94vYX6HC+/OVQW1zv7odztKBzHm6m8O848z7BYj"
    "HubPIC6/Ygfxbi3wt6FN2J03kz9P3lTgL+H++Gvn+tXJm9fpZt0LnhypR2lw1Qgn8vB2XB"
    "eXtOhYJIOwTUVuWNkBiCsg7Xd/7//5VwYyPaUVjAKc2wSzYtBioexAIKWeC7QoZcsDwdXV"
    "ZWogOLvIDLS92y9n3etXh6qhykzUS42/MdYTlwAmQ+zl8T6XTzy6IMWApyUzoFuB6EH4nx"
    "1sti35gdYVs1fBRFzVjC++dG/6nS9fU1o57/S78OQoNTKHqa/eZUaRqBD020X/VwQ/0b+u"
    "et3sEB7l6/+rBXXCvseH0qAaYithM4SpIWoprZNvDpWlbaD1tOQTaD2oblOUviNKDjGp1L"
    "K27zfp22lJo+UmaxnWUrI/6hVUzUkzJ7vFuTNc2+zs1BktmYd1l4xZyYcXj83vUttcPsY6"
    "gG2O2vAnhDZCvnGGytagh02T6bxw4Q6g5tXwibuE3rHPRC91LmS9MZsUrR6DvbnboJgdU8"
    "H3sI2FqXEHdfEy2mVKNj357fKLiR5dPnZuPnbOu63iAeYJcI33PHdrWFkX2OyQmkJXVgL1"
    "bi8vW6oBj/FkvsSuNSxpyVBUwYASSH36fE1srD7jhwFbwcaPeAKuFJD5R4ujRTYFM3ynPg"
    "neDW8KwJIGyhw2r1sFO/XRs3bVXv04yLXmZn0HeUtCPL0nrffR0ZwQR6Apd5HULXHbiDLk"
    "uPRe/jhA/RlB1ELctYir98ZhI6aNGFkS4aEpdYWX36x/vtcUbG7/GY2/6qWtv8xud1PmzH"
    "bFbrfZfSlX0P7uvqguWttqTUoZs9WsGHYDerNi2OaKQU/+j8e0H5azp6Amx9JiVMsXCs9p"
    "C3/itq0mjZwlHDyptIOnKs+aVvBI5ybuCMFMqw1OhYviW4SPyUjzLJZgxcosK5kbpkPkMx"
    "uoGcq6pQLNqGURlreCn+c1QFn5TS720Ihxj05XI2UlF5aLdA4UV0RJFxvbYl1rOyxM9bXg"
    "Vcbobs60U2V065Ylhrot1dwxzwsbd3ONPXPdGWtiHgsZrI1r3ywuKxeX4WxUe42TETTrnI"
    "2XmKFxsKkKzFLzqZeaKXPNLDcrVkaZJvjwkjOyfg2060FLGrjujHRTsPJM6q187UmTuR5e"
    "fEorejKTazP5KqEjCuQ/j7sqtkEFMUjrXS8J5TOXwKrM0vEHWJqDch2mQhDUM5CDWIN7mU"
    "gLHDHP/bInjjW4WWDbfvRScJ1+04S14PHR+3fRTAA/qsb+my+dy8uHF3hK33lgb28vzktI"
    "jaFABlffp9YBiO3uqFQEoyKxH2sbNWl9qi9NmzKey334vhyY/7i56pX4KWKR7MqBTjz0f+"
    "g5Weyt/5n6bAJYobFPbU8OSwfw2v9tbR9mgCi1aAjDBKJojcSi7mNBrAYUcFZk2LzUJHFP"
    "PRwAVDBNRE8fmCjCfDVi62zK5gdoBHvhKj5NEC+IN6OeHJQnMBwLFSP2TTYuqS/lboeQN6"
    "4jxMJxHILaxqvCaeIZ32Oi0Rq8bKiaSTw+J2xYPyYtLWci09obRqZha0Hr7tBGMmazsN7G"
    "bL0YwCD/9mIAW881hacjAI/erBMCKHOVxgCqZ1mq+LehnCkKwgArOOKxyPY2gg6fdzg/On"
    "z7/u3Px+/eRqN4lFI1eBeyOAomxir+xpZ31N7sCJDGSVAO9f46CRoU/9c0re+Ilk0AoNFy"
    "Zggfr2o7nHKiJhJtp3ilPyzyFb6+uE1vzyXVMD2s65HKdf+SqKlsOzfAPpa0+zI7uJd0Xu"
    "jiU+ntql1bW+ZYO7wKvv4ngUBGH1WmeJllAU5FnMtMINXjCywkcUZsadWmDXuzMaN7u2JL"
    "1ixYyxW0vwtWEzL1o5m2Py70Fbatie9Zz/56OL7n5UzaXcW0oTbtF2JR3PE8PJktiKp8zr"
    "zNZqm0dBeQWdoIYe61rV6HTjzfJQdopLy/0Tm6LmYWXyAHux4Yr9QT6Pb6UrHNgp98/G8y"
    "8dQpvUXW79MUHAY98aVsnXD8L5zDe48ZFTM0JlPZ2FWhwcvQq2s5ZV9ffOy/Pk0UJdCS+7"
    "YlBaTR7cwwI9YBSh50MGC6SCKtdYLvSVBTvpQiM9nAkc80tMRqI49DQRNw5RL5xIHTjLmg"
    "AKn6SHivY+MJgWMSorixD6oFIDodMC5tneyxwEJ/vDqBOPlFhojR9HmvyupXLb+OfzoSeB"
    "oH9cuqIOWgPj5awz99fFTqnoZHmfNWg06Xx7eai5qU29r25TM7VjfnoyaO/PVwGZmiy/xF"
    "zpxIgRoJb5FZ4RBmATb1oG197fbOL3q/nKJAfsCuu53zP05VpO9qwM6urz53e6do7EJnhK"
    "dfrv7ZPYfnC36vPfJ1W//hOuyMw3JyxmGOmyHnI7JwvAJuRnXrT8rtDa/gKZr/krtz+aqh"
    "zzxq192kyQkb32OTfY9TTG1pXOW13CffyoLcYpGNhrgd0mb3935KkTkCeIoUGWbPssIzw5"
    "VdsAFQjnaQfQ9oetsGWr7ek+s/jVkNyzMrtw+NPEuRXIshWUGQzM7BS2oVnXJZOvdG+ffI"
    "a/5klL4ZoXezgkGiFM1YwMCZh9Ob+YtxcQhAxfIzKbR/I8C7t2uMAO/elo4A8CiNskXviC"
    "gywssDzRIijwo0axjS24goS61Wg3OlaoRYhCImwsIcx2Ic19XkzBlmd5tpPSVptN4UrRes"
    "i4Pax1pXTpbaLvOklPGZb0xXeCGuSMPMiEbwFVSLzuvBuNbTrvVkx0/51kMn7Mue8tqwlv"
    "1oEsg610E8J2XhBtzfvk2sa7/wKIXU83YVWUGEOYeuX+c8BZn7AI2kGe9FbAIwIoJjVj0E"
    "LcdSFxV80IRb+S0+tuEYnLZyy8sMbskZCk9YdiFrdy6bnbK15RsMabc500C7wn0f6mwTh2"
    "go2+TbZlvnt1++Dn+9ur0+RZa/cIYz7rsDplLPO38EiRZeBWm/dbufg0Q5SM1l6vXF5aVM"
    "caltD9jl1S83p8jmdwKcpv1ur39x1QO3KWwsyzdC6ser3seLy+6pOpaETag+ceflt3JVt6"
    "y51All9nCRs7uLmgIStkvv7orsuYp90Fhkiy6ocFp8LlfUc1MSdo5AYvl1sZYjZhdGQCLH"
    "stteT9FIpOXAFI3kXDZg+VBaBAP2qSNHuXN4qxzirAG7+Xzx9SskiDl1nIaRSPI6W4tDst"
    "0F/w5QSJQJOMRTr2i0eWAuSYuaKaXRU4oAT3n9vdGEmOEHNVm/M25b9SyGWGL/3KZPT921"
    "CRZkM6ZdRtT0oyb3IzWrbeRGSksaLTdZy0RCuImOk3JGw03WsCzKLyJwlrNcYglDctmc5E"
    "JclxeYIeW82UhgH6yQbVBnc17Al/GtaJ9WgVMlcnaVe1P09XHreVE60RkkeodLqLudlf9i"
    "wqVRJVP0jQKjIC5xhO5cvhQI7igHp8jiVN9zh12CGIHrBJYu9TzCEJw3XXqd9LO9EOJDO3"
    "Drnr1CM6z9NtQS4RUJibus1VHYjk0huJO3dQa4tQ9y/CSQHP9m3A3DUJXsDJge8pE6j2XA"
    "VM7gvgUI8cS6ghB1OhLElVU7mBIMQZviIHjTgS5DjF6Hp74oP9FK39IghUV0qyB8n/b1We"
    "qjRvqqNuWMgpu3A2/RKRL+ZBaeJQMPOUOMB3duj8kE+4Ko+gUfFN0+iF7BR8GF4yi4cRHh"
    "AVtwiBbW93q/RjJ/XET4ZhWNSrhjS2m9kQ83STB7pb9Jv0fCBOGyWpNU0DG1qQcXHGJkS6"
    "3ZAwbXG2ZhSuUUGhd1ELl+OwTD6lsTR7KLwSabgkPdtgi4QnMShCC1GgiaiZhHlYZrLz4g"
    "mmwJUlpWgkEA4D1c3qgUqSNtlQoGTB2WDnG9YZksDhVWbRKjoC4I20u8ErJMVcWrqayLlM"
    "V2qFLVvpbQQBx/bEN4sYVCp2AbjSACOgoYZv5iDKlTly/gOFsFJOQQIwQhwXLkWKkvHLAl"
    "MWHBu+1XDGIt6kzsCZEmexQbNbenQjV0n60DeULEWFP1EY+G2YKRppKlnZQzVO0aVG3Khs"
    "oQkjNCbR5hXtawCTdmciqjb+hyvgGfMydr9PBIPYChnldCx3Vx2TUoabmMAvZu50KD+edf"
    "GfSCJcxQLdPqNeKc6N54ibfcgtX5pZtoICNo8N8M//Da9M36QFrU6GAzHcywGDrcLnAUVp"
    "qRSTFjRdawIvVuUV20IyGDdQ2s4/2vPN7VFKy05N6MLU/BwoJds7pwhjJ7ZGw/FZS1T5iK"
    "hAyY6c6uHRz1zIiE0N5cp7ZlA4JYdDMOSkrQEBSaTFAwpxSUd7rdjFdf55QC7XqsvceWEj"
    "MR6xsPrMk9440O2y8pYI/shpeNY9cNPa8TE8ieDrlODQgPH7yfbbbbA7hhjXxdfEv6ee3o"
    "9lgFY87nQGUpWJycBaKfPl8TG5cc9BzAfhYUs0dtO79//DiIwku29hEedWnC4+ApuKRhP/"
    "rw9+ekO6rhroDtGA6D5WRHGD7Wv9tC5uVM09TAqUcizqGi282J46HxCgXRvg8REdXTgALG"
    "yBJB3U9bGZC389YBK6FCjiyy4CPF8gvOsFhydQ+dYkTCQwSgniLue4JaJLh1gnFGAtojdd"
    "XFG4o3yBn3Xbgro8chEXIsZ1w+GjDhC0fx9zVnEOhwAXsR+HAoyV4MOX268ATdUdH74DoN"
    "xsfcWgVA+EwQz7OJNQqu5oAbP7BtpyidQrEFBUcr4JaOgl4xTPAJw0M8FPtQySZIeSAsi5"
    "1BtWULIx8GTHMiIUHwBYH6BN+KRjafzFV18FzfDCI/A/qL7O+Jd8e0wsxHxwRDPg1YpCXV"
    "UKgEBETD8Gu64d1G5Qy/mWzKdq3zl2OJ/bv6Y5249ePyuPXjXNy6+lsD3DD/XlAn0+CerA"
    "PuSTm4JzlwqRhia0HrugCTYsYJWMMJCLNyTaxDEYNzDZwjk2WTcNSMrPEGNNkboLUF5vTQ"
    "JVgU+dzK54pC4T24iCJ7gtZ6R2hVnaGVmzmCFcAG/SstaXpXk3uXIQhtb86KFsM14U7JGc"
    "RrWWPZrYQ89NX8l+ISDEWrAORNY4QK5U0zr9HM9Z5WTdhjIYN1Daz1lt8mJPKs5N4MIltm"
    "KujNXeJupIQCYaOHx+gBLsrcWA8pYaOHzfRgqKgvg7uhKZYrZL9oijXOFUrwtRw6BOdrQb"
    "+sQUnoOPQzWe1gE1iLs2GYP2vBFBzxM3TJhND7Qku/BlqfVGn7jtUCW0ULUYNTxHu8p55C"
    "4JGd7yIqaGd3cquRgsstpLlEH0u+23ugDEGxeQTFnUQqPgRxc6jWvVhsJwEKzuTYDkK7Mh"
    "Q9J8e1I8f/CbhacyzX4Em7iueK4zwPEV3LYXhi+uCPwh185B3s5azA0m2XcjZC+abLPpDX"
    "jk5O1mEhnJyUsxDgWeZSG9mpaiAcZN9DdA/X4ngcVnA8DvMcj9KzK8vPAi8/u7LeYeBNQ7"
    "sC3Cc7DbzGPtLTT2bf/x/gt+m7"
)
