"""What was taken over from which other database, so that it is finished where it was interrupted, and never done
twice.

The tables have no models: only plain SQL touches them (`server.importing`).
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
-- The fingerprint is of the old users up to `last_user`; the tweet `last_tweet` was the newest when it began.
CREATE TABLE imports (
    fingerprint varchar(32) PRIMARY KEY,
    source text NOT NULL,
    last_user bigint NOT NULL,
    last_tweet bigint NOT NULL,
    began_at timestamptz NOT NULL,
    finished_at timestamptz
);

-- How far each table was read, and how many of its rows were taken over.
CREATE TABLE import_steps (
    fingerprint varchar(32) NOT NULL REFERENCES imports (fingerprint) ON DELETE CASCADE,
    step varchar(20) NOT NULL,
    position text[],
    found bigint NOT NULL DEFAULT 0,
    taken bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (fingerprint, step)
);

CREATE TABLE import_exceptions (
    fingerprint varchar(32) NOT NULL REFERENCES imports (fingerprint) ON DELETE CASCADE,
    place text NOT NULL,
    row_id text NOT NULL,
    reason text NOT NULL
);
CREATE INDEX import_exceptions_of_import ON import_exceptions (fingerprint, place, reason);

-- A picture of a tweet: where its file lay, and what it became here. No foreign key to that: it may be deleted.
CREATE TABLE import_pictures (
    fingerprint varchar(32) NOT NULL REFERENCES imports (fingerprint) ON DELETE CASCADE,
    tweet_id bigint NOT NULL,
    picture_id bigint NOT NULL,
    place smallint NOT NULL,
    object_key text NOT NULL,
    media_id bigint,
    reason text,
    PRIMARY KEY (fingerprint, tweet_id, picture_id)
);
"""

DOWNGRADE = "DROP TABLE import_pictures, import_exceptions, import_steps, imports;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXW1z2zYS/isYfWk6o/PEdpzk3JubkW0l1dmWMrbcNq07EiTCIk4UoJKgFU0v//2w4PurRdlSKAUfMo4ALEg+Cy4Wuw+Bvxsz"
    "bhDLOWjN6SVZNk7R3w2GZ0T+J1XTRA08n0flUCDwyFJN8ZwOpmSpCvHIETYeC1n+gC2HyCKDOGObzgXlDFr3GEGyNeIPCCPXIfYB"
    "Gs7dkUXHQzTD9tRBwiTIIDOuap0f0JTxBQMZp4kWJh2biPERN5ZojBmyySOfkgO4tsHH8uKUTTZ3mXt2z4YzbJDBggpziKjXDVxI"
    "mFigBXaQY0I/C5MwWSYbcHknUA5iP6Gu+mkSmwTdQ3tiQDP1FC6jf7lkIPiEyK5t+Sx//CmLKTPIF+IEP+fTwQMllpHQGTWgA1U+"
    "EMu5Kjujkw4TH1RbwGg0GHPLnbGo/XwpTM5CAcoElE4IIzYWBK4gbBcUyVzL8nUe6Na72aiJd5cxGYM8YNeC4QDS3g1EZY3BoNvr"
    "D27b/cGgkRkqgURMrX7RmDMYZvJWHQXABG7hH/88Ojo+fnf0+vjt+5M3796dvH/9XrZV95utevfVu5kILa8rhVnnY6fbhxvicix7"
    "gxwKvioZLLAnpZQRoW9ix8zDn2F7mY9/IJHSwGgpiJPWQYB4mRKCgkgL0Tu4BTWUIXrVO4OeZ47zlwUFv7Ruzjrd1s3nV9et335U"
    "VUu/6qrX/Ri0n3NHTGzVUePsc7/dUjqIMFd/M5ifm9jORzxon0JcPsUO4t2Y4S8Di7CJMOXPk9cl+Eu4z39u3bw6ef1jclh3/Zoj"
    "VZUE1xnzuTcQk/C2bBsXjOhIJIWwRZ2MWdkBiEsg7bd/6//xZwoyb4bJsQKcWwSzfNAiobQhkFKbAi0s2bIh6PWuEobgrJMytN27"
    "67P2zatDNVBlIyoS9jfCemwTwGSARRbvC1kj6IzkA56UTIFu+KIHwX92cNg25AMaPWYt/Ym4bBh3rtu3/db1p4RWLlr9NtQcJSxz"
    "UPrqbcqKhJ2gXzv9nxH8RL/3uu20CQ/b9X9vwD1hV/CBdLsG2Ij5DEFpgFpC6+TLnMre1tB6UvIFtO7fbl2UviNKDjAp1bLnbq/z"
    "bicltZbrrOVwITWounJJSz69hqm/Zre5iol0AIvfyvDHhNZCvnbz5dagh7X7wzR3/QigZtXwgduETtgl8TzujrxvzMZ5ixg/YnPn"
    "d7NjKvgajLGgNHpBbbwIgx3xoSefXT4x8fzD89bteeui3cg3MC+AaxQJ2y2zsiqwaZOaQFfeBOreXV011AAe4fF0gW1jUDCSoasc"
    "g+JLfbi8IRZWj/HdgK1g40c8BlcCyGzV7GiWLsEMT9QjwbXhSj5YH7hlqRk2E731a5pl0dsH1WbF4O3Qa03sIYIlhhf9FAtChAOR"
    "1qCaDA9QX9ZQA3HbILbXDmIAThMxsiCOQA/UdkQ2bruRK+TEVP9oBBdSI9XvtfGnjrXWZapslsRa9dq/WEH7u/YP3tLK/mpKUPus"
    "ay8XAqO5rgr0suGllw2JaUwvHUo83NQQfHr5EHoFGtrVoCWl0BYvHTbpHYe6yfGP43or9pBpvNXTLjKZ87E5RHApx2MAyH+C24qL"
    "oEgH0qtpIswMoA/YBLxVw+MLYMbBP1WUAVUHcsANeJSFNM9b3vDFXpiMcDvDlvVsF3mV96YOPvLx0bu34UwAP8ps/+116+rqacdX"
    "6TsL7N1d56Ig6xEIpHB1XWocgNjuWqU8GFWW+9jzUePep3rSpCsjbO7C82XA/M9tr5sPZkwkvXKgY4H+hzaZ5m7868FlY8AKjVxq"
    "CWmWDuCy/25sH2aAKLFoCHgEIZ0jltA9zyFzQAdneY7Nt5okHqnAPkA500RY+8REEbSrwIWzKJseoCHENRWfzCHC54dRIY3yGMyx"
    "I401Il/k4JL6Unw1oKhxNIGoSGDHgYQ2WuZOExu8jqar1XjZUDaTCD4lbFCdtJaU09S15prUNWzMKMuBvowpFMpoolAFopC0W9VI"
    "gn777ZEEG5uawpMUwaPXq3AEZatCkqCqS6ILV5AzRQ5PsCR7H4lsLxB0uFlzfnT45t2b98dv34RWPCwpM965GfmcibEsF7/liNrr"
    "HQFSJwmKod7fJEGNCIJ10/qOaFkzBLWWUyZ8tKyccMqIao7gTnEEv1vkS3J90ZjeXkqqZnpYNSOVef0L+Gzpca6BfS4B89tEcK/o"
    "NDfFp8qbZVFbS7ZYMV7bUjHRHxwEMt6nxYqatjbb7SU6zCW3qV5ULQxGzWqrjXVvloRk9YK1WEH7u2BVr2pl9youpclUu+Xafr/Q"
    "l/i24Yz1TO+rH/SzY0pY1f+Kv/hPU9j0R0U77NNeE4PilhB4bM6IuvmMe5tuUurpzqCx9BGC1it7vXM6Fq5NDtBQZX/DfW9szAw+"
    "Q3NsC3BeqXDQ3c2VYpv5P/nov2Qs1K46ed7vy3QMu/KAv8wXcnTCdj2MC/SIGXVMNCIPcrCrTv2LoVc3csq+6Zz3fzyNdeWgBXct"
    "QwpIp3tuYkaMA9Ty3HG1uc8987ok0lsn+JH4d8oXUsSUAxy5zIOWGE0kOHQ0hlQukTVzzZWo+9RU5pirwVklhRwKvEwO+duqIJFD"
    "Pj5aIYV8fFSYQYaq1J4p3KEBt6oKXTQutzfJz/U5o7F9ewQuIjy0mTvLTPnJHXwC4S2yH+aEGYBNNWgbn9rdi0734yny5e/ZTbt1"
    "8flUfTi4vGdnN73LdvcUjWx4G6H2uvdL+wLqZ/zRy5pXHf6HqzAoDosJFIcZ/oScM8hsLnL4E+XDPy6nh38M0AW3p/JSA5cJalUN"
    "pGSEdX6wzvnBB0wt6dJltdwnX4o+RItE1jJxO6TN9m/9hCIzJO0EcTFonmZup8yVlbNIL0bbb74HVLptAy0vL+QazcOsguuZltuH"
    "QZ6mMa7EYiwhMabn4AU18vYIKZx7w/Z7lNl+MdqdSejEzDEShWhGAhrOLJzCdGejfJp+yfozLrR/FuDtmxUswNs3hRYAqpIoG3RC"
    "nDwnvPhjsJjIsz4GqxnS2/jqK7Fa9XeoqfAZRCCiv4LQ26Xq5HI5gdLEbLKe1hOSWut10XrOuti/+0jrKhFSOa0dl9J57bUpBd+I"
    "z1EzN6IWnAI1orN60OnvZPo7/uIn8t9BorSRHeAvgOqqTI2ajexnEzVW2Uxzk7SCW0hRuxYxbtzc7Q4S9c0yQoETtBzYbpU9D2Tr"
    "AzSUbrwIM/7gRHhn6FCBYOQYDnrg9k8eKVY+i4st2KqmqVL2soFdsM/BC/ady6ydymGnfG15BU2src800CzJ3wc6WychGsjW+ciY"
    "xsXd9afBz727m1NkuLP5wOSufc9U6UXrs19o4KVf9mu7fekXSiM1laU3nasrWWJTy7pnV72Pt6fI4hMHkqb9drff6XUhbQqBZXlF"
    "KD3vdc87V+1TtXUIG1NvV5xvH8pVr2XFpU4gs4eLnN1d1OQQpW06meT5cyVx0EhkiymoYFrcVCpq05SEnSOQGG5VrKXFbIMFJNKW"
    "3XW7ikYiPQemaCQXcgDLSukR3LMPLWnlLuCq0sQZ9+z2svPpExQ4Uzqf14xEktXZShyS7S74d4BColzAAX4QedbmibkkKaqnlFpP"
    "KQ5kyqvHRmNimh9UZ/2a3DKqeQyRxP6lTV+eu2sR7JD1mHYpUf0e1fk9UrPaWmmkpKTWcp21TCSE6+g4Lqc1XGcNy67cPAJnMcsl"
    "ktAkl/VJLsS2eY4bUsybDQX2wQvZBnU2kwX8NrkVL6eVk1QJk13F2RTvlKvVsiitYJ+Qodq+RI4c6UmphMeUzAXsz4yRH/zydv8f"
    "wvbOUniIJjZfOAhOekNUyAcgsN//wqZCEIZgQ+i8DzU3eDX4enNoUsOA7z/908hU2kZaMpPbPzhNSNJw+GAVWXLM26eQvEF+1uUA"
    "/Wqq7AzkdmBba5MvWDMhr77RdLD/Bar+CHNHkzg+sb2KFY2J1Dl9UytDmljeRW97tZGfEtyb4OKWqUSeVcyBvowdGwlpfmwFfqw/"
    "Y1Ub5zGhvdnIestjXPOSixWymwzVVXjJnm9WmSWZENMc1ZfiSXqwZlWhiZJJSl9i+FXdKSjlVuUM/AoHZAfbWu4J0AnboLYpeh48"
    "Odsi7WTIZLsHiau3Nyd2EbzVxaEL2EBr9d2kZFvOvC1OhWkTgtRCQR0/ZZMwpOAHFJySiIJcwM9UrfqFYW9UdRTiaU4EYwtXvWdF"
    "4Q2DzPgQzbA9DQ4052rnV3WmOVQiAPUUcVc41CDeJleIwdGM3jmOVJ275UCEQw537tqwO1WXq8O4ZAs4pIs698xxnbmKxiNuoxGB"
    "U7w8GwXHPx6gMMwiu1n4YROvc/+EdUBCRVBgAyvGR9xY+kC4zCFCWMQY+pthwR5b2LKCcyb9Dhy8RA5HS6JPB6u9Q9AsCbaYUulW"
    "pX0HIon92/NqFb7WcTFf6zjD11J/K4AbtN+LKFYS3JNVwD0pBvckAy51BuscrhYX05GTCpETmL8qYh2IaJwr4BxO7uvQMFKyOk1f"
    "5zS9py1wPAc2wU5eVLJ4rsgV3oMNmLZwlqHvK6/xfiUl9dtV57dLZ1W2N2eFy8aKcCfkNOIVEPcW4uskbdOSOmu7XkbL47AQey0l"
    "5AhrPTxHD7Cb69p6SAhrPaynB51Z15n1uoWg9iuzXoH8Gkv6zukAcgrPy7S15vSSLHdwCKyUivTpqHIhPSb0MdeLrYDVB9XbvmM1"
    "w0ZObFvjFIan2SMVCoFnvnqdsKOdjSeUIwVbi0g/gD6XLLH3QGlCSf0IJTuJVPQJyvpQ7dsBfBul3LSkeRubjRzSjV/TLKPd4KjN"
    "U7ybYhhemKPxvRA0nrnBezH1onC5XJzyKV4s7wND4OjkZJVUz8lJcaoH6lI75siXqgLCfvM9RPdwpUTaYUki7TCbSCv8Vqv4Q+Pi"
    "b7WqfWlcN7S38anxN/349ev/Aat1QJA="
)
