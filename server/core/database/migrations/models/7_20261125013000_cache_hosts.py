"""The hosts that keep answers in memory, and tell each other what changes (docs/freshness.md).

The table has no model: only plain SQL touches it (`server.core.cache.cache_host`). What a key allows is kept in
memory too: a change of it that somebody makes by hand, in SQL, is an event as well.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
CREATE TABLE cache_hosts (
    id bigint PRIMARY KEY,
    knows bigint[] NOT NULL DEFAULT '{}',
    evicted boolean NOT NULL DEFAULT false
);

-- Its argument names the column of the user.
CREATE FUNCTION tell_of_permissions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, user_id) VALUES ('permissions', (to_jsonb(NEW) ->> TG_ARGV[0])::bigint);
    RETURN NULL;
END $$;
CREATE TRIGGER keys_changed AFTER UPDATE OF scopes, expires_at ON api_keys
    FOR EACH ROW EXECUTE FUNCTION tell_of_permissions('user_id');
CREATE TRIGGER users_changed AFTER UPDATE OF is_admin, demo ON users
    FOR EACH ROW EXECUTE FUNCTION tell_of_permissions('id');
"""

DOWNGRADE = """
DROP TRIGGER users_changed ON users;
DROP TRIGGER keys_changed ON api_keys;
DROP FUNCTION tell_of_permissions();
DROP TABLE cache_hosts;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXf9z2jgW/1c0/LLtDJdJSNL0cjc3QxLaZUOgQ8huu03HCKxgHUby2nIos9f//STZxt"
    "9kB5NADPUPnRRJT7Y/T356T+8j+e/ajOrIdA6aFr5Gi9o5+LtG4Azx/yRq6qAGLSssFwUM"
    "jkzZFFpYm6KFLIQjh9lwzHj5AzQdxIt05IxtbDFMiWjdIwjw1oA+AAhcB9kHYGi5IxOPh2"
    "AG7akDmIGAjmZU1jq/gCmhcyJknDqYG3hsAEJHVF+AMSTARo90ig7EtXU65hfHZLLZy7gE"
    "/+UijdEJ4l3Y/GJfv/FiTHT0HTnBT2uqPWBk6jFQsS46kOUaW1iy7AJP2oR9kG3FQ4y0MT"
    "XdGQnbWwtmULIUwISJ0gkiyIYMiSsw2xVIE9c0faUE4Hs3Gzbx7jIio6MH6JpCX0Lau4Gw"
    "rKZp3d5Au20NNK2W0mUgEcHdLxpTIsYBv1VHAjARt/CPfzYax8dnjcPjd+9PT87OTt8fvu"
    "dt5f2mq85+eDcTouV1JTFrf2x3B+KGKB9s3igUBT+kDGTQk5LKCNE3oGOo8CfQXqjxDyQS"
    "GhgtGHKSOggQz1NCUBBqIXxJtqCGPEQ7vQvR88xx/jJFwe/N/kW72+x/eXPT/PxWVi38qk"
    "6v+zFob1GHTWzZUe3iy6DVlDoIMZd/U5hfGtBWIx60TyDOn2IH8a7N4HfNRGTCDP7z9DAH"
    "fw735a/N/pvTw7fxYd31axqyKg6uM6aWNxDj8DZtG2aM6FAkgbCJnZRZ2QGIcyAdtD4Pvn"
    "5LQOZNAQorQKmJIFGDFgolDQGX2hRoy5ItG4JerxMzBBfthKHt3t1ctPpvjuRA5Y0wi9nf"
    "EOuxjQQmGmRpvK94DcMzpAY8LpkAXfdFD4L/7OCwrfEH1HvEXPgTcd4wbt+0bgfNm08xrV"
    "w1By1R04hZ5qD0zbuEFVl2Av5oD34F4if4s9dtJU34st3gz5q4J+gyqnG/SIN6xGcISgPU"
    "YlpH3y3Me1tD63HJF9C6f7tlUfqOKDnAJFfLnj+8zrsdl6y0XGYti8hIKxq0RISejlx2wV"
    "ZvLXgRcePDVBm7CFDTavhAbYQnhEfoUhVtft+QjFUOtB/O3/nd7JgKfgRjLCgNX3sbzpeB"
    "dnTo8WfnT4w83+SyeXvZvGrVJMIjOJ7Ooa1rMahFDW3QRMmybbpq1pglSyCBEwmOeApxzz"
    "7qH6hpyjcstbzi19TzllceZJsVV1eGXmtkD4FwMbxVDjZHiDliKSSoRsMDMOA1WAfU1pHt"
    "tRMxgFMHBM2Rw8ADth2WXljZyBUUaypfa8GF5Lj3e619q9ZaymKu6jlrLZXvn62g/fX9g7"
    "e0sM+QEKz8hoIvYkoFxd22hGClgpdy3WLTWOW+5bhviSGoduFU9qaCdkVoUQm946VuFP5x"
    "VG/ZHjKOtnraRUYWHRtDIC4lvFLsAP6PUVsmC2VWkHs1dQCJDnidjYS3qoO5gQgvo8I/BZ"
    "Qgr07I8Ur6yAuxylve8MVeOBl5O4Om+WwXeZX3pgw+8nHj7N1yJhA/8mz/7U2z03na8ZX6"
    "TgN7d9e+ylj1DAQSuLou1g+E2O5aJRWMMst17PmoUe9TPmnclWE2dcXzpcD87bbXVYMZEU"
    "lGDnjMwP/AJtNctX8/uGQssAIjF5uMm6UDcdn/1LYPs4AoFjQEecRlOjeS0LlUJHNFBxcq"
    "x+a1JolHzKAPkGKaWNY+MVEE7QqQVUxMpgdgKNaWhsIOO4gJ+2xzo8y4UR4Lc+xwYw3Qdz"
    "64uL4koURwSCiYiFWRwI4LOspooZwmNnidiq5S4rAhbyZhdIqIVpy0EperqCv1NakrUJ9h"
    "ooA+jymwlKmIAgWIAtxuFSMJ+e23RxKqbWoKj1OEGoercIR4q0ySkKyLoyuuwGcKBU8o05"
    "BHRba3EHS0WXPeODo5O3l//O5kacWXJXnGOz1cOTKKiTEvH7rlFbXDHQGyShJkQ72/SYIS"
    "EYTKpvUd0XLFEKq0nDDho0XhhFNKdK0JsmS6fZ2k36vwtH5a5HNyfeGY3l5KqmR6WDUjlX"
    "r9Yzkpfhege9fp1FLjvAJ2N0lwHTxVpvhkeT1v1dbkLVZcr23KNdFfHCBkvL1/kpq2Ntvt"
    "JTpUkttkL7JWDMaK1VYa617PWZKtAtZsBe1vwCpf1cLuVVSqIlPtlmv780Kf49suZ6xnel"
    "+DoJ8dU8Kq/lf0xX+awlZt7Nhhn/YG6Rg2GYNjY4bkzafc22STXE93JhpzHyFovbLXa+Ex"
    "c210AIYy+yv5A8IltSHR6QxY0GbCecXMAXf9jmSb+T/p6L9ozOSxFyrv92U6vif3RPjLdM"
    "5HpzhPg1AGHiHBjgFG6IEPdtmpfzHwps+n7H77cvD2PNKVA+bUNXUuwJ1uy4AE6Qeg6bnj"
    "XByye+J1ibi3juAj8u+UzrmIwQc4cIkHLdLrgFHR0VikchGvsSquRNmnpjzHXA7OIinkpc"
    "DL5JBfVwWxHPJxY4UU8nEjM4MsqhJnJlAHB9yqInTRqNzeJD/X54xGzu1gMIvw0CLuLDXl"
    "x0/wCIS3yH6wENEFNsWgrX1qda/a3Y/nwJe/J/1W8+rLudw4uLgnF/3edat7Dka2eBtF7U"
    "3v99aVqJ/RRy9rXnT4H63CoDjKJlAcpfgTfM5AM4sp+BP5wz8qVw3/CKBzak/5pTSXMGwW"
    "XUhJCVf5wTLnBx8gNrlLl9byAH3P2ogWiqxl4nZIm63Pg5giUyTtGHExaJ5kbifMlakI0r"
    "PR9pvvAZVu20DzyzMeo3mYFXA9k3L7MMiTNMaVWIw5JMbkHDzHOlPQoDPn3mX7Pcpsvxjt"
    "zkB4YiiMRCaaoUAFZxpOZrizkZqmnxN/RoX2zwK8O1nBArw7ybQAoiqOso4nyFE54dmbwS"
    "Iiz9oMVjKkt7Hrq2Lprjbo9zfpOTYgmayn9ZhkpfWyaF0Rr/l3H2pdLtAXTrdGpap869qp"
    "7lfiGZRseitFrluO6Cot+1RaNvrix/KyQQKvlh7gL4DqqgyCko3sZxMIQlLs66S7b0Xq1D"
    "WR3neV2/Bj9fW8RLcTtNRst8hefN76AAwdk7JlJlo4ETL9K7bJi5GjO+CB2v/yyJr8WVxo"
    "iiNU6jKVzBvYGfvvX7BvJeNzyoedqBRXqAif5ZkG6jl55UBn6yTqAtkyf8qgdnV380n7tX"
    "fXPwe6O7M0g7r2PZGlV80vfqEOF37ZH63WtV/IjdSUl/bbnQ4vsbFp3pNO7+PtOTDpxBHJ"
    "vEGrO2j3uiKdJxY8/Uzw6y8myhewYFATyOxhOLO74YuCqmvjyUTlueWsxIUiW0yCBBPgpp"
    "Ihm06K7xyFQXeLYs1tY0vYOsRt2V23K4kM3EcgkshwxQcwr+Rz/z350Gx3BGtBJC6Rfk9u"
    "r9ufPokCZ4otq2Q0hrTOVmIxbDe03wESg3T2NPjAVNbmibkkLlpNKaWeUhyRqy2+ChoRqx"
    "gqZdavQU29mMcQSuxf4u7l2aMmgg5aj+uVEK3eozK/R3JWWythFJestFxmLSMO4To6jspV"
    "Gi6zhnlXropCmM2zCCUqmsX6NAtk21ThhmQzN5cC++CFbIO8mcr3vU4WxcteKdIny7RWdt"
    "7E+87SavmSZnBSxVAeoMFHDvekZGpjiiwmTgiGwF/88s6fH4oDhrnwEExsOnfAHDMDYMYf"
    "AIkT5+c2ZgwRII4kVm0V3PDVqr15O5pD8fnORUxbRKTM2ZNSWbdYzBW+gsVGfkJwb1b8ts"
    "zk8U1bMewjQntz5u6Wca+oqtkK2U3S4ipUVV5p0OKsxZhYRVt8KeqcB2taFRV3Ls7yig2/"
    "ooeaJKZ6xcD3xT5c95G5/DKKGujgBL49ATpmG+SJKs+DR3GCy07G1mmgNhnlyrdXEeQGb3"
    "V2jCvO+ln94BvelhLvNEZm2AgB6bzKL+XYaBl7+pGnkxN68qByJmvlLyiOcZRfbTtXhLpb"
    "uOo9UcTB4hydoY5mdAhm0J4G316m8pBK+fllUQkEqOeAuszBOvLO4wFEfEXO++Qclp8Ick"
    "Rszoc7dW2kVxF22Wfcek6EbfABZBbagxxK7N/5N6swZ46zmTPHKeaM/FsA3KD9XixdxME9"
    "XQXc02xwT1PgYkdb50NLUbHqW0sFvrUkJoiCWAciFc4FcPZW6tdZg0tKVotw6y0GBV+TXk"
    "sJCuFKD8/RgzizaW09xIQrPVSL0ruEe7Uona2Q/VqULkAwiKyXWlgT4fjzFqmaFr5Gix0c"
    "Aiut4nmzgKPZaIywfzDk+lh9kL3tO1YzqCui1gqnZeAZ/xb4+jDFPz6+J0vDcUag/PY4fm"
    "6eYe+BqnIx5cvF7CRSIc1vfaj27TMbG81WNbl5Gxs1Rb7Kr6nnZaxg2OaplFU2DC+cfflZ"
    "Ui/PPMYxO6mSGS5nL/xnB8v7sPbfOD1d5SSG09PsoxhEXWJXMn+pCiDsN99DdI8OV9vxnb"
    "flO5VcyaTeZm/myKbeFtvNUTa0t7Gd41U3GPz4P4JH7Q4="
)
