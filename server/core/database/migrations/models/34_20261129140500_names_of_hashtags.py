"""The names of hashtags, to complete them while they are typed; and which texts are still to be read.

Tweets from before hashtags and mentions get theirs from a task (`server.features.tweets.earlier_texts`).
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# `name` is normalized, `shown` is how somebody wrote it first.
UPGRADE = """
LOCK TABLE hashtags_in_tweets;
CREATE TABLE hashtags (
    hashtag_id bigint PRIMARY KEY,
    name text NOT NULL,
    shown text NOT NULL
);
CREATE INDEX hashtags_by_name ON hashtags (name text_pattern_ops);
CREATE INDEX hashtags_in_tweets_newest ON hashtags_in_tweets (tweet_id DESC, hashtag_id);
DROP INDEX hashtags_in_tweets_tweet;

CREATE TABLE unread_texts (
    up_to bigint PRIMARY KEY
);
INSERT INTO unread_texts (up_to) SELECT max(id) FROM tweets HAVING max(id) IS NOT NULL;
"""

DOWNGRADE = """
CREATE INDEX hashtags_in_tweets_tweet ON hashtags_in_tweets (tweet_id);
DROP INDEX hashtags_in_tweets_newest;
DROP TABLE hashtags, unread_texts;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXetz2rgW/1c0fGk7w2WapGl7s3fuDElIl5uEdBKyu92mAwIrWBcjeS05lNnb//1K8g"
    "O/g51ADNWHPpB0ZPt3pKMjnYf+bsyogSzWatv4HC0aR+DvBoEzJP6TqGmCBrTtZbks4HBk"
    "qabQxoMpWqhCOGLcgWMuyu+hxZAoMhAbO9jmmBLZ+oogIFoDeg8gcBlyWmBouyMLj4dgBp"
    "0pA9xEwEAzqmrZKzAldE4kDWuCuYnHJiB0RI0FGEMCHPRAp6gln23QsXg4JpP1PeaO3JHh"
    "DBpoMMfcHALsdSMfxE3IwRwywEzZz9xERJSJBlS8iSyXZL+AnvppIgcF3cv2yJDNWkC+te"
    "rIoIjdEUK5ei31EDamNgJDOB5Tl/Bh2CcYLcQn2g4dI8bU9xKAoGNh5IAH8WUC96YoM8AE"
    "cQYwl+2H0KA2HyrYXIL/ctGAU1Ev3kuA9/WbKMbEQN8RC37a08E9RpYRGyTYkB2o8gFf2K"
    "rsGE+6hJ+ptpIpo8GYWu6MLNvbC25SEhJgwmXpBBHkQI7kE7jjypFDXMvyB1kwmLyXXTbx"
    "3jJCY6B76Fpy/Elq7wWWZY3BoHfVH9x0+oNBIzU2A4rIOPKLxpTIcS1elSkAJvIV/vHP/f"
    "2Dgw/7bw/efzx89+HD4ce3H0Vb9b7pqg8/vJdZouV1pTDrfur2+vKFqJg83qySBT8UDeTQ"
    "o1LMWKJvQmZm4U+gs8jGP6BIcGC04IgleRAgXsSEoGDJheWk3wAbihC9uDqWPc8Y+8uSBb"
    "+1r4+7vfb1l9eX7T/eqKqFX3Vx1fsUtLcp4xNHddQ4/tLvtBUPlpirf1OYn5jQyUY8aJ9A"
    "XHzFFuLdmMHvAwuRCTfFz8O3BfgLuE9+bV+/Pnz7Jj6se37NvqqKg6skHEvD23YcmDOily"
    "QJhC3MUmJlCyAugLTf+aP/9VsCMm9Jy5AClFoIkmzQlkRJQSCo1gVaWLJhQXB1dRETBMfd"
    "hKDt3V4ed65f76mBKhphHpO/S6zHDpKYDCBP430qajieoWzA45QJ0A2ftBX8ZwuHbUN8oH"
    "FFrIW/EBcN4+5l56bfvvwc48ppu9+RNfsxyRyUvn6fkCJhJ+D3bv9XIH+CP696naQID9v1"
    "/2zId4IupwOhUA2gEdEZgtIAtRjX0Xcbi94qcD1O+Qxc91+3LkzfEiYHmBRy2dPvq8ztOK"
    "Xmcp25LPdSYj56O6iSi2aKdoNrZ7C32dqlM9wyD8puGZOUj28e6z+lNrl9XPJAHnOUhj9C"
    "VAn52ikqG4NeHprcTzM37hLUNBvOqIPwhJwjb6vTFe8NyThr9+ifzd363WwZC34EYywoXU"
    "5QB87DU6bo0BPfLr4YedLlpH1z0j7tNLIFzDPgujzz3C6xsiqwSZEaQ1e8BOjdXlw01AAe"
    "wfF0Dh1jkDOSZVcZAsWnOju/RhZUn/HTgK1go/s0AlcMyHTVbH+WLIEETtQnyWfLJ/lgCQ"
    "VlKg+vGxkn9WFds+isfuS3WvGwvg34HCHunUl75+hgipDNwD11gOAtcpoAE2A7+EH8aIG+"
    "iQA2AHUM5Hhn4/IgpgkImiPGwT12GE8f1q/vMRmH219D+ase2vimT7vrsmY2C0679elLPo"
    "N29/RFTdHSWmuUSqutesewHdDrHcMmdwze4v90TPtBPzsKalSWZqOav1FYpy58Ri1LLRop"
    "TdivKdSD71WbFbXgodcaOUMgV1pP4VS4KH+LoBoN8xRT9pgCvJYnZOq+wYPUyPd71SpwfR"
    "YBrQJrFTiuAgeztLQmliDU2lhlRTgQmlVZoBXi51aIY8uYVooL9LfEEHxcMQ61Ag3tatCi"
    "GmrHIW8y9OMo3/I1ZBxt9biKjGw6NodAPop5fs/iD6eO8sBWrtZCq/H8kEWdg6S2anhe0p"
    "BQqZ8qR2lVJ+mkR/SDKMRZ2vKaH/bMHtE3M2hZT1aRV5k3ddCRD/Y/vA9XAvmjSPbfXLYv"
    "Lh5XfBW/08De3nZPc1yvAoIErq6LjZYk216plAWjcrU98HTUqPapvjSuynCHuvL7UmD+5+"
    "aql3OauiRJ7hzwmIP/gXX62jb+de+SscQKjFxscSGWWvKx/25sHmYJUWzTEDgzhz7lEdeY"
    "kwyPctnBcZZi81KLxAPm0AcoY5kIax9ZKIJ2JSKALEymLTCUJ3YqioYh7kfFYC6E8liKY6"
    "YiWb6LwSX4pYyCMjCHenEsgRyXoTejReYyscbn6JiZGm8bilYSTqeIDMpHzsTpdPxMs2L8"
    "DDRmmGRAX+R5GdLoaIUSLpdCbpWLVPLbby5SqbGuJTwep7T/dpVAJdEqN1JJ1SUdWr8PxE"
    "qREaxU4Mm6JNncQdDeesX5/t67D+8+Hrx/F0rxsKRIeGfamjMWxiIr84ZP1N5uCZDaSJAP"
    "9e4aCWoUpVQ3rm8Jl3WYkuZyQoSPFqUNTilSHS+zVd5vPy3yBba+5ZjenEmqZnxY1SKVmv"
    "45sR3Jca6Bfapr4cuc4F7gaaaJT5U3i05tLdFi5SAQ+fWvGJA0XkIl5ZpW2dvtOTrMdG4L"
    "fTrVmNZebbWR7s2CI1m9Yc1n0O5uWHVgx8+m2v680BfotjoKYTX96/EohJdTabcV05rqtJ"
    "fIwLDNORybM6RePqXeJpsUaroz2VjoCEHrlbVeG4+566AWGCrrb5jt04HEoDNgQ4dL5RVz"
    "Bm6vL5S3mf+Tjv6LxlzlEs3Sfp+nY5mLVOrLdC5Gp0xSKrOFPkCCmQlG6F4MdtWp/zDw+l"
    "os2dfdk/6bo0hXDMypaxmCQCjdtgkJMlogGo59R7wukdDWEXxA/pvSuSAxxQAHLvGgRUYT"
    "cCo7GktTLhI1tvaVqPvSVKSYq8FZxoQcEjyPDfllWRCzIR/sr2BCPtjPtSDLqkTiRspw4F"
    "tVxl00Srczxs/qPqOR5KEc5jk8dIg7Sy35MVRD4g16P9iIGBKbctA2Pnd6p93epyPg09+R"
    "60779MuRChxc3JHj66vzTu8IjBw5G2Xt5dVvnVNZP6MPntW87PDfW8WDYi/fgWIv5T8h1g"
    "w0s3mG/0Tx8I/S6eEfAXROnal41MAlHFtlD1JSxNo+WGf74D3EllDp0lzuo+95gWhLkkoi"
    "bou42fmjH2Nkykk75rgYNE96bifElZWxSc9H22++A650mwZaPJ6LPZqHWQnVM0m3C4M86c"
    "a4khdjgRNjcg2eYyMrX17u2hu23yHL9rO53ZkIT8wMIZGL5pJAw5mGk5vubJTtpl+w/4wS"
    "7Z4EeP9uBQnw/l2uBJBVcZQNPEEsSwnPDwaLkDwpGKxmSG8i6iu2W/Uz1JQIgwhIdBSEvr"
    "NBG5eLHShNSCbVuB6j1FyvC9cz9sX+2y+5rgwhpc3aUSpt167sUvBC/hw1UyNq4VOgRnSa"
    "D9r8HTd/Ryd+zP4dGEpfNl9kzUb2kx01Vkksv063ghtponYtZFy7mekOYvXNIocCFrQcOG"
    "6ZnAeidQsMhRrPQ4u/VCK8rOeYAzlyDJXy/BfPKVZ8iwstmaqmqUz2ooGTk+fgGfvO9Kyd"
    "imGndG3xBO1YW59loFlgvw94VsUgGtDW+d7Kxunt5efBr1e310fAcGf2wKSuc0dU6Wn7i1"
    "9owIVf9nunc+4XCiE1FaXX3YsLUeJgy7ojF1efbo6ARSdMGk37nV6/e9WTZlN5sCyeKEtP"
    "rnon3YvOkUodQsbYy4rz8ke5alqW3OoENDu4ydneTU2Go7SDJ5Msfa7gHHRJskETVLAsrs"
    "sUtW6XhK1zIDHcslgLidmREhAJWXbb6yk3EqE5EOVGcioGsKgUGsEdOWsLKXcqnypEnHFH"
    "bs67nz/LAjbFtl0zJ5I0z1byIdnshn8LXEiUCjiA9zxL2jyylsRJ9ZJS6yWFSUt5+bPRCJ"
    "n2D6ozf01qGeU0hiXF7plNn99310KQoWqedglSPY/qPI/UqlbJjBSn1FyuM5eRgLAKj6N0"
    "msN15rDoys1y4Mz3cllSaCeX6k4uyHFohhqS7zcbEuyCFrIJ19mUFfBlbCueTSvDqBIau/"
    "KtKd4tV6tZUdphnhDvhIupW2KV/WJMhVIlSrys/0OZ1lkQDcHEoXMG5G3H0igyO5J/LwB0"
    "ECBIpvyfO5hzRIDMCZ17Me3aHihjONvAQba1ACb07DbYYME1BpFbcVW6atvCMgCTNr0Gol"
    "i1eMWAkH8mdYJQUUVrSk8PUaVyptwR1dK/E0G8vg29F5SRoUOGHPFqrXsEZagoa/lPanl9"
    "sOGbIDOLshMtvJsUBDELLymT3+fZ+gz1UUMTG4YMbfUvWlOv5L3kKwkZmFEZi+vd7Xukrv"
    "n1DUot8LupDE/yk2XGbpPOSTNGr8JPGfSDa3V86Zbap3yf/TILRISkzpapWq0R0RUZk4ES"
    "NmK2lPbVSdNqj53K3lJKsA4cSiv4TKVoNR+eyAe5GKaZ0HYcmHcdQJwuwYCd2x14YH79lk"
    "DPVxMGShUqN4hTpDtjidnwCFZ5/KpwIEGo8a+Gv6fnZkBfFMqxJNLBHCWCOfw9VrlxHiHa"
    "mVsXNjzGdRBNPkO2M5xilSAab7ddWj2NkemAisqTLrrdqpSvMacDvVl4pjALb6CneaLjLO"
    "IRATGB8HjuxuSw3RzANRvkq+KbM89LB18sWSC00OkMOtOMwPBjn/Ts/BpZ4eWQ2bAf+93s"
    "0NhOb72eBlGQp30X4VF5N58GT0aez92Ywz/WaY1T4i7DGBeIwXxbnBQfq6dHFW0p8SxD8j"
    "wMhSYxZQ2aIpvLG1N9Z/TH7GSqVv2CMtm/utv7KMMet4Gn3pEcS93QQDM6BEo0+vY5qq4y"
    "UAY7WQkkqEeAupxhA3lZWwGRd417VjmsLpJl0q4lhjt1HZlutUfV7bKihbx1FrM7wlxmK/"
    "cSQB0wQvJaWt+4JqpbIDSuiW7mvrHM6zxijVN2M5mRldARNRY+EC5hiHMLGUM/u6tMGgst"
    "K2ZxZNK4BhgFC6Svu629itosMLGZgulWqURaS4rdS+K6SgDCQX4AwkEqAEH9WwLcoP1O2C"
    "7j4B6uAu5hPriHKXAxG1S5LThKpk9XS5yuyvWrJNYBica5BM7h4l7FrzhBq/1O6+x36nFL"
    "Kp5ihw5ZluUif63IJN6BjKIbuJzb15UrzK84pZ5ddZ5d2vK6uTUr3DaWhDtGpxEvgbi3Ea"
    "/i2JGk1J4d1QxwnucycioxIYNY8+EpfJDXE1TmQ4xY86EaH7T3jfa+qdsR1G5535SI5oq4"
    "Idh4IG0KT7O0tW18jhZbOARWMkVqg/ZKMPmxWgMHjRF+yFT2S6B1pnrbdaxm0MgwAWiclu"
    "48D5grBJ44+bphR1t77FKMlEwpKNQl/FSfkp0HSvvd1M/vZiuRWoaeV4dq1y7ezgrw2gxC"
    "2yKK1um61RbyfyztIinnLb+mWeS+BZdtHvPfyofhmX19fhZHnyfefJXvwpN77JJvOsw/dN"
    "kFT5P9w8NVTIaHh/kmQ1mXSCUqJlUJhP3mO4ju3koG2b0Cg+xe2iCbm+khPwNTfqaHcimY"
    "6ob2JnIwvWhWoB//B+PWqlM="
)
