"""Which key was shown when a key was made, so that after a theft all of its offspring can be ended."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UPGRADE = """
ALTER TABLE api_keys ADD made_with_id bigint REFERENCES api_keys (id) ON DELETE SET NULL;
CREATE INDEX api_keys_made_with ON api_keys (made_with_id);
"""

DOWNGRADE = "ALTER TABLE api_keys DROP COLUMN made_with_id;"


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXW1z2zYS/isYfWk6o/PEdpzk3JubkW0l1dmWMrbcNq07EiTCIk4UoBKgFU0v//2w4PurRdlSKIUfMo4ALEg+Cy4Wuw/Avxsz"
    "bhBLHLTm9JIsG6fo7wbDM6L+k6hpogaez8NyKJB4ZOmmeE4HU7LUhXgkpI3HUpU/YEsQVWQQMbbpXFLOoHWPEaRaI/6AMHIEsQ/Q"
    "cO6MLDoeohm2pwJJkyCDzLiuFT+gKeMLBjKiiRYmHZuI8RE3lmiMGbLJI5+SA7i2wcfq4pRNNneZe3bPhjNskMGCSnOIqNsNXEia"
    "WKIFFkiY0M/CJEyVqQZc3QmUg9hPqKt/msQmfvfQnhjQTD+Fw+hfDhlIPiGqa1s9yx9/qmLKDPKFCP/nfDp4oMQyYjqjBnSgywdy"
    "OddlZ3TSYfKDbgsYjQZjbjkzFrafL6XJWSBAmYTSCWHExpLAFaTtgCKZY1mezn3dujcbNnHvMiJjkAfsWDAcQNq9gbCsMRh0e/3B"
    "bbs/GDRSQ8WXiKjVKxpzBsNM3arQAEzgFv7xz6Oj4+N3R6+P374/efPu3cn71+9VW32/6ap3X92bCdFyu9KYdT52un24Ia7GsjvI"
    "oeCrlsESu1JaGSH6JhZmFv4M28ts/H2JhAZGS0lEUgc+4kVK8AtCLYTv4BbUUIToVe8Mep4J8ZcFBb+0bs463dbN51fXrd9+1FVL"
    "r+qq1/3ot59zISe27qhx9rnfbmkdhJjrvynMz01sZyPut08grp5iB/FuzPCXgUXYRJrq58nrAvwV3Oc/t25enbz+MT6su17Nka6K"
    "gyvGfO4OxDi8LdvGOSM6FEkgbFGRMis7AHEBpP32b/0//kxA5s4wGVaAc4tglg1aKJQ0BEpqU6AFJVs2BL3eVcwQnHUShrZ7d33W"
    "vnl1qAeqakRlzP6GWI9tApgMsEzjfaFqJJ2RbMDjkgnQDU/0wP/PDg7bhnpAo8espTcRFw3jznX7tt+6/hTTykWr34aao5hl9ktf"
    "vU1YkaAT9Gun/zOCn+j3XredNOFBu/7vDbgn7Eg+UG7XABsRn8Ev9VGLaZ18mVPV2xpaj0u+gNa9262K0ndEyT4mhVp23e113u24"
    "ZK3lKms5WEgNyq5ckpJPr2Gqr9ltrmJCHcDitzT8EaG1kK/cfLk16GHt/jDNXD8CqGk1fOA2oRN2SVyPu6PuG7Nx1iLGi9jced3s"
    "mAq++mPMLw1fUBsvgmBHdOipZ1dPTFz/8Lx1e966aDeyDcwL4BpGwnbLrKwKbNKkxtBVN4G6d1dXDT2AR3g8XWDbGOSMZOgqw6B4"
    "Uh8ub4iF9WN8N2Br2PgRj8AVAzJdNTuaJUswwxP9SHBtuJIH1gduWXqGTUVvvZpmUfT2QbdZMXg7dFsTe4hgieFGP+WCECkg0upX"
    "k+EB6qsaaiBuG8R220EMQDQRIwsiJHqgtpDpuO1GrpARU/2j4V9Ij1Sv18afday1KlNlsyDWWq/98xW0v2t//y0t7a8mBGufde3l"
    "gm8011VBvWx46WVDbBqrlw4FHm5iCD69fAi8ghra1aAlhdDmLx026R0Husnwj6N6y/eQabTV0y4ymfOxOURwKeEyANQ/yW3NRdCk"
    "A+XVNBFmBtAHbALequHyBTDj4J9qyoCuAzngBjyqQprlLW/4Yi9MRridYct6tou8yntTBR/5+Ojd22AmgB9Ftv/2unV19bTjq/Wd"
    "BvburnORk/XwBRK4Og41DkBsd61SFow6y33s+qhR71M/adyVkTZ34PlSYP7nttfNBjMiklw50LFE/0ObTHM3/vXgsDFghUYOtaQy"
    "Swdw2X83tg8zQBRbNPg8goDOEUnonmeQOaCDsyzH5ltNEo9UYg+gjGkiqH1iovDbleDCWZRND9AQ4pqaTyaI9PhhVCqjPAZzLJSx"
    "RuSLGlxKX5qvBhQ1jiYQFfHtOJDQRsvMaWKD16npahVeNhTNJJJPCRuUJ63F5WrqWnNN6ho2ZpRlQF/EFApkaqJQCaKQslvlSIJe"
    "++2RBBubmsLjFMGj16twBFWrXJKgroujC1dQM0UGT7Agex+KbC8QdLhZc350+Obdm/fHb98EVjwoKTLemRn5jImxKBe/5Yja6x0B"
    "sk4S5EO9v0mCChEEq6b1HdFyzRCstZww4aNl6YRTSrTmCO4UR/C7Rb4g1xeO6e2lpCqmh1UzUqnXP4fPlhznNbDPJWB+mwjuFZ1m"
    "pvh0ebMoamupFivGa1s6JvqDQCDjbi3W1LS12W4v0WEmuU33omthMNastspY92ZBSLZesOYraH8XrPpVLe1eRaVqMtVuubbfL/QF"
    "vm0wYz3T++r7/eyYElb1v6Iv/tMUtnpT0Q77tNfEoLglJR6bM6JvPuXeJpsUerozaKx8BL/1yl7vnI6lY5MDNNTZ3+DcGxszg8/Q"
    "HNsSnFcqBbq7udJsM+8nH/2XjKU+VSfL+32ZjuFUHvCX+UKNTjiuh3GJHjGjwkQj8qAGu+7Uuxh6daOm7JvOef/H00hXAi24YxlK"
    "QDndcxMzYhygluuO68N97pnbJVHeOsGPxLtTvlAiphrgyGEutMRoIsmhozGkcomqmddciapPTUWOuR6cZVLIgcDL5JC/rQpiOeTj"
    "oxVSyMdHuRlkqEqcmcIF9blVZeiiUbm9SX6uzxmNnNsjcR7hoc2cWWrKj5/g4wtvkf0wJ8wAbMpB2/jU7l50uh9PkSd/z27arYvP"
    "p3rj4PKend30LtvdUzSy4W2E2uveL+0LqJ/xRzdrXnb4H67CoDjMJ1AcpvgTas4gs7nM4E8UD/+oXD38I4AuuD1Vlxo4TFKrbCAl"
    "JVznB6ucH3zA1FIuXVrLffIlbyNaKLKWidshbbZ/68cUmSJpx4iLfvMkczthrqyMRXo+2l7zPaDSbRtodXmp1mguZiVcz6TcPgzy"
    "JI1xJRZjAYkxOQcvqJF1Rkju3Bu036PM9ovR7kxCJ2aGkchFMxSo4UzDKU1nNsqm6ResP6NC+2cB3r5ZwQK8fZNrAaAqjrJBJ0Rk"
    "OeH5m8EiIs/aDFYxpLex66tm6a426Pc36Tk2MZusp/WYZK31qmg9Y73m3X2odR2gL51ujUrV+da1U93fiGdQsemtErluPaLrtOxT"
    "adnoix/Ly/oJvEZ6gL8AqqsyCCo2sp9NIFjlkMdNprtvIXXqWMS4cTK34cfqm0WJbuG3HNhOmb34qvUBGgqLyyATDU6E+20XKhGM"
    "HEOgB27/5JI11bM42IIjVJo6lawa2Dn771+w70zG51QNO6iEK9SEz+pMA82CvLKvs3USdb5slT9l0ri4u/40+Ll3d3OKDGc2H5jc"
    "se+ZLr1offYKDbz0yn5tty+9QmWkpqr0pnN1pUpsaln37Kr38fYUWXwiIJnXb3f7nV4X0nkQ8FRXhNLzXve8c9U+1UdasDF1T2v5"
    "9iFG/VqWXOr4Mnu4yNndRU0Ggdemk0mWP1cQnwtFtpga8afFTaVINp0q3zlig+GUxVpZzDZYQKJs2V23q+kNynNgmt5woQawqlQe"
    "wT370FJW7gKuqkyccc9uLzufPkGBmNL5vGLkhrTOVuI2bHfBvwPUBu0CDvCDzLI2T8wlcdF6Sqn0lCIgg1s+NhoRq3krVdavyS2j"
    "nMcQSuxfOu/lOaUWwYKsxwBLiNbvUZXfIz2rrZVGikvWWq6ylomCcB0dR+VqDVdZw6orJ4tYmM++CCVq8sX65Ati2zzDDcnncwYC"
    "++CFbIPSmcoCfpvcipvTykiqBMmu/GyK+/Wl1bIoLf/8iqE+VkONHOVJ6YTHlMwlnBuMkRf8ck+lH8Kxw0p4iCY2XwgEXyBDVKoH"
    "IHAO/cKmUhKG4KDirA2EG7wa7CocmtQwYF+i95UsnbZRlszk9g+iCUkaDhspkaXGvH0KyRvkZV0O0K+mzs5AbgeOWzb5gjVj8nrv"
    "oMDezsh6c+COJnE8wnUZKxoRqXL6plKGNLa8C9/2ciM/Ibg3wcUtU4lcq5gBfdHh1aFQfXp1idOrvRmr3DiPCO3NActbHuM1Lzlf"
    "IbvJUF2Fl+z6ZqVZkjGxmqP6UjxJF9a0KmqiZJzSFxt+ZU+wSbhVGQO/xIeb/eMW9wTomG3Qx+c8D56M43p2MmSy3Q9c67c3I3bh"
    "v9X5oQs42Gn1U45UW87cozelaROC9EJBfxbJJkFIwQsoiIKIglrAz3St/oXhzE79ib7TjAjGFq56z/LCGwaZ8SGaYXvqf2ib6xNJ"
    "9be2oRIBqKeIO1JQg7iHLyEGnwx0vy9I9fegBEQ41HDnjg2nJnW5/kiUagEfj6LinglHzHU0HnEbjQh8Xcq1UfBZwgMUhFlUNwsv"
    "bOJ27n35G5DQERQ4WInxETeWHhAOE0RKixhD75AmOPsJW5b//UOvA4GXSHC0JPVXqyrvEDQLgi2mUrpVaj98KLF/ZzGtwtc6zudr"
    "Haf4WvpvCXD99nsRxYqDe7IKuCf54J6kwKVisM5Hv6JideSkROQE5q+SWPsiNc4lcA4m93VoGAnZOk1f5TS9qy1wPAc2wSIrKpk/"
    "V2QK78HBQFv4xp7nK6/xfsUl67erym9XnVXZ3pwVLBtLwh2TqxEvgbi7EF8naZuUrLO262W0XA4LsddSQoZwrYfn6AFOGV1bDzHh"
    "Wg/r6aHOrNeZ9aqFoPYrs16C/BpJ+s7pAHIKz8u0teb0kix3cAislIr06KhqIT0m9DHTiy2B1Qfd275jNcNGRmy7xikIT7NHKjUC"
    "z3z1OkFHOxtPKEYKjhZRfgB9Llli74GqCSXVI5TsJFLhFpT1odq3D8NtlHLTUuZtbDYySDdeTbOIdoPDNk/xbvJheGGOxvdC0Hjm"
    "weP51Ivc5XJ+yid/sbwPDIGjk5NVUj0nJ/mpHqhLnJijXqoSCHvN9xDdw5USaYcFibTDdCItd69W/kbj/L1a5XYaVw3tbWw1/qab"
    "X7/+H3rKzs4="
)
