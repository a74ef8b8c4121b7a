"""Keys that a process of an earlier version makes, while others are renewed already, get the scope `account` later."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# True for keys that are there, and for those that this version makes; a process that knows nothing of it says nothing.
UPGRADE = """
ALTER TABLE api_keys ADD COLUMN knows_account boolean NOT NULL DEFAULT true;
ALTER TABLE api_keys ALTER COLUMN knows_account SET DEFAULT false;
CREATE INDEX api_keys_of_old_processes ON api_keys (id) WHERE NOT knows_account;
"""

DOWNGRADE = "ALTER TABLE api_keys DROP COLUMN knows_account;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXW1z2zYS/isYfWk6o9PEdpzk3JubkW0l1dmWMrbcNq07FCTCIk4UwJKgFU0v//2w4PurRdlWKIUfMo4ALEg+CywWuw/Bv1sLrhPT6XQtekFW"
    "rRP0d4vhBZH/SdW0UQtbVlQOBQJPTNUUW1Sbk5UqxBNH2HgqZPk9Nh0ii3TiTG1qCcoZtB4ygmRrxO8RRq5D7A4aW+7EpNMxWmB77iBhEKSTBVe1"
    "zg9ozviSgYzTRkuDTg3E+ITrKzTFDNnkgc9JB66t86m8OGWzl7vMHbtj4wXWibakwhgj6nUDFxIGFmiJHeQY0M/SIEyWyQZc3gmUg9hPaKB+GsQm"
    "QffQnujQrIPgrlVHOifOHWNcqNtSF3Gm3CJojKdT7jIxDvtEk5V8RMvmU+I46nkZItg2KbHRg3wyiXtbluloRoSDqID2Y6xzS4wVbC6jf7lEE1zW"
    "y/uS4P3xpyymTCdfiBP8tObaPSWmnhgkVIcOVLkmVpYqO6WzPhMfVFtQykSbctNdsKi9tRIGZ6EAZQJKZ4QRGwsCVxC2CyOHuabpD7JgMHk3GzXx"
    "7jImo5N77Jow/kDau4GorKVpg+FIu+mNNK2VGZuBRGwc+UVTzmBcy1t1FAAzuIV//PPw8Ojo3eHro7fvj9+8e3f8/vV72Vbdb7bq3VfvZiK0vK4U"
    "Zv2P/cEIbojLyePNKij4qmSwwJ6UUkaEvoEdIw9/hu1VPv6BREoDk5UgTloHAeJlSggKIi1Ek34LaihD9HJ4Cj0vHOcvEwp+6V6f9gfd68+vrrq/"
    "/aiqVn7V5XDwMWhvcUfMbNVR6/TzqNdVOogwV38zmJ8Z2M5HPGifQlw+xQ7i3VrgL5pJ2EwY8ufx6xL8JdxnP3evXx2//jE5rAd+zaGqSoKrLJyT"
    "hbdr27hgREciKYRN6mTMyg5AXALpqPfb6I8/U5B5S1qOFeDcJJjlgxYJpQ2BlHop0MKSLRuC4fAyYQhO+ylDO7i9Ou1dvzpQA1U2oiJhfyOspzYB"
    "TDQssnifyxpBFyQf8KRkCnTdF+0E/9nBYduSD6gPmbnyF+KyYdy/6t2MulefElo57456UHOYsMxB6au3KSsSdoJ+7Y9+RvAT/T4c9NImPGw3+r0F"
    "94RdwTXpUGlYj/kMQWmAWkLr5ItFZW8baD0p+Qxa92+3LkrfESUHmJRq2fPvN5nbSclGy3XWMuyl5Hz0dlAVF82M7BbXzmBvs7NLZ7hl1qpuGdOS"
    "j28e6z+ltrl9jHQAYY7K8MeENkK+do7K1qCHoMn9PHfjDqBm1fCB24TO2AXxtjp9ed+YTfN2j35s7tbvZsdU8DUYY0FpNEFtvAyjTPGhJ59dPjHx"
    "rMtZ9+ase95r5RuYZ8A1innulllZF9i0SU2gK28CDW4vL1tqAE/wdL7Etq4VjGToKseg+FIfLq6JidVjfDdgK9j4IY/BlQAyW7U4XKRLMMMz9Uhw"
    "bbiSD9YHbprKtcnE6f2adlmc/l61WTNMP/ZaE3uMYG/nxbnFkkAMmd+joJqMO2gka6iOuK0T22sHwRenjRhZEkege2o7Ihuhf5Er5ASz/2gFF1Ij"
    "1e+19WcT5K7LUtkuCXI3QZdiBe1v0CWYpZX91ZRg47NuvF0IjOamKmi2Dc+9bUgsY83WocTDTQ3Bx7cPoVfQQLsetKQU2uKtw0t6x6FucvzjuN6K"
    "PWQab/W4i0wsPjXGCC7leFwP+U9wW7FOFL1EejUe90LW2QS8Vd1jhmDGwT9V5BBVB3LAAnmQhTTPW37hiz0zC+RmgU3zyS7yOvOmDj7y0eG7t+FK"
    "AD/KbP/NVffy8nHHV+k7C+ztbf+8IN0UCKRwdV2qd0Bsd61SHoyKXnDk+ahx71M9adKVETZ34fkyYP7nZjjIBzMmkt450KlA/0MvyS9o/eveZVPA"
    "Ck1cagppljpw2X+3tg8zQJTYNAQEjpBHE0sHnOWwaKCD0zzH5lstEg9UYB+gnGUirH1koQjaVWA9mpTNO2gMcU3FHHSI8JmAVEijPAVz7Cj23hc5"
    "uKS+FDMRyIjc4+4FdhzohpNV7jLxgtdpeII13jaUrSSCzwnTqrMFk3INZ7C9IWcQ6wvKKmabQ5mGoVUhzSztVjV2pt9+e+zM1kst4Ulu5uHrdciZ"
    "slUhO1PVpZP4XzS5UuQQNEuy95HI9gJBBy9rzg8P3rx78/7o7ZvQioclZcY7NyOfszCW5eK3HFF7vSNANkmCYqj3N0lQI2Zm3bS+I1puqJmNllMm"
    "fLKqnHDKiDYcwZ3iCH63yJfk+qIxvb2UVM30sG5GKjP9C/hs6XHeAPtUAua3ieBe0nluik+Vt8uitqZssWa8tqtioj84CGS8l8gVNW1jtttzdJhL"
    "blO9qFoYjA2rrTbWvV0Skm02rMUK2t8Nq5qqld2ruFRDptot1/b7hb7Etw1XrCd6X6Ognx1Twrr+V3ziP05ha14q2mGf9oroFHeFwFNjQdTNZ9zb"
    "dJNST3cBjaWPELRe2+u16FS4Numgscr+hicc2ZjpfIEsbAtwXqlw0O31pWKb+T/55L9kKtT5SXne7/N0DOcvgb/Ml3J0wsFMcELSA2bUMdCE3MvB"
    "rjr1L4ZeXcsl+7p/NvrxJNaVg5bcNXUpIJ1uy8CM6B3U9dxxdfrSHfO6JNJbJ/iB+HfKl1LEkAMcucyDluhtJDh0NIVULpE1VsOVqPvSVOaYq8FZ"
    "JYUcCjxPDvnbqiCRQz46XCOFfHRYmEGGqtRhNdyhAbeqCl00Lrc3yc/NOaOxA5MELiI89Ji7yCz5yaOTAuEtsh8swnTAphq0rU+9wXl/8PEE+fJ3"
    "7LrXPf98ol4cXN2x0+vhRW9wgiY2zEaovRr+0juH+gV/8LLmVYf/wToMioNiAsVBhj8h1wyysEQOf6J8+MflmuEfA3TJ7bm8lOYyQc2qgZSMcJMf"
    "rHN+8B5TU7p0WS2PyJeiF9EikY1M3A5ps/fbKKHIDEk7QVwMmqeZ2ylzZeZs0ovR9pvvAZVu20DLywu5R/Mwq+B6puX2YZCnaYxrsRhLSIzpNXhJ"
    "9bwzQgrX3rD9HmW2n412ZxA6M3KMRCGakUADZxZOYbiLST5Nv2T/GRfaPwvw9s0aFuDtm0ILAFVJlHU6I06eE178MlhM5Ekvg9UM6W289ZXYrfon"
    "1FR4DSIQad6CaM6pbZLL5QRKA7PZZlpPSDZar4vWc/bF/t1HWleJkMpp7bhUk9femFLwjfgcNXMjasEpUCM6q4cm/Z1Mf8cnfiL/HSRKW9kB/gyo"
    "rsvUqNnIfjJRY53DNF+SVnADKWrXJPq1m3vcQaK+XUYocIKWmu1WOfNAtu6gsXTjRZjxByfC+8gRFQhGju6ge27/5JFi5bO42ISjatoqZS8b2AXn"
    "HDxj37nM2rkcdsrXlldoiLX1WQbaJfn7QGebJEQD2Tp/q6d1fnv1Sft5eHt9gnR3YWkGd+07pkrPu5/9Qh2v/LJfe70Lv1Aaqbksve5fXsoSm5rm"
    "Hbscfrw5QSafOZA0HfUGo/5wAGlTCCzLK0Lp2XBw1r/snaijQ9iUeqfifPtQrpqWFbc6gcwebnJ2d1OTQ5S26WyW58+VxEEjkS2moIJl8aVSUS9N"
    "Sdg5AonuVsVaWsweWEAibdntYKBoJNJzYIpGci4HsKyUHsEd+9CVVu4cripNnH7Hbi76nz5BgTOnllUzEklWZ2txSLa74d8BColyATV8L/KszSNr"
    "SVK0WVJqvaQ4kCmvHhuNiTX8oDrr1+CmXs1jiCT2L236/Nxdk2CHbMa0S4k286jO80itahulkZKSjZbrrGUiIdxEx3G5RsN11rDsys0jcBazXCKJ"
    "huSyOcmF2DbPcUOKebOhwD54IdugzmaygN8mt+LltHKSKmGyqzib4n3lar0sSjc4J2Ssji/R1PdHVcJjTiwB5zNj5Ae/vNP/x3C8sxQeo5nNlw6C"
    "L70hKuQDEDjvf2lTIQhDcCB03ouaL3g1eHtzbFBdh/c//a+RqbSNtGQGt39w2pCk4fDCKjLlmLdPIHmD/KxLB/1qqOwM5HbgWGuDL1k7Ia/e0XSw"
    "/wZq8xLmjiZxfGJ7FSsaE6lz+qZWhjSxvYtme7WRnxLcm+DilqlEnlXMgb6MHRsJNfzYCvxYf8WqNs5jQntzkPWWx3jDSy5WyG4yVNfhJXu+WWWW"
    "ZEKs4ag+F0/SgzWrioYomaT0JYZf1ZOCUm5VzsCv8IHs4FjLPQE6YRvUMUVPgyfnWKSdDJls90PiavbmxC6CWV0cuoADtNY/TUq25cw74lQYNiFI"
    "bRTU56dsEoYU/ICCUxJRkBv4hapVvzCcjao+hXiSE8HYwlXvWFF4QycLPkYLbM+DD5pzdfKr+qY5VCIA9QRxVzhUJ94hV4jBpxm97zhS9d0tByIc"
    "crhz14bTqQZcfYxLtoCPdFHnjjmuY6loPOI2mhD4ipdno+Dzjx0UhllkN0s/bOJ17n9hHZBQERQ4wIrxCddXPhAuc4gQJtHH/mFYcMYWNs3gO5N+"
    "Bw5eIYejFWm+DlZ7h6BdEmwxpNLNSucORBL7d+bVOnyto2K+1lGGr6X+VgA3aL8XUawkuMfrgHtcDO5xBlzqaJt8XC0u1kROKkROYP2qiHUg0uBc"
    "Aedwcd+EhpGSbdL0dU7Te9oCx1OzCXbyopLFa0Wu8B4cwLSFbxn6vvIG8ysp2cyuOs+uJquyvTUr3DZWhDsh1yBeAXFvI75J0jYt2WRtN8toeRwW"
    "Ym+khBzhRg9P0QOc5rqxHhLCjR4200OTWW8y63ULQe1XZr0C+TWW9LWoBjmFp2Xauha9IKsdHAJrpSJ9OqrcSE8Jfcj1Yitg9UH1tu9YLbCeE9tu"
    "cArD0+yBCoXAE6deP+xoZ+MJ5UjB0SLSD6BPJUvsPVANoaR+hJKdRCp6BWVzqPbtA3wvSrnpSvM2NVo5pBu/pl1Gu8FRm8d4N8UwPDNH43shaDzx"
    "gPdi6kXhdrk45VO8Wd4HhsDh8fE6qZ7j4+JUD9SlTsyRk6oCwn7zPUT3YK1E2kFJIu0gm0grfFer+EXj4ne1qr1pXDe0t/Gq8Td9+fXr/wGnM+Hl"
)
