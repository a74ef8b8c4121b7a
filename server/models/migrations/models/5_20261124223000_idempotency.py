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
    "eJztXf1z2jga/lc0/LLdmVymIU3by93cDClOlw2BDiHb7W52jMAK6LAl15ZDmb3+7yfJNvg7mP"
    "BhqH7opEh6Zft5Zen9eCT/XbOogUz3tGHjGzSvXYK/awRaiP8nUXMCatC2l+WigMGhKZtCG+tT"
    "NJeFcOgyB44YL3+Epot4kYHckYNthikRrbsEAd4a0EcAgeci5xQMbG9o4tEAWNCZuoBNEDCQRW"
    "Wt+xOYEjojQsY9AbMJHk0AoUNqzMEIEuCgJzpFp+LaBh3xi2My3u5lPIK/ekhndIx4Fw6/2J9/"
    "8WJMDPQNueFPe6o/YmQaMVCxITqQ5Tqb27LsCo9bhF3LtuIhhvqImp5Flu3tOZtQshDAhInSMS"
    "LIgQyJKzDHE0gTzzQDpYTg+ze7bOLfZUTGQI/QM4W+hLR/A8uymq53un39Tuvrei2ly1AigntQ"
    "NKJEjAN+q64EYCxu4R//rNfPz9/VX5+/fX/x5t27i/ev3/O28n7TVe+++zezRMvvSmLW+tjq9M"
    "UNUT7Y/FEoCr5LGcigLyWVsUR/At1JFv4EOvNs/EOJhAaGc4bcpA5CxIuUEBYstbB8SXaghiJE"
    "290r0bPlul9NUfBbo3fV6jR6X17dNn7/WVbNg6p2t/MxbG9Tl40d2VHt6ktfa0gdLDGXf1OYf5"
    "hAJxvxsH0Ccf4UB4h3zYLfdBORMZvwnxevC/DncH/4pdF7dfH65/iw7gQ1dVkVB9cdUdsfiHF4"
    "G44Dc0b0UiSBsInd1LRyABAXQNrXfu//+VcCMn8JyJgFKDURJNmgLYWSEwGX2hZoi5IdTwTdbj"
    "s2EVy1EhNt5/72Suu9OpMDlTfCLDb/LrEeOUhgokOWxrvJaxi2UDbgcckE6EYgehr+5wCHbY0/"
    "oNEl5jxYiIuGcetWu+s3bj/FtNJs9DVRU4/NzGHpq7eJWWTRCfjc6v8CxE/wR7ejJafwRbv+Hz"
    "VxT9BjVOd2kQ6NiM0QloaoxbSOvtmY97aG1uOSG9B6cLtVUfqBKDnEpFDLvj28zrsdl1RarrKW"
    "hWekl3VaIkLPey6HMFfvzHkRfuPjNNN3EaCm1XBNHYTHhHvoUhUtft+QjLIM6MCdvw+6OTAVfA"
    "/HWFi6fO0dOFs42tGhx5+dPzHybZMPjbsPjaZWkwgP4Wg6g46hx6AWNbROEyWLtukqq24lSyCB"
    "YwmOeApxzwHq2hOSt5yKrvgVJ0XBFSSarBhaaQCHzkTEQ4Q2TDo+BQMXfR2AEfV4H+DRoRY4Az"
    "PMR4bHwBjabjpusmYfLwiK8O7LTTCBwGYmFxUXqU35w2f76BrxrNTMEtNFKFtlf73W/6xpfa7Z"
    "GULsgchfelNra32tGZQGc4XxQNqtG+3uEph4ilz/V9P/xeuuu+129zO/KWqadPZA7u+03qUMHz"
    "6QW63ZalwCCxkYPpAb7Yve037rSukpmuuB1ZN83VaJG9RXiRvU8+MG9VTcwH/ksut6VGqtd69i"
    "htouX749m1QKeV7iv7UIlUY/Iag0sK4G5ORYGv6olMJ+XezFIlQW+aWMwn1d3FUQNF8hxxUETX"
    "nv+3E2r+VqVcvwNoOakyJ301/rVvQ3B8HK6AyAUKWfUpdmois8yLAaDU5Bn9dgA1DHQI7fTiSc"
    "3BNA0Ay5DDxix2Vpb3QrV8jwVf8MF3k/yBL0WvtLJfarM6fmO7Bqjv1R5tjK2POV0/M+XaryDm"
    "1CUKlgU3mC2DKmcgUFuYLEEMzOF2TNNwraFaFFFUzFLHSTYR9H9ZZvIeNoq+dNZGTT0WQAxKWE"
    "VYpdwP8x6szDHIuwak4AJAbgdQ4S1qoBZhNEeBkV9imgBPl1Qo5X0ideiLOs5S1fbMPM1zsLmu"
    "aLTeRDSfKc19+9XawE4kfR3H9322i3nzd8pb7TwN7ft5o5FJtQIIGr52HjVIgd7qyUBaNMjZz7"
    "NmrU+pRPmsiJONQTz5cC89e7bicnIbIUSXoOeMTA/8A2OZW1fz96ZCSwAkMPm4xPS6fisv+p7R"
    "5mAVHMaQiTTwvucCQv9SGDOSw6uMoybPazSLTxNHOBkOWFi4NMG66arBdZnZ9cmVz0tynIwMba"
    "sZJNdJgZGpG9yFphtqiYSGX8gKKlQcVE8hV0vDGRPWX2K6fhHye1/+NCXxAFWaxYL/TT+2E/B6"
    "aEVR316Iv/fABEcVAPmIN6K1gUDcbgaGLlsFGTTQotXZ+VARetV7Z6be6keA46BQNGp4gMRLRB"
    "mKQOJAa1gA0dJoxXzFxw32vLWEXwkw7/i7hfJXboZlm/m+n4gTwQYS/TGR+dYusvoQw8QYLdCR"
    "iiRz7YZafBxcCrHl+ye60P/Z8vI125YEY90+AC3Oi2J5Ag4xQ0fHOci0P2QPwuEbfWEXxCwZ3S"
    "GReZ8AEOPOJDi4wTwKjoaCT2pyFeY6tdyFVfmooMczk40wrI3xK7ENgMx3a/KogxW8/rKzBbz+"
    "u5zFZRldjeSV0s7ymFb3GwMSq3OzPs9XYH+voRxwg5n/Fnzh6tz5PDF8K7Y4fXbEQMgU05aGuf"
    "tE6z1fl4CQL5B9LTGs0vl5J2Mn8gV73ujda5BENHvI2i9rb7myB3O8iiT+sRu89WIXaf5RO7z1"
    "LEbr5mIMtmGVvCi4d/VE4N/wigM+pM+aV0jzBslg2kpITVZscqb3Z8hNjkJl1ay330LY/GsBRZ"
    "a4o7IG1qv/eLQ/yx40HC5sm4f2K6MjOc9Hy0g+Y7XEz2kEvZCtD88oz7aD5mJUzPpNwxDPJtb6"
    "6aYYNl5GRz195F+yPi2NfP3rx78/787ZvF+rsoKVqE0+vvBOHxJGOSyEVzKaDgTMPJJp41zD4G"
    "q8D/jAod3wzw9s0KM8DbN7kzgKiKo2zgMXKzjPB8KkFE5EVUgoohvQvOgNpss9qgP96k52gCyX"
    "g9rcckldarovUMfy24+6XWZYC+dLo1KqXyrWunutUJArvFviDXLUe0Sss+l5aNvvixvGyYwKul"
    "B/gGUF2VQVCxkf1iAgG/AdC5b7f3le7uemxIv2mEOZnHWkerT4rS3FQ2lG2ezW1/djBjiIDhnG"
    "OFx2NBtqR87fUJ9wxOBc1+BueygUj3IpP/EEcpYV4BXMThNtKZ7c11q3LGFZ7iTwpyxuqEJnVC"
    "k7KvjpnGqZC/VCc07V8D6oSm/WGvTmjaoz+9Hy/lThA8PRMZPY/UMtyUWH2hn+KGLXXHIyW+xM"
    "NbixNeTcoWfFkR6pQkVYAZEEal4XJ7yvmXv6WMP4sHTbFN+EQSXnkDJ2Mz2ob7ztyXFlq24gpq"
    "W1p1Xq4f2pNp3t9+0n/p3nO3w/AsW59Qj/sesrTZ+BIUGnAelHFP5yYo5PbLlJf2Wu02L3GwaX"
    "LvpvtRuDp07ArKYV/r9FvdjiAdClpGwFfdv7ciX8CUUotTL6HMESZdDjfJkrGh0I84Zb+yOV7o"
    "UmSHVK1wAaxta/rcMnX34IjWhlcWaz43amKuQ3wuu+90JN2a2whE0q2bfADzSr72P5DrRqstwj"
    "KCXimiOnc3rU+fRIE7xbZdMbJ1Wmcrca13m4A8AKq1NPZ0+MiyZptn1pK4qFpSKr2kuIJRWp6r"
    "ERFTPPoq63dCTaOcxbCUOD564eb3uJkIumi9HSkJUfUeVfk9kqvaWrS2uKTScpW1jDiE6+g4Kq"
    "c0XGUN8668rI1O+WzwpYQig69PBkeOQzPMkPz9ZQuBY7BCdrHFrCJZFJ9jl5E+WZDv8vMm/rcE"
    "VsuXNMLz9AaSe6LLT+LJ1MYU2UzQr2DI0PK5WYMn5LhceADGDp25kpMFMOMPgMSpqrOA2DVBDs"
    "o60GTLV1NssAPNoQS7MstMbRGRKmdPKjW7xXyu5StYbuQnBI8m4rdjbkQwtZXDPiK0O9zPjgp3"
    "taEuXyGHubVqlQ11vHJCy3MgY2Jqc9WmNvj4sKZVoXb4xPeixIZf2aMXE0t9xsAPxK5vesiEOW"
    "eFJc4JPxKg0wzRl8GTcc7kQfrWaaC26eXKtzfDyQ3f6nwfV3DTVz+ek7elxD8znk0chPwvv4tN"
    "R9BBC98z3IlU4Hpyp9KStfIXFIfNyy+TXGa4uju46gPJ8IPFaZ8DA1l0ACzoTMPvC1K5ZUR+Yl"
    "BUAgHqJaAec7GB/FNDARFfSvE/q4IdeXao8M35cKeeg9R+q8qvuCcFHvaEDyCz1ElJS4njO6Vz"
    "FebMeT5z5jzFnJF/S4Abtj+K0EUc3ItVwL3IB/ciBS52uaVv4SxfmVJxhnDOBBIRS+A85HLbAn"
    "pRstsg0VW32445Y1etZBTo/vZK6706k8jzRpjluMhigSiJdSiicC6Bsx+pXycGl5RUQbiXfe1z"
    "LSVkCCs9vEQP4mTZtfUQE1Z6UEHpQ8JdBaXzFXJcQekSBINIvNTGunDHXxakatj4Bs0PcAisFM"
    "XzVwFXd9AI4eD4+vWxupa9HTtWFjQyvFaFkwqcVzdwfpBILTlZ60N1bF9u22pqoYEcPJrUMpIL"
    "Qc1JUXoBLts8l1/Ih2HDofIfJU7+wpPB8yPgub5NfpQ237M5hkBt/eJilW3zFxf5++ZFXWILKX"
    "+pSiAcND9CdM9er7Y9t2h/bioSnsuTzGfe5/Mkd/BJ9wPn3u+VDf79/1Mysw0="
)
