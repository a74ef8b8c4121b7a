"""Keys that clients choose, so that a tweet that is sent twice is published once.

The table has no model: Tortoise knows no primary key of two columns, and all that is ever done with it is
plain SQL (`server.domain.idempotency`). `tweet_id` is not a foreign key: a key goes on standing for a tweet
that was deleted, so that sending it again does not bring it back.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
CREATE TABLE idempotency_keys (
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key varchar(200) NOT NULL CHECK (key <> ''),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    tweet_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
"""

DOWNGRADE = """
DROP TABLE idempotency_keys;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXf9z2jgW/1c0/HLdGS7TkKbt5W5uhjRulwuBDiHb7W52jMAK6DASa8uhzF7/95NkG3"
    "+THUyAGKofOimSnmx/nvz0nt5H8l+1GbWQ7Z405/gaLWsX4K8agTPE/5OqqYManM+jclHA"
    "4NCWTeEcm1O0lIVw6DIHjhgvf4C2i3iRhdyRg+cMUyJadwkCvDWgDwACz0XOCRjMvaGNRw"
    "Mwg87UBWyCgIVmVNa6fwNTQhdEyLh1sJjg0QQQOqTWEowgAQ56pFN0Iq5t0RG/OCbj3V7G"
    "I/hPD5mMjhHvwuEX+/0PXoyJhb4hN/w5n5oPGNlWAlRsiQ5kucmWc1l2icctwj7KtuIhhu"
    "aI2t6MRO3nSzahZCWACROlY0SQAxkSV2COJ5Amnm0HSgnB9282auLfZUzGQg/Qs4W+hLR/"
    "A1FZzTQ73b55a/RNs5bRZSgRwz0oGlEixgG/VVcCMBa38Pd/NBpnZ+8ar8/evj9/8+7d+f"
    "vX73lbeb/Zqnff/ZuJ0PK7kpi1PrU6fXFDlA82fxSKgu9SBjLoS0llROhPoDtR4U+gs1Tj"
    "H0qkNDBcMuSmdRAiXqSEsCDSQvSS7EENRYi2u5ei55nr/mmLgl+avctWp9n7+uqm+etPsm"
    "oZVLW7nU9h+zl12diRHdUuv/aNptRBhLn8m8H8wwQ6asTD9inE+VMcIN61Gfxm2oiM2YT/"
    "PH9dgD+H+8PPzd6r89c/JYd1J6hpyKokuO6Izv2BmIS36TgwZ0RHIimEbexmzMoBQFwAad"
    "/4tf/7HynI/ClAYQUotREkatAiobQh4FK7Am1VsmdD0O22E4bgspUytJ27m0uj9+pUDlTe"
    "CLOE/Y2wHjlIYGJClsX7itcwPENqwJOSKdCtQPQk/M8BDtsaf0CrS+xlMBEXDePWjXHbb9"
    "58Tmjlqtk3RE0jYZnD0ldvU1Zk1Qn40ur/DMRP8Fu3Y6RN+Kpd/7eauCfoMWpyv8iEVsxn"
    "CEtD1BJaR9/mmPe2gdaTklvQenC7VVH6gSg5xKRQy74/vMm7nZTUWq6ylkVkZJYNWmJCT0"
    "cuh2Cr9xa8iLjxYaqMXQSoWTV8pA7CY8IjdKmKFr9vSEYqBzoI5++Cbg5MBd/DMRaWRq+9"
    "AxerQDs+9Piz8ydGvm/yoXn7oXll1CTCQziaLqBjmQmoRQ1t0FTJqm22ataYpUsggWMJjn"
    "gKcc8B6sYjkrecWV3xK+pFiytINFlzaaUJHLoQKx5iacOm4xMwcNGfAzCiHu8DPDh0Bk7B"
    "AvOR4TEwhnM3u26yYR/PWBTh3ZczMIHAdoyLXhepTfnDq2N0g3izjGVJ6CKUrXK8Xut/MY"
    "w+1+wCIXZP5C/zymgbfeMqKA1shXVP2q1r4/YC2HiKXP/Xlf+L133sttvdL/ymqG3TxT25"
    "uzV6F3L58J7cGFet5gWYIQvDe3JtfDV7xi9dKT1FSzPwetKv2zrrBo111g0a+esGjcy6gf"
    "/IZef1uNRG717FHLV9vnwv7FJp5HmJ/9YiVBr9lKDWwKYakMaxNPxxKY39ptiLSags8pGM"
    "xn1T3PUiaL5CjmsRNBO9v0yw+VHOVjVFtBnU1IvCTX+uWzPeHAQzozMAQpV+Sl26ia6IIM"
    "NqNDgBfV6DLUAdCzl+O5FwcuuAoAVyGXjAjsuy0ehOrqCIVX8PJ3l/kSXotfaHTuxXx6bm"
    "B7Daxv4oNrYy/nzl9PySIVX5gDYlqFWwrTxBYhrTuYKCXEFqCKrzBSp7o6FdE1pUwVTMSj"
    "cK/ziut3wPGcdbPe0iozkdTQZAXEp4pdgF/B+jzjLMsQivpg4gsQCvc5DwVi2wmCDCy6jw"
    "TwElyK8TcrySPvJCrPKWd3yxLTNfb2fQtp/tIh9Kkues8e7taiYQP4ps/+1Ns91+2vGV+s"
    "4Ce3fXusqh2IQCKVw9D1snQuxwrZIKRpkaOfN91Lj3KZ80lRNxqCeeLwPmf267nZyESCSS"
    "jhzwiIH/gV1yKmv/evDISGAFhh62GTdLJ+Ky/67tH2YBUSJoCJNPK+5wLC/1QcEcFh1cqh"
    "ybl5okHjGDAUCKaWJV+8REEbYrsTPCxmR6AgYi4TMQdthFTNhnhxtlxo3ySJhjlxtrgL7x"
    "wcX1JdOPYsMCBWOxKhLacbH3YbhUThM7vI7eG1HhsKFoJmF0iohZfodEUk7vk6hvuE8CWj"
    "NMFNAX0dJXMpqVXoKVzu1WuR0pQfv9MVxqu5rC07yS9YglRcySDLVEXIHPFIpNKfn53ZjI"
    "/haCTndrzhunb969eX/29s3Kiq9Kioy3ki+imBiLmCJ7XlF7fSBA6iRBPtTHmySo0G6Uqm"
    "n9QLSst6NoLadM+LA8lSkjqhlNmsF6CMgX5PqiMb2/lFTF9LBuRirz+idyUvwuQOeu3a5l"
    "xrkG9jB3XLXxVJnik+X1olVbufFjvfXaplwT/Zsrt4f4B81IatrGbLdtdKgkt8leZK0YjJ"
    "rVVhnrXi9YktUBa76CjjdgfaG9WZXT8I/j2v640Bf4tqsZ65neVz/s58CUsK7/FX/xn6aw"
    "6VMEDtinvRH74JqMwdFklnOeQLpJoafr76uDq9Zre71zPGKeg07AQGZ/JX9AuKQOJBadgT"
    "l0mHBeMXPBXa8t2WbBTzr8LxoxecaiyvvdTsf35J4If5ku+OgUhzcSysAjJNidgCF64INd"
    "dhpcDLzq8Sm71/rQ/+ki1pULFtSzLS7Ane75BBJknYCm745zccjuid8l4t46go8ouFO64C"
    "ITPsCBR3xokVUHjIqORiKVi3jNXHMlqj41FTnmcnCWSSGvBLaTQ35ZFSRyyGeNNVLIZ43c"
    "DLKoSh3QR10ccqvK0EXjckeT/NycMxo7XoXBPMLD08d7rIT3yH6YI2IJbMpBW/tsdK5anU"
    "8XIJC/Jz2jefX1Qm4cXN6Ty1732uhcgKEj3kZRe9P9RRzP4aAZfdzsaI7TdRgUp/kEitMM"
    "f4LPGWg2Zwr+RPHwj8vp4R8DdEGdKb+U6RGG7bILKRlhnR+scn7wAWKbu3RZLffRt7yNaJ"
    "HIRibugLRp/NpPKDJD0k4QF8PmaeZ2ylzZiiA9H+2g+RFQ6fYNNL884zGaj1kJ1zMtdwyD"
    "fNfHYy2wxRQ06Ny5d9X+iDLbW6PdTRAeTxRGIhfNSEDDmYWTTbzZUE3TL4g/40LHZwHevl"
    "nDArx9k2sBRFUSZQuPkatywvM3g8VEnrUZrGJI72PXl2bprjfojzfpOZpAMt5M6wlJrfWq"
    "aF0RrwV3H2ldLtCXTrfGpXS+deNUtz4Ddr/YF+S65YjWadmn0rLxFz+Rlw0TeLXsAN8Cqu"
    "syCCo2sp9NIIhIsS+T7u56bEi/GYQ5yg8TxqvrRWluKhvKNk/mtr84mDFExIZ2ju54LMiW"
    "lM+9/pEpDE7FQSkLKHe8y3QvsvkPcRg+5hXARRxuK5vZ3l63OmdcYRNfL8gZ6zP29Rn72r"
    "86ZhqnRv5Cn7H/8hrQZ+y/HPb6jP0XjKdfJkq5FQRPz0ZWz1MeFpaoL4xT3LCl6XhlTgzj"
    "rcU3umzKVnxZsdQpSariMC/hVFou96ecf/pbyvizeNAWBz3WJeGVN3ByTgnbYt/KfWmhZy"
    "uuoLelVefl+qEjmau7m8/mz907HnZY3mxuTqjHYw9ZetX8GhRacBmU8UjnOijk/suUl/Za"
    "7TYvcbBt8+im+0mEOnTsCsph3+j0W92OIB0KWkbAV335aEW+gBmlFqdeQpkjTLocbpJFsa"
    "HQX3FSv7I5UWgkskeqVjgB1nZlPndM3T04orXllcWa20ZD2DrEbdldpyPp1txHIJJufcUH"
    "MK/kc/89+dhstcWyjKBXilWd2+vW58+iwJ3i+bxiZOusztbiWu83AXkAVGvp7JnwgamszR"
    "NzSVJUTymVnlJcwSgtz9WIiWkefZX1O6G2Vc5jiCSOj164/T1uNoIu2mxHSkpUv0dVfo/k"
    "rLYRrS0pqbVcZS0jDuEmOo7LaQ1XWcO8K0+10SmfDR5JaDL45mRw5DhU4Ybk7y9bCRyDF7"
    "KPLWYVyaL4HDtF+mRFvsvPm/hfg10vX9IMz9MbSO4JHznck5KpjSmaM0G/giFDy+dmDcRn"
    "ULjwAIwdunAlJwtgxh8Aie9iLQJil/hwiupAkx1fTbPBDjSHEuzKLGPaYiJVzp5UyrolYq"
    "7oFSw38lOCR7Pit2duRGDaymEfEzqaL4PsGXe9oS5fIYe5tWqdDXW8ckLLcyATYnpz1bY2"
    "+PiwZlWhd/gk96Ikhl/ZoxdTU71i4AdiH697yF59v1ENdHhO+JEAnWWIPg8exTmTBxlbZ4"
    "HaZZQr315FkBu+1fkxruCmr388J29LiX9mPJs4CAHpvMrveTpoFXuGO5EKQk8eVM5krfwF"
    "xWHz8tvSF4pQdw9XvSeKOFic9jmw0IwOwAw604CkuKByy4grWImiEghQLwD1mIst5J8aCo"
    "j41rX/YWwsP2TqiticD3fqOUjvt6r8jFsviLAnfADZpU5KiiSO75TOdZgzZ/nMmbMMc0b+"
    "LQFu2P4oli6S4J6vA+55PrjnGXCxa27yOdi4mP4ibIkvwooJoiTWoYjGuQTO/kr9JmtwaU"
    "m9CPes7XnORkpQCGs9PEcP4mTZjfWQENZ60IvSh4S7XpTOV8hxLUqXIBjE1kvn2BTh+PMW"
    "qZpzfI2WBzgE1lrF82cB13TQCOHg+PrNsfooezt2rGbQUkStGqdV4EkeMZMIPPPVa606Oq"
    "Kl4SQjcES5H4Cfm2c4eqB0LqZ6uZiDRCqi+W0O1bF9DHCn2aomN2+jSU2Rrwpq6kUZKxi1"
    "eSpllQ/DlrMvP0rq5ZmHzecnVXLD5fyF//xg+RjW/hvn5+ucxHB+nn8Ug6hL7UrmL1UJhI"
    "PmR4ju6ev1dnwXbfnOJFdyqbf5mznyqbfldnNUDe19bOd40Q0G3/8PlL5n/w=="
)
