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
    "eJztXW1z2joW/isavtx0hs0kJGm62Z2dIQntZUOgQ8i97W06jsACazGSry2HMnf731eSbfwmO5"
    "gEYlh/6DRIOrL9nCOdV8t/1WZUR6Zz2LTwDVrULsBfNQJniP+R6KmDGrSssF00MDg05VBoYW2K"
    "FrIRDh1mwxHj7WNoOog36cgZ2dhimBIxukcQ4KMBHQMIXAfZh+DRcocmHj2CGbSnDmAGAjqaUd"
    "nr/AKmhM6JoHHqYG7gkQEIHVJ9AUaQABs90Sk6FNfW6YhfHJPJZi/jEvynizRGJ4hPYfOLffvO"
    "mzHR0Q/kBD+tqTbGyNRjoGJdTCDbNbawZNslnrQJ+yjHiocYaiNqujMSjrcWzKBkSYAJE60TRJ"
    "ANGRJXYLYrkCauafpMCcD3bjYc4t1lhEZHY+iagl+C2ruBsK2mad3eQLtrDTStluJlQBHB3W8a"
    "USLkgN+qIwGYiFv4298bjZOT88bRyfsPZ6fn52cfjj7wsfJ+013nP72bCdHyppKYtT+1uwNxQ5"
    "QLmyeFouGnpIEMelSSGSH6BnQMFf4E2gs1/gFFggPDBUNOkgcB4nlMCBpCLoSLZAtsyEO007sU"
    "M88c509TNPzW7F+2u83+14Pb5pd3smvhd3V63U/BeIs6bGLLiWqXXwetpuRBiLn8P4X5lQFtNe"
    "LB+ATi/Cl2EO/aDP7QTEQmzOA/z45y8OdwX/3a7B+cHb2Li3XX72nIrji4zohaniDG4W3aNsyQ"
    "6JAkgbCJndS2sgMQ50A6aH0ZfPuegMxTAYpdgFITQaIGLSRKbgScalOgLVu2vBH0ep3YRnDZTm"
    "y03fvby1b/4FgKKh+EWWz/DbEe2UhgokGWxvua9zA8Q2rA45QJ0HWf9DD4YwfFtsYfUO8Rc+Er"
    "4jwxbt+27gbN288xrlw3By3R04jtzEHrwfvELrKcBPzeHvwKxE/wR6/bSm7hy3GDP2rinqDLqM"
    "btIg3qEZshaA1Qi3Ed/bAwn20NrscpX4Hr/u2Whek7wuQAk1wue/bwOms7TllxucxcFp6RVtRp"
    "iRA977nswl69NedF+I3jqdJ3EaCm2fCR2ghPCPfQJSva/L4hGakMaN+dv/en2TEW/AxkLGgNl7"
    "0N50tHOyp6/Nn5EyPPNrlq3l01r1s1ifAQjqZzaOtaDGrRQxs00bIcm+6aNWbJFkjgRIIjnkLc"
    "s4/6R2qacoWlwit+Tz0vvDKWY1aMrjx6o5H9CISJ4UU52Bwh5ohQSNCNHg/BgPdgHVBbR7Y3Tv"
    "gATh0QNEcOA2NsOywdWNnIFRQxlW+14EJS7v1Za9+rWEtZtqt6Tqylsv2zGbS/tn+wSgvbDAnC"
    "ym4ouBBTLChutiUIKxa8lukWU2OV+ZZjviVEUG3CqfabCtoVoUUltI6XvFHYx1G+ZVvIODrqeR"
    "MZWXRkPAJxKWGVYgfwf4zaMlkos4LcqqkDSHTA+2wkrFUdzA1EeBsV9imgBHl9go530ifeiFXW"
    "8oYv9srJyLsZNM0Xm8irrJsy2MgnjfP3S00gfuTt/Xe3zU7necNX8jsN7P19+zoj6hkQJHB1Xa"
    "wfCrLd3ZVUMMos14lno0atT/mkcVOG2dQVz5cC8993va4azAhJ0nPAIwb+CzaZ5qr9c+ySkcAK"
    "DF1sMr4tHYrL/qu2fZgFRDGnIcgjLtO5kYTOlSKZKya4VBk2b6MkOniqVBCyPVc5mHzEisGTpi"
    "wF+cUBgsarHJGBjbVjJa8xoTI0ImeRvcJsqWIipfED8lRDFRPJZtD+xkTkUi3sjUepKld87WhI"
    "lcAqSxRkqbFe6KcPgnl2jAmrOurRhf98AKRKC+5wWvAW6Rg2GYMjY4bkzafM2+SQXEt3JgZzGy"
    "EYvbLVa3EnxbXRIXhkdIrIo4g2CJPUhkSnM2BBmwnjFTMH3Pc7Mlbh/6TD/yDuV4miaZX1+zoT"
    "P5AHIuxlOufSKaqxCWXgCRLsGGCIxlzY5aT+xcBBn6vsfvtq8O4iMpUD5tQ1dU7AjW7LgATph6"
    "DpmeOcHLIH4k2JuLWO4BPy75TOOYnBBRy4xIMW6XXAqJhoJEoGEe+xqsLwsqumPMNcCmeaAdlV"
    "ykuC1ylTflsWxIqUTxorFCmfNDKLlEVXouKWOljeUwrf/GBjlG57ZtjRZgV9/YhjpOqb8WdWS2"
    "uLuLOUyo/XfwfE2yuwr1mI6AKbYtDWPre61+3upwvg0z+Qfqt5/fVClp0sHshlv3fT6l6AoS1W"
    "o+i97f3Wuhb9M/qE9KQ+WkX8j1ep0T/OrtE/TtXoc52BZhZTVOnni3+UrhL/CKBzak/5pTSXMG"
    "wWDaSkiKv60zLXn44hNrlJl+byAP3IKmMISdba4naIm60vg/wQf+yNrWB4Mu6f2K5MhZOejbY/"
    "fIvK5A1yKRsBml+ecR/Nw6yA6Zmk2wchj+vgxio6uJGtgxspHTzHOlPkZDN173L8Woq3bOB6qr"
    "dxfHp++uHk/elS/y5b8pRwWv8aCE8MxSaRiWZIUMGZhpMZ7myofjM5x/+MEu3fDvD+dIUd4P1p"
    "5g4guuIo63iCHJURnl1KECF5USlByZDeRs1A9RLoakK/v0nPkQHJZD2uxygrrpeF6wp/zb/7kO"
    "syQF843RqlqvKta6e636jOoGTqrRS5binRVVr2ubRsdOHH8rJBAq+WFvBXQHXVCoKSSfaLCwj4"
    "DYDufafzVunuO5E6dU2k911SU+S6Y/31vES3E4zUbJcUOHaMjz4Ej45J2TITLYwImf4FmAEhOb"
    "oDxtT+h1esyZ/FhaYowK/LVDIfYCvKPF95bmXF55SLnegUV6gKPsujBuo5eeWAZ+sk6gLaMh+E"
    "Vbu+v/2s/dq7718A3Z1ZmkFd+4HI1uvmV79Rhwu/7fdW68Zv5JvUlLf2250Ob7GxaT6QTu/T3Q"
    "Uw6cQRybxBqzto97oinScCnn4m+O2DiXIBFnRqApo9dGd2131RlOraeDJRWW45kbiQZItJkEAB"
    "bioZsumk+M6VMOhuUaz53tgSex3ie9l9tysLGbiNQGQhwzUXYN7Jdf8D+dhsd0TVgkhcIv2B3N"
    "20P38WDc4UW1bJyhjSPFupimG7rv0OFDFIY0+DY6babZ7RJXHSSqWUWqU4IldbPAoaIasqVMrM"
    "X4OaejGLIaTYv8Td61ePmgg6aL1arwRptY7KvI6kVlsrYRSnrLhcZi4jDuE6PI7SVRwuM4f5VK"
    "6qhDC7ziKkqMos1i+zQLZNFWZIduXmkmAfrJBtFG+W5CAML3ulSJ8s01rZeRPvlM7V8iXN4KSK"
    "R3mABpccbknJ1MYUWQwMF+IsCy/4BQ7kaRVghidcZDj9O37XSBxSNLcxY4gAA9mKT7Rs5hLVW3"
    "g7mi3xK5uLbGIRkjLnSUq1j8W8q3DdFZP8BOHexPa2XLNTFUdmM2Q3y+RWKY7knQYtXicXI6sK"
    "5V6rWMuDNc2KqlorXlcUE7+ix2gkVI5C8H2yjzd9ZMKM974TZ77tCdCxvUGe4fEyeBRnhuykN5"
    "cGapN+lVy9CrcqWNXZXpX8fOSqTpXFx1Linf/HDBshII0ocQggtNHS8fHdHmd912ozFxJHsTyK"
    "j2ZGP6LJ5v43NEVhm/yipkDpAlCXOVhH3pEugIhjbL0zb7EtD3YRnh6XX+raSK9ct7Kr0HqO62"
    "ZAoqsOas3Jgi0p9u8IlVWKL06yiy9OUsUX1Uc0N/gRTexw032GFefT5H4TMkpWfRWywFchhYIo"
    "iHVAUuFcAGcv2LtOcCdJWUV3XvYplrWYoCCu+PASPohjf9bmQ4y44kMV7ayinXnRzgK50kggzs"
    "KacAtfFv1oWvgGLXZQBFYKD/nfgtRsNELYP+NufazCr0/uM1YzqCu8pwqnKiJb3ojsTiIVlpes"
    "D9W+He++0Zh1E9l4ZNQUUWu/p54Xt4bhmOcC19kwvHLI9v8lXvvC48OyI7FP3GNUHracHS2MkO"
    "xhwLBxdrbKG8BnZ9mvAIu+xNtwfFEVQNgfvofoHh+t9qZh3quGqYhsZiFYdhFxdiHYFr77tuNl"
    "xG9a2Przfyz5OX8="
)
