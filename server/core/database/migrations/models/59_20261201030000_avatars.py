"""Pictures of profiles."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# `avatar` and `header` of users are paths, to which variants add a suffix.
UPGRADE = """
ALTER TABLE media_attachments ADD purpose varchar(10) NOT NULL DEFAULT 'tweet',
    ADD on_profile boolean NOT NULL DEFAULT false;
ALTER TABLE users ADD avatar text, ADD header text;

DROP TRIGGER users_renamed ON users;
CREATE TRIGGER users_renamed AFTER UPDATE OF name, avatar ON users
    FOR EACH ROW WHEN (OLD.name <> NEW.name OR OLD.avatar IS DISTINCT FROM NEW.avatar)
    EXECUTE FUNCTION tell_of_rename();
DROP TRIGGER users_versioned ON users;
CREATE TRIGGER users_versioned
    BEFORE UPDATE OF name, avatar, tweets_count, followers_count, following_count, hidden ON users
    FOR EACH ROW EXECUTE FUNCTION new_version();
"""

DOWNGRADE = """
DROP TRIGGER users_versioned ON users;
CREATE TRIGGER users_versioned
    BEFORE UPDATE OF name, tweets_count, followers_count, following_count, hidden ON users
    FOR EACH ROW EXECUTE FUNCTION new_version();
DROP TRIGGER users_renamed ON users;
CREATE TRIGGER users_renamed AFTER UPDATE OF name ON users
    FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION tell_of_rename();
ALTER TABLE media_attachments DROP purpose, DROP on_profile;
ALTER TABLE users DROP avatar, DROP header;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXWtTGzkW/Ssqf5mkiqEChCRLtrbKBGeGDTEpMPPY8ZQtu2WsdVvqaXXjeHfz31dX6v"
    "cLdwPGdvQhRazWVavP1eNKOvfqv605t4gt9tsO/USWrRP03xbDcyL/k3myh1rYceJ0SPDw"
    "yFZZsUMHM7JUiXgkPBePPZk+wbYgMskiYuxSx6OcQe5LRpDMjfgEYeQL4u6joeOPbDoeoj"
    "l2ZwJ5U4IsMufqqfgBzRhfMJARe2gxpeMpYnzErSUaY4ZccsdnZB/ebfGxfDllt0/3mj7r"
    "s+EcW2SwoN50iKguBl7kTbGHFlggMYVyFlPCZJrMwGVNIB3E3qOu+jklLgmLh/zEgmz7CG"
    "qtCrI4EX3GuKeqpV4ixtwhaIjHY+4zbxiViUZL+YmOy8dECPW9DBHs2pS46E5+mcR9T6ZZ"
    "6JZ4AlEP8g+xxR1vqGDzGf3LJwOPy+eyXhK8P/6UyZRZ5CsR4U9nNphQYlupRkItKEClD7"
    "ylo9JO6e058z6qvKCU0WDMbX/O4vzO0ptyFglQ5kHqLWHExR6BN3iuDy2H+bYdNLKwMenK"
    "xll0LRMyFplg34b2B9K6AnFaazDoXvYG153eYNDKtc1QItGOgqQxZ9CuZVWFAuAWqvDj3w"
    "4Pj47eHr46evPu+PXbt8fvXr2TeVV984/eftOVidHSRSnMzn867/agQlx2Ht2rIOGbksEe"
    "1lJKGTH6UyymRfgz7C6L8Q8lMhoYLT0isjoIEa9SQpgQayHu9GtQQxWiF5enUPJciL9sSP"
    "ilfXV63m1f/f7ic/u3l+rRMnh0cdn9KczvcOHduqqg1unvvU5b6SDGXP3NYf5hit1ixMP8"
    "GcTlV2wh3q05/jqwCbv1pvLn8asK/CXcH35uX704fvUy3ay7wZND9SgNrhrhRB7etuvikh"
    "Ydi2QQtqnIDStbAHEFpL3Ob70//sxApqe0glGAc5tgVgxaLJQdCKTUU4EWpax5ILi8vEgN"
    "BKfnmYG2e/P5tHP14kA1VJmJeqnxN8Z67BLAZIC9PN5n8olH56QY8LRkBnQrEN0P/7OFzb"
    "YlP9C6ZPYymIirmvH55851r/35S0orZ+1eB54cpkbmMPXFm8woEhWCfj3v/YzgJ/rXZbeT"
    "HcKjfL1/taBO2Pf4QBpUA2wlbIYwNUQtpXXy1aGytAZaT0s+gtaD6m6K0rdEySEmlVrW9n"
    "2Tvp2WNFreZC3DWkr2R72Cqjlp5mTXOHeGa5utnTqjJfOg7pIxK3n/4nHzu9Q6l4+xDmCb"
    "ozb8CaFGyG+cobI26GHTZDIrXLgDqHk1fOQuobfsE9FLnXNZb8zGRavHYG/uJihmy1TwLW"
    "xjYWrcQV28iHaZkk1Pfrv8YqJHlw/t6w/ts06reIB5BFzjPc/tGlZWBTY7pKbQlZVA3ZuL"
    "i5ZqwCM8ni2waw1KWjIUVTCgBFIfP10RG6vP+G7AVrDxQ56AKwVk/tH8cJ5NwQzfqk+Cd8"
    "ObArCkgTKDzetWwU599Gyvaq9+FORacbO+jbwFIZ7ek9b76GhGiCPQhLtI6pa4e4gy5Lj0"
    "Tv7YR70pQdRC3LWIq/fGYSNmDzGyIMJDE+oKL79Z/3SvKdjc/iMaf9VLW3+a3e5NmTP3Kn"
    "a7ze5LuYJ2d/dFddHaVmtSypitZsWwHdCbFcM6Vwx68n84pr2wnB0FNTmWFqNavlB4Slv4"
    "I7dtNWnkLOHgSaUdPFF5VrSChzo3cYcIZlptcCpcFN8ifEyGmmexACtWZlnK3DAdIp/ZQM"
    "1Q1i0VaEoti7C8Ffw0rwHKyq9ysYeGjHt0shwqK7mwXKRzoLgiSrrY2BarWtthYaqvBa8y"
    "RvfmTDtVRrduWWKg21LNHfO8sDlurrFnrjtjTcxjIYO1Odo3i8vKxWU4G9Ve42QEzTqn8R"
    "IzNA6aqsAsNR97qZky18xys2JllGmC9y85I+vXQLsatGQD152RbgpWnkm9la89aTLX/YtP"
    "aUWPp3JtJl8ltEeB/OdxV/k2KCcGab3rJaF85hJYlVna/wBLc1Cuw5QLgnoGcuBrcCcTac"
    "FBzFO/7JF9Da7n2LYfvBRcpd9swlrw6PDtm2gmgB9VY//15/bFxf0LPKXvPLA3N+dnJaTG"
    "UCCDq+9Tax/EtndUKoJRkdiPtI2atD7Vl6ZNGc/lPnxfDsx/Xl92S84pYpHsyoGOPfQ/9J"
    "Qs9tbfJz4bA1Zo5FPbk8PSPrz2H631wwwQpRYNoZtA5K2RWNR9KPDVgAJOiwyb55ok7qiH"
    "A4AKpono6T0TRZivhm+dTdlsHw1hL1z5pwniBf5m1JOD8hiGY6F8xL7KxiX1pY7bweWNaw"
    "+xcBwHp7bRsnCaeML3GG+0DV42VM0kHp8RNqjvk5aWM55pew0907A1p3V3aCMZs1lYb2O2"
    "ng9gkH99PoCtp5rC0x6Ah69WcQGUuUp9ANWzLFX860DOFAVugBUc8VhkfRtBB087nB8evH"
    "77+t3Rm9fRKB6lVA3ehSyOgomxir+x5h21V1sCpDkkKId6dw8JNsj/b9O0viVaNg6ARsuZ"
    "IXy0rH3glBM1nmhbxSv9bpGvOOuL2/T6jqQ2TA+rnkjlun+J11S2nRtgH0rafZ4d3As6Kz"
    "ziU+l7Vbu2tsyxsnsVfP0PAoGMDlWmeJllDk5FnMuMI9XDCywkcUZsadWmDXtzY0b3vYot"
    "WbNgLVfQ7i5YjcvU92bafr/QV9i2xr9nNfvrfv+e5zNptxXTDbVpPxOL4rbn4fF0TlTlc+"
    "ZtNkulpTuHzNJGCHOvbPU6dOz5LtlHQ3X6G8XRdTGz+Bw52PXAeKWeQDdXF4ptFvzko3+T"
    "saei9BZZv49TcOj0xBeydUL4X4jDe4cZFVM0IhPZ2FWhwcvQiys5ZV+df+i9PEkUJdCC+7"
    "YlBaTR7UwxI9Y+SgY66DNdJJHWOsF3JKgpX0iRqWzgyGcaWmLtIY9DQWM4yiXyiQPRjLmg"
    "AKn6SHivY+MxgTAJkd/Ye9UCEJ30GZe2TjYssNAfryIQJ79oHzzAxr6ISpa/sI0cLlt8GB"
    "tZ9vClQHdUUNkYNAGQgttZn+n4x2OXOw6xTtBXNHEl9D8eIO2uJj924sH3RAkuvZ16mlO4"
    "zGYecc+TCcnsHncMU2TTJ+aqZYnqmnUO0COBxzlBf14VpE7Qjw5XOEA/Oiw9P4dHmYCwwa"
    "iQx7eaLJuUW9v+6hOf/DYnzCZiEnu4jO3RYf48Z++kQI2E10j9cAizAJt60La+dLpn592f"
    "TlAg32dXnfbZ7yfKFXnZZ6dXl5863RM0cqEzwtPPl790zuD5nN9pykDd1n+wCn3koJw9cp"
    "Ajj8gJk8wdr4A8Ut36k3I7Q3x4jOa/4O5MvmrgM4/adXeRcsLmcHSTD0cnmNrS+struUe+"
    "lnnhxSKNhrgt0mbnt15KkTmGeoq1GWbP0taz0dtdqcTG00tCfI0TTLSxUmd66f3a6fRO9K"
    "qkz9q/tHvtqxOE76SN6PbZz3Kq6cjfUznX6I2B559KJJqOyye0yKOjklSbFjTM2hrMWmwX"
    "7NiVjz5B9h3g1a574FHL+zzUFRdtRBLN7tnYnoH+48Vlu/cud9GGLMAjzNPfXThel5ykZe"
    "R2YZrMssBXIoFXcMCzQ++CWkWBfEut9yj/DhGDHo21PCWwvVYDzVjAwJmH05v681Gxl1PF"
    "BlZSaPdGgDevVxgB3rwuHQHgURpli94SUbSML/elTYg8yJd2w5Beh9Nsar8rCJ1Xw+ANRY"
    "ypayJOGW5ONf98itltM62nJI3WN0XrBTtrQe0TWwlwjlybFZSUMrSgxoysZ6LDbZgZsRGU"
    "LNWi83ow7KE0eyjZ8VP0oZBn8ryBrDesZT+Y57bKjTdPycq6BoaPbxPryi+MFpN6vlfFxx"
    "JhzoHr1wkZI3Pvo6E0472IMAVGRBBJ2gOuD7PUXSzvtU+B/BYf2xDpa0/xg2QGtyRMzCOW"
    "XeiYMJPNTtna8g3GL2FzpoE9VE4ACnXW5MwrlN3kC7VbZzefvwx+vry5OkGWP3cGU+67fa"
    "ZSz9q/B4kWXgZpv3Y6n4JEOUjNZOrV+cWFTHGpbffZxeVP1yfI5rcCaBe9Trd3ftkF4gVs"
    "LMs3QuqHy+6H84vOiYq8xMbB4dPzb+WqbllzqRPK7OAiZ3sXNQV+Ji69vS2y5yr2QWORNR"
    "7ahdPiUx3ePfVJ9NZR0Cy/LtZyxOzACEjkWHbT7SoimrQcmCKinckGLB9Ki6DPPrblKHcG"
    "b5VDnNVn15/Ov3yBBDGjwDduMuo9GQ0tr7OVWGjrXfBvAQlNmYADPPGKRpt75pK0qJlSNn"
    "pKEXBSXn9vNCFmGIabrN8pt616FkMssXvHpo9P/rcJFqQZVzcjavrRJvcjNas1OkZKSxot"
    "b7KWiYSwiY6TckbDm6xhWZRfRHktZ7nEEobk0pzkQlyXF5gh5UzjSGAXrJB1kI1zp4DPc7"
    "aiz7QKDlWiw67y0xR9Q+ZqpyjtKMyS3uES6vp6dX4x5tKokinawXkYuF4P0a3LFwIt4GZO"
    "b0rmJ/oqT+wSxAjcmLJwqecRhiCkfpGr+9O+EFzg23CxqL1EU6zPbaglwltgYi92He3fsS"
    "n4r/M9nQE8tSHHDwLJ8W/K3dDTXslOgekhH6mQU32mcgZXyoAXO9YVBMf6oSCurNr+hGDw"
    "Sxf7wZv2dRli+DIMbKXOiZbaD10Ki+jiVPg+fdZnqY8a6tso1WHURFYsOC06QcIfT8NwWf"
    "CQM8S4Gk/30IiMsS+Iql/wQdEFq+gFfNQcuzMUXCqLcJ/NOQREQLYcFNyXSOaPiwjfrBzu"
    "CXdsKa038uGyHGYv9Tfp90iYICKA1iQ421ObenCHK0a21JrdZ3CDaxamVE6hcVF3Lei3Kw"
    "99jYbsYrDJpuBQF8q6ygUHrnMgSK0GgmYiZlGl4Waf94gmW4KUlpVg4EJ8B/fTKkXqYAJK"
    "BX2m7oOA0AVhmSyOhqDaJEZBXaAwbC8gvECizKC6Uz6Y4+XgL597RFU6wAEVwaByyUbj20"
    "TISg1tzG59OVAMpdRYdngQOr++RG+O/vbjgXzB0HHJHSWLAbWiw8ogKWy8jhSP2j1cgQGt"
    "vqChBmLQQqHilxMJqMyA7bBdqjIW0Modf2RDGAgLhSebsqoQqSIKv8D8+QhSVWyEg6BfQw"
    "4xRBC6QQ5/S6WmPluEo4WJjrClh6OBw0gd6yQhssnHohtloKT8TfTAUwfyhIgxCesjHo3r"
    "BSNNJdU8KWf45jX45pQNlDUnZ4TaZMi8rKFENqajKst14HLegJSakzV6eKAeYLWRV0KFH2"
    "xGbte9YTWYOW/YYB02UGvNeo04J7ozR91rbsEqznQTDWQEDf7N8JcNmQuvaR9IixodNNPB"
    "FIuBw+2C085KMzIpZqzIGlYkAKd2VRoAHskZxGsgntrxyqNeTSjLCe/MOPMYtLJwO7DOuj"
    "8pYxb+DSJeRTus9WbMtJxZ9jSdMPWWeBObJSu5M0PJuk0WdWpUd/6MhMzkWWPyjM/B6s6c"
    "acmdaeuPMW3CwVNdOEOZHRq4HwvK2rFqIyEDZrqza6JDvVktIbQzN0eveUIjFm3GRU0JGq"
    "LiJhMVTbSi8k63nXFrVolWpClItddqKTETuabxwJo8dm10r1hJATtkNzxvPBvd0PM6MQFt"
    "0qFXUgPC/XeMZZvt+gDesEa+Kr4l/bx2lJtYBSPOZ0BpLVicnAaiHz9dERuXXBkTwH4aFL"
    "NDbTt/BPswiML7hHcRHnU/3MPgKbiPbjf68LendHtQw12B10M4DJY7PcDwsfo1fjIvZ5qu"
    "DrwYEvkeKNr9jDgeGi1REPXjPocE9TSggjOyQFD3k1YG5PW8tc9KXCKGFpnzoWL7B7GsFl"
    "xdua08I+AhAlBPEPc9QTXDnHqIcUYCBjl11R2Dyn+AM+67cC1gl0Mi5FhMub5EzxeO8uPT"
    "vgNAiw+8GOTjfZT0Ygi5/brwhNuDvojP4/L1I24tAyB8Jojn2cQaBrcQwuWG2LZTrh1CeQ"
    "0IjpbgYzIMesUg4VcQ8uMj9n2S1w7CstgpVFu2MPK+z7RvBCQIPidQn+Bb0dDm45mqDp7p"
    "SxDlZ0B/kf098e7YFSDz0bGjAZ/0WQ6F2PHAJkJEHh4C/As4lLGgQl0YKZefg/9IRcW0e9"
    "kUwusUz9vdNgLO9ggLaApDfXXJUGOq7y0ZqvdpLwFvqlpEVLUXw8xINnxpaPqbbvrvoXKa"
    "/lQq3q51E0QssXvXGK4SQeeoPILOUS6CjvpbA9ww/074P6TBPV4F3ONycI/z4YnU2FWH9h"
    "BLGNJDfdJDfK3VqnjHEgbv+nhTMcDWnNY9ZE+KmWP2GsfsYPfWxDoUMTjXwDlaFDQJ/JKR"
    "Nedtm3zeprUFC9aBS7AoOtUut4UKhXfgkrxsrNrVgtVWRavNWUbBGrtB/0pLmt61yb3LUP"
    "DWN2dF20014U7JGcRrWWPZzbo89NUMs+ISDAmyAOSmjuyF8qaZ12jmete4JuyxkMG6BtbR"
    "3nidPYyUkNnGqL+NoQ8xmvhqZCV3ZuheMwNLH1oRt5ESCoSNHh6iB1mv5npICRs9NNODod"
    "g/D+6Gfl2ukN2iX9eIm5o4z3PoAEglBf2yBtWq7dBPZLmFTWAlLpphNK4EUxDCdOCSMZGr"
    "0qL1VQ20PqrSdh2rObaKlv8Gp4jPfUc9hcADO995VNDWLh6rkYLL+6S5RB9KKt55oAzxev"
    "OI11uJVBzkvTlUq16cvJUABeH61oPQtgxFT8ndb8vxfwwH3Dn2fvBkr4q/j+M89xH4y2F4"
    "ZFLy98JIPjx4/fb1u6M3r6O9gCilagvgfq5x6bZLOQekfNNlFyixh8fHq3A/jo/LuR/wLM"
    "OKlZ2qBsJB9h1E92AlZs1BBbPmIM+sKQ1rX37XUXlY+3qXHW0a2hXgPtptRzX2kR5/Mvv2"
    "fyCznPw="
)
