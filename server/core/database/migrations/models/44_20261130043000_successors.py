"""Who replaced whom, and the newest of what addresses somebody."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# `succeeds` is the lineage of the database that this one replaced in a restore in place: what belonged to that one is
# this one's.
UPGRADE = """
ALTER TABLE instance ADD COLUMN succeeds uuid;
CREATE INDEX addressees_newest ON addressees (user_id, tweet_id DESC);
"""

DOWNGRADE = """
DROP INDEX addressees_newest;
ALTER TABLE instance DROP COLUMN succeeds;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXW1z2zYS/isYfWkyo/PEdpzk3JubkWOl9cWRM7bcNq06EiTCFk4UwBKkFU0v//2wAN/fLMq2"
    "TCn4kHEEYEHyWbwssM8Cf7fm3CK22Os49CNZto7R3y2G50T+J5PTRi3sOHE6JHh4bKui2KHDGVmq"
    "RDwWnosnnky/wbYgMskiYuJSx6OcQekLRpAsjfgNwsgXxN1DI8cf23QyQnPszgTypgRZZM5VrvgB"
    "zRhfMJARbbSY0skUMT7m1hJNMEMuueMzsgfPtvhEPpyy26d7zIAN2GiOLTJcUG86QlRXAw/ypthD"
    "CyyQmEI9iylhMk0W4PJNIB3EfkQ99XNKXBJWD+WJBcX2ELy1qsjiRAwY4556LfUQMeEOQSM8mXCf"
    "eaOoTjReyk90XD4hQqjvZYhg16bERXfyyyTubZlmoVviCUQ9KD/CFne8kYLNZ/Qvnww9LvPle0nw"
    "/vhTJlNmka9EhD+d2fCGEttKNRJqQQUqfegtHZV2Qm/PmPdBlQWljIcTbvtzFpd3lt6Us0iAMg9S"
    "bwkjLvYIPMFzfWg5zLftoJGFjUm/bFxEv2VCxiI32Leh/YG0foE4rTUc9i76w6tufzhs5dpmKJFo"
    "R0HShDNo1/JVhQLgFl7hH/88ODg8fHvw6vDNu6PXb98evXv1TpZV75vPevtNv0yMlq5KYXb201mv"
    "Dy/EZefRvQoSvikZ7GEtpZQRoz/FYlqEP8Pushj/UCKjgfHSIyKrgxDxKiWECbEW4k6/ATVUIXp+"
    "cQI1z4X4y4aEXzqXJ2e9zuWXF586v71UWcsg6/yi91NY3uHCu3VVRa2TL/1uR+kgxlz9zWH+ford"
    "YsTD8hnE5VdsId6tOf46tAm79aby59GrCvwl3O9/7ly+OHr1Mt2se0HOgcpKg6tGOJGHt+O6uKRF"
    "xyIZhG0qcsPKFkBcAWm/+1v/jz8zkOkprWAU4NwmmBWDFgtlBwIp9VSgRSkbHgguLs5TA8HJWWag"
    "7V1/OulevthXDVUWol5q/I2xnrgEMBliL4/3qczx6JwUA56WzIBuBaJ74X+2sNm25AdaF8xeBhNx"
    "VTM++9S96nc+fU5p5bTT70LOQWpkDlNfvMmMIlEl6Nez/s8IfqLfL3rd7BAelev/3oJ3wr7Hh9Kg"
    "GmIrYTOEqSFqKa2Trw6Vta2h9bTkI2g9eN2mKH1LlBxiUqllbd+v07fTkkbLTdYyrKVkf9QrqJqT"
    "Zk52g3NnuLbZ2qkzWjIP6y4Zs5L3Lx6b36U2uXyMdQDbHLXhTwithXzjDJWNQQ+bJjezwoU7gJpX"
    "wwfuEnrLPhK91DmT743ZpGj1GOzNXQfVbJkKvoVtLEyNO6iLF9EuU7LpyW+XX0z06PK+c/W+c9pt"
    "FQ8wj4BrvOe5XcPKqsBmh9QUuvIlUO/6/LylGvAYT2YL7FrDkpYMVRUMKIHUh4+XxMbqM74bsBVs"
    "/IAn4EoBmc+aH8yzKZjhW/VJ8Gx4UgCWNFBmsHndKtipj/LaVXv146DUipv1HeQtCPH0nrTeR0cz"
    "QhyBbriLpG6J20aUIceld/LHHupPCaIW4q5FXL03DhsxbcTIgggP3VBXePnN+qd7TMHm9h/R+Kse"
    "2vrT7HY3Zc5sV+x2m92XcgXt7u6L6qK1rdaklDFbzYphO6A3K4ZNrhj05P9wTPthPTsKanIsLUa1"
    "fKHwlLbwB27batLIWcJBTqUdfKPKrGgFj3Rp4o4QzLTa4FS4KL5FmE1GmmexACtWFlnK0jAdIp/Z"
    "QM1Q1i0VaEoti7C8Ffw0jwHKyq9ysYdGjHv0ZjlSVnJhvUiXQPGLKOliY1usam2Hlam+FjzKGN3N"
    "mXaqjG7dssRQt6WaO+Z5YeNurrFnrjtjTcxjIYO1ce2bxWXl4jKcjWqvcTKCZp2z9hIzNA7WVYFZ"
    "aj72UjNlrpnlZsXKKNME719yRtavgXY1aEkD152RbgpWnkm9la89abLU/YtPaUVPpnJtJh8ldESB"
    "/OdxV8U2qCAGab3rJaHMcwmsyiwdf4ClOSjXYSoEQeWBHMQa3MlEWuCIeeqHPXKswdUc2/aDl4Kr"
    "9JsmrAUPD96+iWYC+FE19l996pyf37/AU/rOA3t9fXZaQmoMBTK4+j619kBse0elIhgVif1Q26hJ"
    "61N9adqU8Vzuw/flwPzP1UWvxE8Ri2RXDnTiof+hp2Sxt/5147MJYIXGPrU9OSztwWP/3do8zABR"
    "atEQhglE0RqJRd37glgNqOCkyLB5rknijno4AKhgmohy75kownI1YutsymZ7aAR74So+TRAviDej"
    "nhyUJzAcCxUj9lU2Lqkv5W6HkDeuI8TCcRyC2sbLwmniCZ9jotEavGyomkk8PiNsWD8mLS1nItPa"
    "a0amYWtO6+7QRjJms7Dexmy9GMCg/OZiAFtPNYWnIwAPXq0SAihLlcYAqrwsVfzrUM4UBWGAFRzx"
    "WGRzG0H7TzucH+y/fvv63eGb19EoHqVUDd6FLI6CibGKv7HhHbVXWwKkcRKUQ727ToIGxf81Tetb"
    "omUTAGi0nBnCx8vaDqecqIlE2ype6XeLfIWvL27Tm3NJNUwPq3qkct2/JGoq284NsA8l7T7PDu45"
    "nRW6+FR6u2rX1pYlVg6vgq//QSCQ0UeVKV5mWYBTEecyE0j18AoLSZwRW1q1acPebMzo3q7YkjUL"
    "1nIF7e6C1YRMfW+m7fcLfYVta+J7VrO/7o/veT6TdlsxbahN+4lYFHc8D0+mc6JePmfeZotUWrpz"
    "KCxthLD0ylavQyee75I9NFLe3+gcXRczi8+Rg10PjFfqCXR9ea7YZsFPPv4vmXjqlN4i6/dxKg6D"
    "nvhCtk44/hfO4b3DjIopGpMb2dhVpcHD0ItLOWVfnr3vvzxOVCXQgvu2JQWk0e1MMSPWHkoedDBg"
    "ukoirXWC70jwpnwhRaaygSOfaWiJ1UYeh4om4MolMscxXImmT01VhrlqnHVcyJHA4/iQn1cFKR/y"
    "4cEKLuTDg1IPMmRljkTlgobcqjp00aTczjg/1+eMJo7l9XAZ4aHL/Hluyk+hGglvkP3gEGYBNvWg"
    "bX3u9k7Pej8do0B+wC67ndMvxyoadzlgJ5cXH7u9YzR2oTdC7qeLX7qnkD/nd9prXrf576/CoNgv"
    "J1Ds5/gTcs4gc8cr4E9UN/+knGn+CUAX3J3JRw195lG77kZKTtj4B5vsH7zB1JYmXV7LffK1LBAt"
    "FllriNsibXZ/66cUmSNpp4iLYfEsczszXNkFi/RytIPiO0Cl2zTQ8vGeXKNpzGqYnlm5XWjkWRrj"
    "SizGChJjdg5eUKvoJMrSuTcqv0Oe7Uej3U0JvZ0WDBKlaMYCBs48nN7Un4+LafoV68+k0O6NAG9e"
    "rzACvHldOgJAVhpli94SUWSElweDJUQeFAzWMKQ3EfWVWq0GZz/VCIMIRUwUhDkyxTiXqwmUU8xu"
    "19N6StJovSlaL1gXB28fa105Qmq7tZNSxq+9NqXgmfgcDTMjGsEpUC06rwfj/k67v5MdP+X/Dh2l"
    "z3sSa8Na9oOJGqtc2fCUtIIrcFH7NrEu/cLjDlL57SpCgQhLDl2/zpkHsvQeGkkz3os8/mBEBEeh"
    "eghajqUuE/hRk2Llt/jYhqNq2splLwu4JeccPGLdhczamWx2ytaWTzDE2uZMA+0K/32os3UcoqFs"
    "k2+EbZ1ef/o8/Pni+vIYWf7cGU657w6YSj3tfAkSLbwM0n7tdj8GiXKQmsnUy7Pzc5niUtsesPOL"
    "n66Okc1vBThN+91e/+yiB25T2FiWT4TU9xe992fn3WN1dAibUH0qzvNv5apuWXOpE8rs4CJnexc1"
    "BURpl97eFtlzFfugscgGXVDhtPhUrqinpiRsHYHE8utiLUfMLoyARI5l172eopFIy4EpGsmpbMAy"
    "U1oEA/ahI0e5U3iqHOKsAbv6ePb5MySIGXWchpFI8jpbiUOy2QX/FlBIlAk4xDde0Whzz1ySFjVT"
    "SqOnFAGe8vp7owkxww9qsn6n3LbqWQyxxO65TR+fu2sTLMh6TLuMqOlHTe5HalZby42UljRabrKW"
    "iYRwHR0n5YyGm6xhWZVfROAsZ7nEEobksj7JhbguLzBDynmzkcAuWCGboM7mvIDP41vRPq0Cp0rk"
    "7Cr3pugr3lbzonSic0L0DpdQ9y8r/8WES6NKpuhT/0dwrLMUGqFbly8EgnvEwSkyP9Z30WGXIEbg"
    "yP+FSz2PMARnQpde+fxkD4QYzg7cjGcv0RRrvw21RHiNQeK+aXVctWNTCMDkbV0AbtaDEj8IJMe/"
    "KXfDUFElOwWmh8xSZ6YMmCoZ3IkgX9/B+gUhMnQkiCtfbe+GYAgVFXvBk/Z0HWL0MjyZRfmJlvom"
    "BSksopv/4Pu0r89SHzXS16kpZxTcjh14i46R8CfT8LwXyOQMMR7ciz0mE+wLot4v+KDohkD0Aj4K"
    "LgVHwa2ICA/YnENEr757+yWS5eMqwierGFjCHVtK6418uO2B2Uv9Tfo5EiYIadWapIKOqU09uIQQ"
    "I1tqzR4wuIIwC1OqpNC4qMPC9dPFlC/0zYYXN0iA8rEd4qWUtwD0HX9sQ3ythUKPWxuNIARYYQdQ"
    "MH8+htQbl8/hPFf1llBCjJB8BLjylqqVDdgibMUm6HZLnXZBIEOdWTMh0mR3XaMmzqSZQtlQjcCy"
    "t9QmMOVlDY1pbQqZmm2GLudrEMlyskYPD9QDWAh5JXRcF5fdkZCWyyhg55ZMGsw//sygF9hOQ2Uf"
    "1mvEOdGdcU9tuAWrww3X0UBG0OC/Hv7hncrr9YG0qNHBejpY6zJscwn2WlFG8UIwj3c1FyEtuTNt"
    "/THoCLDCrQtnKLNDxt9jQVn7qJVIyICZ7ux6p6/etJYQ2pm7fzY8oZlQznKFbGdQ3yqhnHp/tvZ+"
    "QErMhPWt3emS+1trnRpcUsEOzSnPG+ynG3peJybaLx2XlhoQ7j9BONtsNwdwwxr5qviW9PPaIYCx"
    "CuSScwb+vgLD9SQQ/fDxktjRFcXFsJ8E1exQ287vdT0MovC2kF2ER53+/DB4Ck6b3o0+/O0pOSFq"
    "uCughITDYDkjBIaP1Q/plmU50758cECQiJihOAkz4nhwb3cQEnUfW0Plql8YrpxB8O7HBayQDTx1"
    "wEr4IiOLzPlIUSGCQN8FVxfqKNoIZCIA9Rhx3xPUIvrscMQ4IwE3hKrrzIUiV3DGfRcO/e5xdce5"
    "LAF3n1MxYMIXjiI5amIFXI4eUDxk9h5KUjxC4oOuPMEJURwIOBec8TG3lgEQPhPE82xijYIzxuHo"
    "cmzbKd6LUJQKwdESCDijoFcME6SLMNJZUTSUbIJcAcJwdzu8tmxh5McB08QRSBB8TuB9gm9FI5tP"
    "Zup18EwfcS4/A/qL7O+GT9F087hdwaeYygZn1zpKMpbYvWPMVwnBOywPwTvMheCpvzXADcvvBFEl"
    "De7RKuAelYN7lAOXiiG25rSuEycpZtw4Ndw4MHfWxDoUMTjXwDkyLNaJrMnImsiLJkdeaG2B0Tt0"
    "CRZFXpPyuaJQeAfO1M4eBrLaaSBVx4HkZo7ATl+jf6UlTe9qcu8yFI/NzVnRkrUm3Ck5g3gtayy7"
    "4M9DX81gKK7BkGySu8dq36Nmm46FTIOu0aD17tQ6pMis5M404Q17s/UGIHHXUkKBsNHDQ/QAN06t"
    "rYeUsNHDenowVDZDZWvanupuUdlqBOgnOD0OHYKDrqBf1nBbdxz6kSy3sAms5Nc37JCVYApi5Ycu"
    "mRB6V2jp10Drg6pt17GaY6vAp2Vwirlxd9RTCDyw851FFW3tPmI1UnBKtDSX6EMJWjsPlCGxNY/E"
    "tpVIxacJrQ/Vqjd0bCVAQYz5ZhDalqHoKXmQHTn+T8DRl2NCBjntKi4kjsvcR4Ysh+GRyWvfC3Pt"
    "gZeZlnPSSrddyn3h5Zsuu0CdOjg6WsUHfnRU7gOHvMzp8LJT1UA4KL6D6O6vxDDYr2AY7OcZBqXn"
    "VJUfqll+TlW9UzWbhnYFuI92rGaNfaTHn8y+/R8OCvPx"
)
