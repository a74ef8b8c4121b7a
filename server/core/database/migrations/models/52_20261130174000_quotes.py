"""Quotes. Their table has no model (`server.features.quotes`)."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

VISIBILITY = import_module("server.core.database.migrations.models.36_20261129170000_visibility")
RELATIONS = import_module("server.core.database.migrations.models.33_20261129133000_relations")

RUN_IN_TRANSACTION = True

# `quoted_id` refers to no row, because a quote outlives what it quotes. A quote counts if every member may see it and the
# author of the quoted tweet hasn't withdrawn that.
TABLES = """
ALTER TABLE tweets ADD has_quote boolean NOT NULL DEFAULT false, ADD who_may_quote smallint NOT NULL DEFAULT 0,
    ADD quotes_count bigint NOT NULL DEFAULT 0;

CREATE TABLE quotes (
    tweet_id bigint PRIMARY KEY REFERENCES tweets (id) ON DELETE CASCADE,
    author_id bigint NOT NULL,
    quoted_id bigint NOT NULL,
    counted boolean NOT NULL,
    withdrawn boolean NOT NULL DEFAULT false,
    CHECK (NOT (counted AND withdrawn))
);
CREATE INDEX quotes_of_tweet ON quotes (quoted_id, tweet_id DESC) WHERE NOT withdrawn;
CREATE INDEX quotes_of_tweet_by ON quotes (quoted_id, author_id) WHERE NOT withdrawn;
CREATE INDEX notifications_of_quote ON notifications (tweet_id) WHERE kind = 'quote';

-- `count_tweets` has locked the quoted tweets, or whoever deletes a tweet or withdraws one from a quote.
CREATE FUNCTION count_quotes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM changed) THEN
        RETURN NULL;  -- the statement that publishes has nothing to add
    END IF;
    UPDATE tweets t SET quotes_count = t.quotes_count + TG_ARGV[0]::int * c.n, version = t.version + 1
    FROM (SELECT quoted_id, count(*) AS n FROM changed WHERE counted GROUP BY quoted_id) c WHERE t.id = c.quoted_id;
    INSERT INTO outbox (kind, subject_id)
    SELECT DISTINCT 'quotes', t.id FROM changed c JOIN tweets t ON t.id = c.quoted_id WHERE c.counted;
    IF TG_OP = 'DELETE' THEN
        DELETE FROM notifications n USING changed c WHERE n.kind = 'quote' AND n.tweet_id = c.tweet_id;
    END IF;
    IF TG_OP <> 'INSERT' OR current_setting('perch.quiet', true) = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO notifications (user_id, kind, actor_id, tweet_id)
    SELECT q.author_id, 'quote', t.author_id, t.id
    FROM changed c JOIN tweets t ON t.id = c.tweet_id JOIN tweets q ON q.id = c.quoted_id
    WHERE q.author_id <> t.author_id AND q.author_id IS DISTINCT FROM t.in_reply_to_user_id
        AND (t.visibility < 2
            OR EXISTS (SELECT 1 FROM addressees WHERE tweet_id = t.id AND user_id = q.author_id)
            OR t.visibility = 2
                AND EXISTS (SELECT 1 FROM follows WHERE follower_id = q.author_id AND followee_id = t.author_id))
        AND {quote} AND {conversation} ORDER BY 1, 4;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON quotes REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_quotes('1');
CREATE TRIGGER count_withdrawn AFTER UPDATE ON quotes REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_quotes('-1');
CREATE TRIGGER count_gone AFTER DELETE ON quotes REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_quotes('-1');
"""

# Whoever replies and quotes locks both tweets in the order of their ids.
COUNTING = VISIBILITY.AFTER.replace(
    "\nBEGIN\n",
    """
BEGIN
    IF EXISTS (SELECT 1 FROM changed WHERE has_quote) THEN
        PERFORM 1 FROM tweets WHERE id IN (
            SELECT in_reply_to_id FROM changed
            UNION ALL SELECT quoted_id FROM quotes WHERE tweet_id IN (SELECT id FROM changed)
        ) ORDER BY id FOR NO KEY UPDATE;
    END IF;
""",
    1,
)

# A mention in a tweet that quotes the mentioned user doesn't notify them: the quote does.
_MENTIONS = RELATIONS.NOTIFYING[RELATIONS.NOTIFYING.index("CREATE OR REPLACE FUNCTION notify_of_mentions") :]
_HEARD = RELATIONS.heard_in("coalesce(t.thread_root_id, t.id)", "c.user_id", "t.author_id")
_NOT_QUOTED = """(NOT t.has_quote OR NOT EXISTS (
            SELECT 1 FROM quotes JOIN tweets q ON q.id = quoted_id
            WHERE quotes.tweet_id = t.id AND q.author_id = c.user_id
        ))"""

# Neither the conversation of the quoted tweet nor that of the quote is muted.
_NOT_MUTED = """NOT EXISTS (
            SELECT 1 FROM muted_threads
            WHERE user_id = q.author_id AND root_id = coalesce(t.thread_root_id, t.id)
        )"""

UPGRADE = (
    TABLES.replace("{quote}", RELATIONS.heard_in("coalesce(q.thread_root_id, q.id)", "q.author_id", "t.author_id"))
    .replace("{conversation}", _NOT_MUTED)
    + COUNTING
    + _MENTIONS.replace("{mention}", f"{_HEARD} AND {_NOT_QUOTED}")
)

# The tweets stay, without what they quote.
DOWNGRADE = (
    VISIBILITY.AFTER
    + _MENTIONS.replace("{mention}", _HEARD)
    + """
DROP TABLE quotes;
DROP FUNCTION count_quotes;
DELETE FROM notifications WHERE kind = 'quote';
DROP INDEX notifications_of_quote;
ALTER TABLE tweets DROP has_quote, DROP who_may_quote, DROP quotes_count;
"""
)


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
"eJztXWtz2ziy/SsofZmkStcVv5Kss7VVcqzMeOPIKT92ZnY0RUEiZOGKAjQEaUU1N//9og"
    "G+XxZlW6YUfEg5AtAgeRqPBvo08Hdrxm3iiL3OnH4my9YJ+rvF8IzI/2Ry2qiF5/M4HRI8"
    "PHRUUTyn1pQsVSIeCs/FI0+mj7EjiEyyiRi5dO5RzqD0JSNIlkZ8jDDyBXH30GDuDx06Gq"
    "AZdqcCeROCbDLjKlf8hKaMLxjIiDZaTOhoghgfcnuJRpghl9zzKdmDZ9t8JB9O2d3zPabP"
    "+mwwwzaxFtSbDBDV1cCDvAn20AILJCZQz2JCmEyTBbh8E0gHsQ+op35OiEvC6qE8saHYHo"
    "K3VhXZnIg+Y9xTr6UeIkZ8TtAAj0bcZ94gqhMNl/IT5y4fESHU9zJEsOtQ4qJ7+WUS97ZM"
    "s9Ed8QSiHpQfYJvPvYGCzWf0L59YHpf58r0keH/8KZMps8k3IsKf86k1psSxU42E2lCBSr"
    "e85VylndK7c+Z9UmVBKUNrxB1/xuLy86U34SwSoMyD1DvCiIs9Ak/wXB9aDvMdJ2hkYWPS"
    "LxsX0W+ZkLHJGPsOtD+Q1i8Qp7Usq3d5Y113byyrlWuboUSiHQVJI86gXctXFQqAO3iF//"
    "nHwcHh4buDN4dv3x8fvXt3/P7Ne1lWvW8+6913/TIxWroqhdn5z+e9G3ghLjuP7lWQ8F3J"
    "YA9rKaWMGP0JFpMi/Bl2l8X4hxIZDQyXHhFZHYSIVykhTIi1EHf6DaihCtGLy1OoeSbEXw"
    "4k/KdzdXre61z9/upL57fXKmsZZF1c9n4Oy8+58O5cVVHr9PebbkfpIMZc/c1h/nGC3WLE"
    "w/IZxOVXbCHerRn+ZjmE3XkT+fP4TQX+Eu6Pv3SuXh2/eZ1u1r0g50BlpcFVI5zIw9txXV"
    "zSomORDMIOFblhZQsgroD0pvvbzR9/ZiDTU1rBKMC5QzArBi0Wyg4EUuq5QItSNjwQXF5e"
    "pAaC0/PMQNu7/XLavXq1rxqqLES91PgbYz1yCWBiYS+P95nM8eiMFAOelsyAbgeie+F/tr"
    "DZtuQH2pfMWQYTcVUzPv/Svb7pfPma0spZ56YLOQepkTlMffU2M4pElaBfz29+QfAT/fey"
    "180O4VG5m/+24J2w73FLGlQWthM2Q5gaopbSOvk2p7K2NbSelnwCrQev2xSlb4mSQ0wqta"
    "zt+3X6dlrSaLnJWoa1lOyPegVVc9LMyW5w7gzXNls7dUZLZqvukjEr+fDisfldapPLx1gH"
    "sM1RG/6E0FrIN85Q2Rj0sGkynhYu3AHUvBo+cZfQO/aZ6KXOuXxvzEZFq8dgb+42qGbLVP"
    "A9bGNhatxBXbyIdpmSTU9+u/xiokeXj53rj52zbqt4gHkCXOM9z+0aVlYFNjukptCVL4F6"
    "txcXLdWAh3g0XWDXtkpaMlRVMKAEUp8+XxEHq8/4YcBWsPEDnoArBWQ+a3Ywy6Zghu/UJ8"
    "Gz4UkBWNJAmcLmdatgpz7Ka1ft1Q+DUitu1neQtyDE03vSeh8dTQmZCzTmLpK6JW4bUYbm"
    "Lr2XP/bQzYQgaiPu2sTVe+OwEdNGjCyI8NCYusLLb9Y/32MKNrf/iMZf9dDWn2a3uylzZr"
    "tit9vsvpQraHd3X1QXrW21JqWM2WpWDNsBvVkxbHLFoCf/x2N6E9azo6Amx9JiVMsXCs9p"
    "C3/ijqMmjZwlHORU2sFjVWZFK3igSxN3gGCm1QanwkXxLcJsMtA8iwVYsbLIUpaG6RD5zA"
    "FqhrJuqUATatuE5a3g53kMUFZ+lYs9NGDco+PlQFnJhfUiXQLFL6Kki41tsaq1HVam+lrw"
    "KGN0N2faqTK6dcsSlm5LNXfM88LG3Vxjz1x3xpqYx0IGa+PaN4vLysVlOBvVXuNkBM06Z+"
    "0lZmgcrKsCs9R86qVmylwzy82KlVGmCT685IysXwPtatCSBq47I90UrDyTeitfe9JkqYcX"
    "n9KKHk3k2kw+SuiIAvnP466KbVBBDNJ610tCmecSWJXZOv4AS3NQrsNUCILKAzmINbiXib"
    "TAEfPcD3viWIPrGXacRy8FV+k3TVgLHh68exvNBPCjauy//tK5uHh4gaf0nQf29vb8rITU"
    "GApkcPV9au+B2PaOSkUwKhL7obZRk9an+tK0KeO53Ifvy4H57+vLXomfIhbJrhzoyEP/h5"
    "6Txd7659hnI8AKDX3qeHJY2oPH/qu1eZgBotSiIQwTiKI1Eou6jwWxGlDBaZFh81KTxD31"
    "cABQwTQR5T4wUYTlasTWOZRN99AA9sJVfJogXhBvRj05KI9gOBYqRuybbFxSX8rdDiFvXE"
    "eIheM4BLUNl4XTxDM+x0SjNXjZUDWTeHxKmFU/Ji0tZyLT2mtGpmF7Ruvu0EYyZrOw3sZs"
    "vRjAoPzmYgBbzzWFpyMAD96sEgIoS5XGAKq8LFX8myVnioIwwAqOeCyyuY2g/ecdzg/2j9"
    "4dvT98exSN4lFK1eBdyOIomBir+Bsb3lF7syVAGidBOdS76yRoUPxf07S+JVo2AYBGy5kh"
    "fLis7XDKiZpItK3ilf6wyFf4+uI2vTmXVMP0sKpHKtf9S6Kmsu3cAPtY0u7L7OBe0Gmhi0"
    "+lt6t2bR1ZYuXwKvj6nwQCGX1UmeJllgU4FXEuM4FUj6+wkMQZsaVVmzbszcaM7u2KLVmz"
    "YC1X0O4uWE3I1I9m2v640FfYtia+ZzX76+H4npczabcV04batF+ITXHH8/BoMiPq5XPmbb"
    "ZIpaU7g8LSRghLr2z1zunI812yhwbK+xudo+tiZvMZmmPXA+OVegLdXl0otlnwkw//l4w8"
    "dUpvkfX7NBWHQU98IVsnHP8L5/DeY0bFBA3JWDZ2VWnwMPTqSk7ZV+cfb16fJKoSaMF9x5"
    "YC0uieTzAj9h5KHnTQZ7pKIq11gu9J8KZ8IUUmsoEjn2loid1GHoeKRuDKJTJnDqcZc0EB"
    "UvWR8Ny5g0cEjkmI4sY+qBaA6LjPuLR1sscCC/3x6gTi5BcZIkbT570qq1+1/Dr+6UjgaR"
    "zUL6uClIP68GAF//ThQal7GrIy560GnS6PbzUXNSm3se3LZ3asrs9HTRz56+EyMkWX+bOc"
    "OZECNRLeILNiTpgN2NSDtvW12zs77/18ggL5Prvqds5+P1GRvss+O726/NztnaChC50Rcr"
    "9c/qd7Bvkzfq898nVb//4q7Iz9cnLGfo6bIecjMpt7BdyM6taflNsZXsFTNP8Fd6fyUZbP"
    "POrU3aTJCRvfY5N9j2NMHWlc5bV8Q76VBbnFImsNcVukze5vNylF5gjgKVJkWDzLCs8MV0"
    "7BBkA52kHxHaDpbRpo+XhPrv80ZjUsz6zcLjTyLEVyJYZkBUEyOwcvqF10ymXp3BuV3yGv"
    "+ZNR+iaE3k0KBolSNGMBA2ceTm/iz4bFIQAVy8+k0O6NAG+PVhgB3h6VjgCQlUbZpndEFB"
    "nh5YFmCZFHBZo1DOlNRJSlVqvBuVI1QixCERNhYY5jMY7ranLmBLO79bSekjRab4rWC9bF"
    "wdvHWldOltou86SU8ZmvTVd4Ia5Iw8yIRvAVVIvO68G41tOu9WTHT/nWQyfsy57y2rCW/W"
    "gSyCrXQTwnZeEa3N++Q+wrv/AohVR+u4qsIMKSluvXOU9Blt5DA2nGexGbAIyI4JhVD0HL"
    "sdVFBR804VZ+i48dOAanrdzysoBbcobCE9ZdyNqdymanbG35BEPabc400K5w34c6W8chGs"
    "o2+bbZ1tntl6/WL5e3VyfI9mdza8J9t89U6lnn9yDRxssg7ddu93OQKAepqUy9Or+4kCku"
    "dZw+u7j8+foEOfxOgNP0ptu7Ob/sgdsUNpblEyH142Xv4/lF90QdS8JGVJ+48/Jbuapb1l"
    "zqhDI7uMjZ3kVNAQnbpXd3RfZcxT5oLLJBF1Q4LT6XK+q5KQlbRyCx/bpYyxGzCyMgkWPZ"
    "ba+naCTScmCKRnImG7DMlBZBn33qyFHuDJ4qhzi7z64/n3/9CgliSufzhpFI8jpbiUOy2Q"
    "X/FlBIlAlo4bFXNNo8MJekRc2U0ugpRYCnvP7eaELM8IOarN8Jd+x6FkMssXtu06en7joE"
    "C7Ie0y4javpRk/uRmtXWciOlJY2Wm6xlIiFcR8dJOaPhJmtYVuUXETjLWS6xhCG5rE9yIa"
    "7LC8yQct5sJLALVsgmqLM5L+DL+Fa0T6vAqRI5u8q9Kfr6uNW8KJ3oDBK9wyXU3c7KfzHi"
    "0qiSKfpGgUEQlzhAdy5fCAR3lINTZHai77nDLkGMwHUCC5d6HmEIzpsuvU762R4I8aEduH"
    "XPWaIJ1n4baovwioTEXdbqKOy5QyG4k7d1Abi1D0r8JJAc/ybcDcNQlewEmB4yS53H0meq"
    "ZHDfAoR4Yv2CEHU6EMSVr7Y3JhiCNsVe8KQ9XYcYvA5PfVF+oqW+pUEKi+hWQfg+7euz1U"
    "cN9FVtyhkFN28H3qITJPzRJDxLBjI5Q4wHd24PyQj7gqj3Cz4oun0QvYKPggvHUXDjIsJ9"
    "NuMQLazv9X6NZPm4ivDJKhqV8LkjpfVGPtwkwZyl/ib9HAkThMtqTVJBh9ShHlxwiJEjte"
    "b0GVxvmIUpVVJoXNRB5PrpEAyrb00cyC4Gm2wKDnXbIuAKzUkQgtRqIGgmYhq9NFx78QHR"
    "ZEuQ0vIlGAQA3sPljUqROtJWqaDP1GHpENcb1sniUGHVJjEK3gUqw84CL1N1Bq874dYML6"
    "2/fO4R9dIBDqgIBlVKNhrfIUJXcDmWHybLYCdsH6qxLqC1zf2hA7HKNgo9jG00gHDqKPqY"
    "+bMhpI5dPoOzcZVWoIQYIIgvlsPQUsHVZwtiYoy320kZBG7UsRISIk12TzbKUEjFfegBoA"
    "7kCRFjmtVHPBpfC0aaSsp3Us7wvmvwvimzlFUlZ4TapMS8rKEmrk0LVRak5XK+Bjk0J2v0"
    "8Eg9gNWfV0LHdXHZnSppuYwCdm4bRIP5x58Z9IL1kKXWfPUacU50Z1zOG27B6jDUdTSQET"
    "T4r4d/eAf7en0gLWp0sJ4OJlhYc+4UeB0rzcikmLEia1iRAJza3VgD8EjOIF4D8dTOUx71"
    "amJXTnhnxpmnoHfpbbp1xu+s5M7AuunhW+1k1x1LIiEzkNQYSOK9+bqjSFpyZ9r6UwwhsA"
    "lfF85QZofW7k8FZe3T7yIhA2a6s2vna71ZLSG0M1c9bnhCIzZdjx+XEjTkqSaTp8wJKuWd"
    "bjvP0ljlBBVNi6i9ZZ8SM6dprD2wJl1Qa10EUlLBDtkNL3vGhm7oeZ2YQzbSx0GkBoSHLw"
    "XJNtvNAdywRr4qviX9vPbJG7EKhpxPgWZXsDg5DUQ/fb4iDi45hD6A/TSoZofadt4d9TiI"
    "wgsAdxEedaHL4+ApuEBmN/rw9+ekYqvhroCJHQ6D5URsGD5Wv3dHluVMU2iBI0AiPrSiAk"
    "/J3EPDJQpOIniIJK1yA3oqIwsE737SyoC8maf2WQlNe2CTGR8oBnJwvs6CqzsyFVsbMhGA"
    "eoK47wlqk+BGHMYZCSjZ1FWXAilOM2fcd+Eenx6HRCixmHCZ1WfCF3MVW6T5zEDVDZjVMn"
    "sPJZnVId9YV56gYivqMVz1w/iQ28sACJ8J4nkOsQfBtUFwGxF2nBTdXCgms+BoCbz3QdAr"
    "rATXOTxgKGIEJzm+ICyrncBryxZGPvSZ5mtDguAzAu8TfCsaOHw0Va+Dp/rWIvkZ0F9kf0"
    "88O6YnZz46Jj/zcZ/lUIjJ0A4RImKdC+A8c6hjQYWhDzfeDG+jcvrwRDZsp9ZJ8bHE7l1S"
    "tMoJG4flJ2wc5k7YUH9rgBuW3wledhrc41XAPS4H9zgHLhUWtme0rkMwKWZcgjVcgjBH18"
    "Q6FDE418A5MmDWCZzPyBrfQJN9A1pbYFxbLsGiyANXPlcUCu/AlTnZs/5WO+yv6rS/3MwR"
    "rAfW6F9pSdO7mty7DF1oc3NWtDSuCXdKziBeyxrLbizkoa9mwxTXYAhbBSCvG4BYKG+aeY"
    "1mrne4asIeCxmsa2Ctt/7WYThnJXdmENkwb0Fv9RJ3LSUUCBs9PEYPcKXv2npICRs9rKcH"
    "Q0x9GdwNabFcIbtFWqxxAlqCvTWnFrhiC/plDYJCZ04/k+UWNoGVGByGB7QSTMFhZJZLRk"
    "Suj4os/RpofVK17TpWM2wXLUQNThEL8p56CoFHdr7zqKKt3cmtRgqu4ZHmEn0sFW/ngTJ0"
    "xebRFbcSqfi41vWhWvUKxK0EKDjwZzMIbctQ9JyM144c/0fgas1xXoOcdhXrFcdlHqK9ls"
    "PwxPTBH4U7eLB/9O7o/eHbo2gvIEqp2gJ4mBVYuu1SzkYo33TZBfLawfHxKiyE4+NyFgLk"
    "Za7fkp2qBsJB8R1Ed38ljsd+BcdjP8/xKD0Yt/zWgvKDcetdW9A0tCvAfbJ7C2rsIz39ZP"
    "b9/wE2V2jk"
)
