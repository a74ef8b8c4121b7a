"""Who may see a tweet; and whom tweets address that not every member may see.

All earlier tweets are public.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# `server.features.visibility` says what the levels are. `hidden` is also set for tweets of the last level, which
# are on no list.
#
# There are no foreign keys: the trigger removes the addressees of a deleted tweet, after it has told them.
TABLES = """
ALTER TABLE tweets ADD visibility smallint NOT NULL DEFAULT 0 CHECK (visibility BETWEEN 0 AND 3);
ALTER TABLE users ADD default_visibility smallint NOT NULL DEFAULT 0 CHECK (default_visibility BETWEEN 0 AND 3);
CREATE INDEX tweets_public ON tweets (id DESC) INCLUDE (author_id) WHERE NOT hidden AND visibility = 0;
DROP INDEX tweets_of_author;
CREATE INDEX tweets_of_author ON tweets (author_id, hidden, id DESC) INCLUDE (in_reply_to_user_id, visibility);
DROP INDEX tweets_of_thread;
CREATE INDEX tweets_of_thread ON tweets (thread_path)
    WHERE thread_path IS NOT NULL AND NOT hidden AND visibility < 2;
CREATE INDEX tweets_of_thread_restricted ON tweets (thread_root_id, author_id, thread_path)
    WHERE thread_path IS NOT NULL AND NOT hidden AND visibility = 2;

CREATE TABLE addressees (
    tweet_id bigint NOT NULL,
    user_id bigint NOT NULL,
    thread_path bigint[] NOT NULL,
    private boolean NOT NULL,
    PRIMARY KEY (tweet_id, user_id)
);
CREATE INDEX addressees_in_thread ON addressees (user_id, thread_path);
CREATE INDEX addressees_private ON addressees (user_id, tweet_id DESC) WHERE private;
"""

# The function as it was, with these changes, if the conditions say so. Replies that not everyone may see, and tweets
# for mentioned people only, are in no counter. The latter leave their author's row alone, because everyone sees its
# version. When a tweet is deleted that not everyone could see, only those who could are told.
COUNTING = """
CREATE OR REPLACE FUNCTION count_tweets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM changed WHERE in_reply_to_id IS NOT NULL) THEN
        PERFORM 1 FROM tweets WHERE id IN (SELECT in_reply_to_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tweets t SET replies_count = t.replies_count + TG_ARGV[0]::int * c.n, version = t.version + 1
        FROM (
            SELECT in_reply_to_id AS id, count(*) AS n FROM changed
            WHERE in_reply_to_id IS NOT NULL AND {open} GROUP BY in_reply_to_id
        ) c WHERE t.id = c.id;
        INSERT INTO outbox (kind, subject_id)
        SELECT DISTINCT 'replies', t.id FROM changed c JOIN tweets t ON t.id = c.in_reply_to_id WHERE {c_open};
        IF TG_OP = 'INSERT' THEN
            INSERT INTO notifications (user_id, kind, actor_id, tweet_id)
            SELECT in_reply_to_user_id, 'reply', author_id, id FROM changed
            WHERE in_reply_to_user_id <> author_id AND {reply} ORDER BY in_reply_to_user_id, id;
        ELSE
            DELETE FROM notifications n USING changed c
            WHERE n.user_id = c.in_reply_to_user_id AND n.kind = 'reply' AND coalesce(n.tweet_id, 0) = c.id;
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM notifications n USING changed c
        WHERE n.user_id = c.author_id AND n.kind = 'like' AND coalesce(n.tweet_id, 0) = c.id;
    END IF;
    PERFORM 1 FROM users WHERE id IN (SELECT author_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE users u SET tweets_count = u.tweets_count + TG_ARGV[0]::int * c.n,
        unsettled = u.unsettled OR (u.hidden AND TG_OP = 'INSERT')
    FROM (SELECT author_id, count(*) {listed} AS n FROM changed GROUP BY author_id) c
    WHERE u.id = c.author_id AND (c.n <> 0 OR (u.hidden AND TG_OP = 'INSERT' AND NOT u.unsettled));
    INSERT INTO outbox (kind, subject_id, actor_id, object_id)
    SELECT CASE TG_OP WHEN 'INSERT' THEN 'tweet' ELSE 'tweet_deleted' END, c.id, c.author_id, c.in_reply_to_id
    FROM changed c
    WHERE TG_OP = 'INSERT'
        OR ({c_open} AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.author_id AND u.hidden))
    ORDER BY c.id;{withdrawn}
    RETURN NULL;
END $$;
"""

WITHDRAWN = """
    IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM changed WHERE visibility >= 2) THEN
        WITH gone AS (
            DELETE FROM addressees a USING changed c WHERE a.tweet_id = c.id AND c.visibility >= 2
            RETURNING c.id, c.author_id, a.user_id
        ), told AS (
            SELECT id, author_id, user_id FROM gone
            UNION
            SELECT id, author_id, author_id FROM changed WHERE visibility >= 2
            UNION
            SELECT id, author_id, NULL FROM changed WHERE visibility = 2
        )
        INSERT INTO outbox (kind, subject_id, actor_id, object_id)
        SELECT 'tweet_withdrawn', told.id, told.author_id, told.user_id FROM told
        WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = told.author_id AND u.hidden)
            AND NOT EXISTS (
                SELECT 1 FROM relations r
                WHERE r.user_id = told.user_id AND r.other_id = told.author_id AND (r.blocking OR r.blocked_by)
            ) ORDER BY 2, 4;
    END IF;"""

# Whoever is replied to is notified, except across a block, if they mute the author's notifications, or if they
# muted the conversation.
REPLY = """NOT EXISTS (
            SELECT 1 FROM relations WHERE user_id = in_reply_to_user_id AND other_id = author_id
                AND (blocking OR blocked_by OR notifications_muted AND coalesce(muted_until > now(), true))
        ) AND NOT EXISTS (
            SELECT 1 FROM muted_threads WHERE user_id = in_reply_to_user_id AND root_id = thread_root_id
        )"""


def counting(*, only_open: str, listed: str, withdrawn: str) -> str:
    """The function, on these conditions."""
    parts = {
        "{open}": only_open,
        "{c_open}": only_open.replace("visibility", "c.visibility"),
        "{listed}": listed,
        "{reply}": REPLY,
        "{withdrawn}": withdrawn,
    }
    found = COUNTING
    for place, part in parts.items():
        found = found.replace(place, part)
    return found


AFTER = counting(
    only_open="visibility < 2", listed="FILTER (WHERE visibility < 3)", withdrawn=WITHDRAWN
)
BEFORE = counting(only_open="true", listed="", withdrawn="")

# What not everyone may see goes, since everyone would see it. Unlisted tweets become public.
DOWNGRADE = f"""
DELETE FROM tweets WHERE visibility >= 2;
{BEFORE}
DROP TABLE addressees;
DROP INDEX tweets_public, tweets_of_author, tweets_of_thread, tweets_of_thread_restricted;
ALTER TABLE tweets DROP visibility;
ALTER TABLE users DROP default_visibility;
CREATE INDEX tweets_of_author ON tweets (author_id, hidden, id DESC) INCLUDE (in_reply_to_user_id);
CREATE INDEX tweets_of_thread ON tweets (thread_path) WHERE thread_path IS NOT NULL AND NOT hidden;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return TABLES + AFTER


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXetzGjkS/1dUfNmkiqNiO05y3qurwjbZ9dnGKRvvbjZOgWBk0DFIs6MZE2ov//upNe"
    "+nGWzwQPQhDyS1NPNrTaulfujvxowbxBSttkXPyaJxhP5uMDwj8j+pmiZqYMuKyqHAwUNT"
    "NcUW7U/JQhXioXBsPHJk+T02BZFFBhEjm1oO5QxaXzGCZGvE7xFGriB2Cw0sd2jS0QDNsD"
    "0VyJkQZJAZV7XiJzRlfM6ARjTRfEJHE8T4kBsLNMIM2eSBT0kLxjb4SA5O2Xh9w9yxOzaY"
    "YYP059SZDBD1uoGBnAl20BwLJCbQz3xCmCyTDbh8EigHsp9RV/2cEJsE3UN7YkCzFoKnVh"
    "0ZnIg7xrijHksNIkbcImiARyPuMmcQ9omGC/mKls1HRAj1vgwRbJuU2OhBvpnEvSnLDDQm"
    "jkDUgfYDbHDLGSjYXEb/cknf4bJePpcE78tXWUyZQb4REfy0pv17SkwjMUmoAR2o8r6zsF"
    "TZMR2fMeejagtMGfZH3HRnLGpvLZwJZyEBZQ6UjgkjNnYIjODYLswc5pqmP8mCyeQ9bNTE"
    "e8oYjUHusWvC/ANq7wGiska/373q9W86vX6/kZmbAUVsHvlFI85gXstHFQqAMTzCP/65v3"
    "9w8H7/zcG7D4dv378//PDmg2yrnjdb9f679zARWl5XCrOzX866PXggLj8e76uCgu+KBjvY"
    "o1LMiNCfYDHJw59he5GPf0CR4sBw4RCR5kGAeBkTgoKIC9FHvwE2lCF6cXUMPc+E+MuEgt"
    "/a18dn3fb151eX7T9eq6qFX3Vx1f0laG9x4Yxt1VHj+HOv01Y8iDBX/2YwP5lgOx/xoH0K"
    "cfkWW4h3Y4a/9U3Cxs5E/jx8U4K/hPvk1/b1q8M3r5PTuuvX7KuqJLhKwoksvG3bxgUzOi"
    "JJIWxSkRErWwBxCaS9zh+9L19TkHlLWo4U4NwkmOWDFhGlBYGkWhdoYcmGBcHV1UVCEByf"
    "pQRt9/byuHP9ak9NVNmIOgn5G2E9sglg0sdOFu9TWePQGckHPEmZAt3wSVvBf7Zw2jbkCx"
    "pXzFz4C3HZND677Nz02pefElw5bfc6ULOfkMxB6at3KSkSdoJ+P+v9iuAn+vOq20mL8LBd"
    "788GPBN2Hd6XClUfGzGdISgNUEtwnXyzqOxtBa4nKZ+B6/7j1oXpW8LkAJNSLnv6/Srfdp"
    "JSc7nOXIa9lPwevR1UxUUzQ7vBtTPY22zt0hlumftVt4xpysc3j/X/pDa5fYx4AMccleGP"
    "Ea2EfO0UlY1BD4cm99PcjTuAmmXDR24TOmbnxNvqnMnnxmyUt3v0z+Zu/W62jAXfgzkWlE"
    "YfqI3n4SlTfOrJd5dvTDzpctK+OWmfdhr5AuYZcI3OPLdLrCwLbFqkJtCVD4G6txcXDTWB"
    "h3g0nWPb6BfMZOgqR6D4VB/Pr4mJ1Wv8MGAr2Pg+j8GVADJbNdufpUsww2P1SjA2jOSDJR"
    "WUKRxeN3JO6sO6ZtlZ/dBvteRhfRs5c0Ic70zaO0dHU0Isge65jSRvid1ElCHLpg/yRwv1"
    "JgRRA3HbILZ3Ng4HMU3EyJwIB91TWzjZw/r1DZNzuP0llL9q0MZXfdpdlzWzWXLarU9fih"
    "m0u6cv6hOtrLXGqbTaqncM2wG93jFscsfgLf5Px7QX9LOjoMZlaT6qxRuFderCH7lpqkUj"
    "own7NaV68L1qs6QWPPBaE3uAYKX1FE6Fi/K3CKrJoEgxFY8pwGsZIVf3DQZSM9/vVavA9V"
    "kEtAqsVeCkChx8pZU1sRSh1sZWVoQDobkqC7RC/NwKcWIZ00pxif6WmoKPK8ahVqChXQ5a"
    "UkPtOORNjn4c51uxhkzjrR5XkYnFR5MBgqGE5/cs/zjcVh7YytVaajWeH7Ksswloq4bnJY"
    "0ZB/1UOUqrOqADj+gHWUjztOU1D/bMHtE3M2yaT1aRl/lu6qAjH+y/fxeuBPCjTPbfXLYv"
    "Lh5XfBW/s8De3p6dFrheBQQpXF2XGi0g216plAejcrU98HTUuPap3jSpyjg2d+H9MmD+5+"
    "aqW3CaGpGkdw505KD/oXX62jb+de+yEWCFhi41HSmWWjDsvxubhxkgSmwaAmfm0Kc85hpz"
    "kuNRDh0c5yk2L7VIPFAH+wDlLBNh7SMLRdCuQgSQSdm0hQZwYqeiaARx/KgY6kihPAJxLF"
    "Qkyzc5uSS/lFEQAnO4F8cSyHEIvRkucpeJNY6jY2ZqvG0oW0kcPiWsXz1yJkmn42eaK8bP"
    "YGNGWQ70ZZ6XIY2OVqjgcinlVrVIJb/95iKVGutawpNxSvtvlglUkq0KI5VUXdqh9Vtfrh"
    "Q5wUolnqwRyeYOgvbWK873996+f/vh4N3bUIqHJWXCO9fWnLMwllmZN3yi9mZLgNRGgmKo"
    "d9dIUKMopbpxfUu4rMOUNJdTIny4qGxwypDqeJmt8n77YZEvsfVFc3pzJqma8WFZi1Tm8y"
    "+I7UjPcw3sU10LX+YE94JOc018qrxZdmpryhZLB4HA2/8kENB4CZWUa9rK3m7P0WGuc1vo"
    "06nmtPZqq410b5YcyeoNazGDdnfDqgM7fjTV9seFvkS31VEIy+lfj0chvJxKu62Y1lSnvS"
    "QGxW3HwaPJjKiHz6i36Salmu4MGksdIWi9tNZr0ZHj2qSFBsr6G2b7tDEz+AxZ2HZAeaWO"
    "QLfXF8rbzP/Jh/8lI0flEs3Tfp+nY8hFCvoyn8vZCUlKIVvoA2ZUTNCQ3MvJrjr1B0Ovru"
    "WSfX120nt9FOtKoDl3TUMSSKXbmmBGjBaKh2PfMa9LIrV1gh+I/6R8LkkmcoIjl3nQEqOJ"
    "HA4djcCUS2SNpX0l6r40lSnmanJWMSGHBM9jQ35ZFiRsyAf7S5iQD/YLLchQlUrcyAUNfK"
    "uquIvG6XbG+Lm6z2gseaiDixweOsydZZb8BKoh8Qa9HyzCDMCmGrSNT53u6Vn3lyPk09+x"
    "60779PORChxc3LHj66vzTvcIDW34GqH28uq3zinUz/iDZzWvOv33lvGg2Ct2oNjL+E/INY"
    "PMLCfHf6J8+sfp9PSPATrn9lQO1XeZQ82qBykZYm0frLN98B5TU6p0WS73yLeiQLSIZCUR"
    "t0Xc7PzRSzAy46SdcFwMmqc9t1PiyszZpBej7TffAVe6TQMth3fkHs3DrILqmabbhUmedm"
    "NcyouxxIkxvQbPqZGXL69w7Q3b75Bl+9nc7iaEjic5QqIQzYhAw5mF05m4s2G+m37J/jNO"
    "tHsS4N3bJSTAu7eFEgCqkigbdExEnhJeHAwWI3lSMFjNkN5E1Fdit+pnqKkQBhGQ6CgIfW"
    "eDNi6XO1BOMBuvxvUEpeZ6Xbiesy/2nz7iujKEVDZrx6m0XXtll4IX8ueomRpRC58CNaOz"
    "fNDm76T5O/7hJ+zfgaH0ZfNF1mxmP9lRY5nE8ut0K7gBE7VrEuPazU13kKhvljkUiKBl33"
    "ar5DyQrVtoINV4J7T4gxLhZT2nDoKZY6iU5z97TrHyXVxsQqqapjLZywZ2QZ6DZ+w717N2"
    "Kqed0rXlCNqxtj7LQLPEfh/wbBWDaEBb53srG6e3l5/6v17dXh8hw51Z/Ql37TumSk/bn/"
    "1CAy/8st87nXO/UAqpqSy9Pru4kCU2Nc07dnH1y80RMvlYgNG01+n2zq66YDaFg2U5IpSe"
    "XHVPzi46Ryp1CBtRLyvOyx/lqs+y4lYnoNnBTc72bmpyHKVtOh7n6XMl56ARyQZNUMGyuC"
    "5T1LpdErbOgcRwq2ItJWYHJCCRsuy221VuJFJzYMqN5FROYFkpNYI79rEtpdwpjCpFnHHH"
    "bs7PPn2CAjGlllUzJ5Isz5byIdnshn8LXEiUCtjH906etHlkLUmS6iWl1kuKAEt59bPRGJ"
    "n2D6ozfyfcNKppDBHF7plNn9931yRYkNU87VKk+juq83ekVrWVzEhJSs3lOnOZSAhX4XGc"
    "TnO4zhyWXbl5DpzFXi4RhXZyWd3Jhdg2z1FDiv1mQ4Jd0EI24TqbsQK+jG3Fs2nlGFVCY1"
    "exNcW75Wo5K0o7zBPinXAJdUussl+MuFSqZImX9X8AaZ0l0QCNbT4XCG47BqPI7Aj+XiBs"
    "E8QIpPyf29RxCEOQE7rwYtq1DQgxnG1kE8tcoAn27DbUEME1BrFbcVW6asukEIDJm14DWa"
    "xa/CSQlH8Tbgehoop2Ap4eskrlTLljqqV/J4J8fAt7DwiRoQNBbPlorXuCIVRUtPyRWl4f"
    "YvA6yMyi7EQL7yYFSSzCS8rg/Txbn6FeajChhuGHtsIdvr61CEJPoYgzxLh/Z++QjLAriH"
    "oq/zXUhQ5Aj16p2x3829rAbMUhhNe7Evg14vYdi8iDsVTUK+GWSdDMO7qH+x2YuWih3yfK"
    "puU3FhM+Z03V3htYogWRrR5DqaBDalJnMZCo3TFTcs9Ul7Gl0Uq0FHiho1632WrmRxJUWb"
    "ZiJHW2l9Vq5YrrCZT1lQiUX0tlD6IsrfYjWtmHS4n7vs35Cp5cGVrNhyfyAZboLBPato2L"
    "LilI0qUYsHN7Fg/ML19T6PnKS18paNUmcYZ0Z+xDG57BKrvgKhxIEWr8V8Pf055zoC8LMI"
    "mIdIhJhRCTSP2vaohOUu7MXH8OW7S/na4mPGJEO3PBxoYFh46XKmbIdkbOLBMv5Z1+VNb5"
    "E2Q6dmbljy6+h10pNWdBB3oH9kwRNd5Ez/JEh9Qkgz8SAuHxNJ3pabs5gGs2yZfFt+A7rx"
    "xnE7FAqvbTGbanOTkAjn3Sj+fXxAzvAc2H/djvZofmdnY/+zSIgpT8uwiPSrH6NHhyUrru"
    "xjf8fZ2GVyXucuyugRgsNruC+Fg+E65sy5lnBIRDRhJaP5Xhb0osBy7H9eMOHjOJqlr1C8"
    "O9Duoa96Mc0+sGRr1jBUbZgUFmfICUaPRNsVzdWqFss1CJANQjxF1HUIN4CXoRg2vlPQMs"
    "VXcGC2XL5Iy7NmTW7XJ1kbBsARcMU3HHhCss5UmEuI2GBG4g9u2osrqF4nbUuW+89DqPGV"
    "6VHROS7zI+5MbCB8JlgjiOSYyBn8gX8gNj00wYlwUYLJHgaAFW7oH/VfRjJs0gnDC0f/p0"
    "yvwMxHBBMjy2nGFEmz7rruU2S0yfEzlvzEpp1yKK3Uv5u0y4ykFxuMpBJlxF/VsB3KD9Tt"
    "iUk+AeLgPuYTG4hxlwqeivcrd0nEyfelc49YYlsCLWAYnGuQLOoX6wihd6ilZ7KdfZS9nj"
    "FuiucpOPRZ7xo3ityCXegfyzG7jK3Ve3V/i+kpT666rz16Ut4ptbs8KdZ0W4E3Qa8UraWH"
    "rfnoW+3Bchvwftk5DOALaSV1Oacmdg3bCh1IsDIPZKTMgh1nx4Ch/gxpCV+ZAg1nxYjQ/a"
    "S0p7SdXtnG+3vKQqBFjG3EUs2gfbz9Msom2LnpPFFk6BpUzG2vFgKZj8yMe+TUaEPuTuqC"
    "qg9VH1tutYzbCRY2fROEVuVw/UUQg88eM7Czva2rOtcqQgy6dUl+hTfX92HijtH1U//6it"
    "RCrKBrE6VMtmWN9KgPwQxc0gtC2iaJ0udm0p/0dgfMo42fk1zTI3Oxy1eczPrhiGZ3ao+l"
    "G8qZ54GV2xn1ThsUuxfbb40GUX3Hn2Dw+XscseHhbbZaEuld1XflQVEPab7yC6e0tZvfdK"
    "rN57Wat3YZqT4qRoxWlOqmVFqxvam0iL9qKJur7/H+2B2h8="
)
