"""The focal point of pictures."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# `focus` is null, or x from -1 at the left to 1 at the right, and y from -1 at the bottom to 1 at the top. No row has a
# point yet, so the constraint is checked for new ones only, and nobody waits for it.
UPGRADE = """
ALTER TABLE media_attachments ADD focus float8[];
ALTER TABLE media_attachments ADD CONSTRAINT media_attachments_focus_check
    CHECK (cardinality(focus) = 2 AND -1 <= ALL (focus) AND 1 >= ALL (focus)) NOT VALID;

DROP TRIGGER media_settled ON media_attachments;
CREATE TRIGGER media_settled AFTER UPDATE OF state, alt, focus ON media_attachments
    FOR EACH ROW WHEN (
        NEW.state IN ('ready', 'broken')
        AND (OLD.state <> NEW.state OR OLD.alt <> NEW.alt OR OLD.focus IS DISTINCT FROM NEW.focus)
    ) EXECUTE FUNCTION tell_of_picture();
"""

DOWNGRADE = """
DROP TRIGGER media_settled ON media_attachments;
CREATE TRIGGER media_settled AFTER UPDATE OF state, alt ON media_attachments
    FOR EACH ROW WHEN (
        NEW.state IN ('ready', 'broken') AND (OLD.state <> NEW.state OR OLD.alt <> NEW.alt)
    ) EXECUTE FUNCTION tell_of_picture();
ALTER TABLE media_attachments DROP focus;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXWtz27iS/SsofZmkyuOK7TjJdba2So6VGd84csp27szc0RQFiZCFFQVwCNKK9m7++6"
    "IBvl8WZVumFHxIOQLRIHgaj27gNPCfzpzbxBH7XZd+IsvOCfpPh+E5kf/JPdlDHey6STok"
    "+HjkqKzYpdaMLFUiHgnfw2Nfpk+wI4hMsokYe9T1KWeQ+5IRJHMjPkEYBYJ4+2joBiOHjo"
    "dojr2ZQP6UIJvMuXoqfkIzxhcMZMQeWkzpeIoYH3F7icaYIY/c8RnZh3fbfCxfTtnt071m"
    "wAZsOMc2sRbUnw4R1cXAi/wp9tECCySmUM5iSphMkxm4rAmkg9h71Fc/p8QjUfGQn9iQbR"
    "9BrVVBNidiwBj3VbXUS8SYuwQN8XjMA+YP4zLRaCk/0fX4mAihvpchgj2HEg/dyS+TuO/J"
    "NBvdEl8g6kP+Iba56w8VbAGjfwfE8rl8LuslwfvzL5lMmU2+ERH9dGfWhBLHzjQSakMBKt"
    "3yl65KO6W358z/qPKCUkbWmDvBnCX53aU/5SwWoMyH1FvCiId9Am/wvQBaDgscJ2xkUWPS"
    "lU2y6FqmZGwywYED7Q+kdQWStI5l9S9vrOvejWV1Cm0zkki1ozBpzBm0a1lVoQC4hSr8/I"
    "/Dw6Ojt4evjt68O3799u3xu1fvZF5V3+Kjt991ZRK0dFEKs/Nfzvs3UCEuO4/uVZDwXclg"
    "H2sppYwE/SkW0zL8GfaW5fhHEjkNjJY+EXkdRIjXKSFKSLSQdPoNqKEO0YvLUyh5LsTfDi"
    "T8q3t1et7vXv3x4nP395fq0TJ8dHHZ/yXK73Lh33qqoM7pHze9rtJBgrn6W8D8wxR75YhH"
    "+XOIy6/YQrw7c/zNcgi79afy5/GrGvwl3B9+7V69OH71Mtus++GTQ/UoC64a4UQR3q7n4Y"
    "oWnYjkEHaoKAwrWwBxDaQ3vd9v/vwrB5me0kpGAc4dglk5aIlQfiCQUk8FWpyy4YHg8vIi"
    "MxCcnucG2v7Xz6e9qxcHqqHKTNTPjL8J1mOPACYW9ot4n8knPp2TcsCzkjnQ7VB0P/rPFj"
    "bbjvxA+5I5y3AirmvG55971zfdz18yWjnr3vTgyWFmZI5SX7zJjSJxIei385tfEfxE/77s"
    "9/JDeJzv5t8dqBMOfG5Jg8rCdspmiFIj1DJaJ99cKktbQ+tZyUfQeljdtih9S5QcYVKrZW"
    "3fr9O3s5JGy23WMvhSsj9qD6rhpFmQ3eDcGfk2Wzt1xi6z1dRlzEve7zy2v0tt0n1MdADL"
    "HI3hTwmthXzrDJWNQQ+LJpNZqeMOoBbV8JF7hN6yT0S7Ouey3piNy7zHcG3ua1jMlqnge9"
    "TGotSkg3p4Ea8ypZue/Hb5xUSPLh+61x+6Z71O+QDzCLgma57bNaysCmx+SM2gKyuB+l8v"
    "LjqqAY/weLbAnm1VtGQoqmRACaU+froiDlaf8cOArWDjhzwFVwbI4qP54Tyfghm+VZ8E74"
    "Y3hWBJA2UGi9edkpX6+Nle3Vr9KMy14mJ9F/kLQny9Jq3X0dGMEFegCfeQ1C3x9hBlyPXo"
    "nfyxj26mBFEbcc8mnl4bh4WYPcTIgggfTagn/OJi/dO9pmRx+894/FUv7fxlVrvbMmfu1a"
    "x2m9WXagXt7uqL6qKNrda0lDFbjcewHdAbj2GTHoOe/B+O6U1Uzo6Cmh5Ly1GtdhSe0hb+"
    "yB1HTRoFSzh8UmsHT1SeFa3goc5NvCGCmVYbnAoXxbeIHpOh5lkswIqVWZYyN0yHKGAOUD"
    "OUdUsFmlLbJqxoBT/Na4Cy8pt09tCQcZ9OlkNlJZeWi3QOlFRESZcb22JVazsqTPW18FXG"
    "6G7PtFNndOuWJSzdlhqumBeFzXZzgzVz3RkbYp4IGazN1r5xLmudy2g2auzj5ASNn7O2ix"
    "kZB+uqwLiaj+1qZsw1427WeEa5Jni/yxlbvwba1aAlLfQ7Y92UeJ5pvVX7njSd637nU1rR"
    "46n0zeSrhI4okP987qnYBhXEIK137RLKZx4Br8zW8QdYmoPSD1MhCOoZyEGswZ1MpCUbMU"
    "/9skeONbieY8d5sCu4Sr9pgy94dPj2TTwTwI+6sf/6c/fi4n4HT+m7COzXr+dnFaTGSCCH"
    "axBQex/EtndUKoNRkdiPtI2atj7Vl2ZNGd/jAXxfAcx/Xl/2K/YpEpG850DHPvo/9JQs9s"
    "5/TQI2BqzQKKCOL4elfXjtf3c2DzNAlHEaojCBOFoj5dR9KInVgAJOywyb55ok7qiPQ4BK"
    "pon46T0TRZSvQWydQ9lsHw1hLVzFpwnih/Fm1JeD8hiGY6FixL7JxiX1pbbbIeSN6wixaB"
    "yHoLbRsnSaeML3mGi0FrsNdTOJz2eEWc1j0rJyJjJtb83INGzPadMV2ljGLBY2W5htFgMY"
    "5t9cDGDnqabwbATg4atVQgBlrsoYQPUsTxX/ZsmZoiQMsIYjnohsbiHo4GmH88OD129fvz"
    "t68zoexeOUusG7lMVRMjHW8Tc2vKL2akuANJsE1VDv7iZBi+L/2qb1LdGyCQA0Ws4N4aNl"
    "4w2ngqiJRNsqXukPi3zNXl/Spje3JdUyPay6I1Xo/hVRU/l2boB9KGn3eVZwL+isdItPpe"
    "/Vrdo6MsfK4VXw9T8JBDL6qDLFy6wKcCrjXOYCqR5eYCmJM2ZLqzZt2JutGd33apZkjcNa"
    "raDddVhNyNSPZtr+uNDX2LYmvmc1++v++J7nM2m3FdOW2rSfiU1x1/fxeDonqvIF8zafpd"
    "bSnUNmaSNEuVe2el069gOP7KOh2v2Nz9H1MLP5HLnY88F4pb5AX68uFNss/MlH/0PGvjql"
    "t8z6fZyCo6AnvpCtE47/hXN47zCjYopGZCIbuyo0fBl6cSWn7KvzDzcvT1JFCbTggWNLAW"
    "l0u1PMiL2P0gcdDJgukkhrneA7EtaUL6TIVDZwFDANLbH3kM+hoDFs5RL5xIXTjLmgAKn6"
    "SHiv6+AxgWMS4rix96oFIDoZMC5tnfyxwEJ/vDqBOP1F+xABNg5EXLL8hR3kctnio7ORZQ"
    "9fCnRHBZWNQRMAKYSdDZg+/3jscdcl9gn6hiaehP7nA6TD1eTHTnz4njjBo7dTX3MKl/nM"
    "I+77MiGd3eeuYYq0fWKuc0tU12yygR4LPM4O+vOqILODfnS4wgb60WHl/jk8yh0IG44KRX"
    "zrybJpuY2trz7xzu/6hNnUmcQ+rmJ79FgwL9g7GVBj4Q1SP1zCbMCmGbSdL73+2Xn/lxMU"
    "yg/YVa979seJCkVeDtjp1eWnXv8EjTzojPD08+W/emfwfM7vNGWgaes/WIU+clDNHjkokE"
    "fkhEnmrl9CHqlv/Wm5nSE+PEbzX3BvJl9lBcynTtNVpIKw2Rxt8+boBFNHWn9FLd+Qb1VR"
    "eInIWkPcFmmz9/tNRpEFhnqGtRllz9PWc8OVU7JCUY12mH0HeISbBlq5M0Woay4WiCXWu1"
    "dgexr2x4vL7s27wsUCsgBfuvT6uxvY6nm5XRgW8qzXlUivNZzXvNWyoHbZwaWV1kqcf4eI"
    "EI/G0pwSWE5ogGYiYOAswulPg/moPKqjxmFPC+3eCPDm9QojwJvXlSMAPMqibNNbIsrclu"
    "rYwZTIg2IHW4b0JoIEM/59eFRYg6iZSMQEzZgTdgwXoZ5vO8Xsdj2tZySN1tui9ZKVhLD2"
    "idbVvlljFkRaytAg1magPBP9p2VmRCsoKKpFF/Vg2BJZtkS642foEtG++vMe3Nuylv1gXs"
    "8qN3w8JQvlGhgNgUPsq6D0dIzM8706/omIclpe0OSIDJl7Hw2lGe/HBBEwIsKTc33gNjBb"
    "3T3xXnOo5bcE2IGTjfYUH0Jm8CqOxXjEskuJ2DPZ7JStLd9geNjtmQb2UDXhIdLZOlvIkW"
    "ybLxDunH39/MX69fLr1Qmyg7lrTXngDZhKPev+ESbaeBmm/dbrfQoT5SA1k6lX5xcXMsWj"
    "jjNgF5e/XJ8gh98K2Ga+6fVvzi/7sNEMC8vyjZD64bL/4fyid6JOmmFjqg9Rev6lXNUtG7"
    "o6kcwOOjnb69SU8Oo9entbZs/VrIMmIhvctIumxafavHtqEsfWUW7soCnWcsTswQhI5Fj2"
    "td9XxBtpOTBFvDmTDVg+lBbBgH3sylHuDN4qhzh7wK4/nX/5AgliRoFfuc6o92S0m6LOVm"
    "LdbNbh3wLSjTIBLTzxy0abe+aSrKiZUlo9pQjYKW++NpoSM4yqNut3yh27mcWQSOzetunj"
    "k50dggVZj5uYEzX9qM39SM1qa20jZSWNltusZSIhXEfHaTmj4TZrWBYVlFFeq1kuiYQhua"
    "xPciGex0vMkGqmcSywC1bIJsjGhV3A59lb0XtaJZsq8WZX9W6KvhFwtV2UbnysjF7hEuq6"
    "brV/MebSqJIpOqBzGIaaDtGtxxcCwbXzsCkyP9FXF2KPIEbghoiFR32fMARHiFfeEP5kL4"
    "SQ3y5cpOgs0RTrfRtqi+jWi9T15Op0c9ehEK/L93QGiEyFHD8JJMe/KfeiyGIlOwWmh3yk"
    "jtgZMJUzvEIDonaxriAEEg8F8WTV9icEQxyu2A/ftK/LEMOX0UE+ap9oqeNupbCIL4qE79"
    "N7fbb6qKG+fU9tRsFl6uFu0QkSwXgaHQ8EDzlDjIfXqI/IGAeCqPqFHxRfKIlewEfBHfIo"
    "vEQT4QGbcwgA11e1v0Qyf1JE9GYVYEy460hpvZAPl4MwZ6m/Sb9HwgQR0FqTEFxMHerDnZ"
    "UYOVJrzoDBjZV5mDI5hcZFnS2v364ikjUasovBIpuCQ12gCbhCcxKEIOUNhM1EzOJKw00m"
    "7xFNtwQpLSvBIGTyDu7jVIrUwdNKBQOmzr+HUO2oTJZEf6s2iVFYFygMOwsIp06VGVZ3yq"
    "05Xlp/B9wnqtIhDqgMBpVLNprAIUJWauhgdhvIgWIopcayw4PQ+fUlenP0j58P5AuGrkfu"
    "KFlY1I43K8OkqPG6Ujxu93DkP7T6koYaikELhYpfTiSgMgN2onapylhAK3eDkQNh7zaKdj"
    "ZlVSEyPw43Z8F8BKkqFvwg7NeQQwwRhKrL4W+p1DRgi2i0MNHgW7o5GgaMNLFOUiJt3hZt"
    "lYGSiTfRA08TyFMixiRsjng8rpeMNLVU87Sc4Zs34JtTZilrTs4IjcmQRVlDiVybjqosV8"
    "vjfA1SakHW6OGBegBvo6iEmjjYnNyuR8NqMAvRsKEfZilfs1kjLojuzFb3hluwOld3HQ3k"
    "BA3+6+EvGzIX/rp9ICtqdLCeDqZYWC53SnY7a83ItJixIhtYkQCcWlVZA/BYziDeAPHMil"
    "cR9XpCWUF4Z8aZx6CVRcuBTfz+tIxx/Js7/skKa7MZMytn3J51J0y9JL6OzZKX3JmhZNMm"
    "i9o1ajp/xkJm8mwweSb7YE1nzqzkzrT1x5g2YeOpKZyRzA4N3I8FZeOzOWMhA2a2s2uiQ7"
    "NZLSW0MzflbnhCIzZdj4uaETRExTYTFc1pRdWdbjvPrVnltCJNQWrsq2XEzMk1aw+s6W3X"
    "te5Rqihgh+yG5z3PRjf0ok7MgTbZo1cyA8L9dyrlm+3mAG5ZI18V34p+3viUm0QFI85nQG"
    "ktcU5OQ9GPn66IgyuuyAhhPw2L2aG2XdyCfRhE0f2puwiPug/rYfCU3L+1G334+1OGPajh"
    "riTqIRoGq4MeYPhY/doymZczTVcHXgyJYw8U7X5GXB+Nlig89eO+gAT1NKSCM7JAUPeTTg"
    "7kzbx1wCpCIoY2mfOhYvuHZ1ktuLpiWEVGwEMEoJ4gHviCaoY59RHjjIQMcuqpO9VU/ABn"
    "PPDgGrQ+h0TIsZhyfWlYIFwVx6djB4AWH0YxyMf7KB3FEHH7deGpsAd98ZjP5etH3F6GQA"
    "RMEN93iD0Mb12Dy9yw42RCO4SKGhAcLSHGZBj2CisVVxDx42P2fZrXDsKy2ClUW7Yw8n7A"
    "dGwEJAg+J1Cf8FvR0OHjmaoOnulL3+RnQH+R/T317iQUIPfRSaABnwxYAYUk8MAhQsQRHg"
    "LiCziUsaBCXZAn3U/rf6WiEtq9bArR9XHn3X4XAWd7hIUh2LfeaN9D1QT7qewGTqM7HBKJ"
    "3btwbZWzb46qz745Kpx9o/42ADfKvxORC1lwj1cB97ga3OMCuFRY2J7TptuHaTGzgdhgAx"
    "Fm9IZYRyIG5wY4x+bOOkda5GTNTkKbdxK0tsAUtzyCRdl+XfVcUSq8A9d/5U/hXO0Yzrpz"
    "OAszR+g9rNG/spKmd7W5dxly0ebmrNiRbgh3Rs4g3sgayy9DFKGv586Ul2DoXSUgrxuiWy"
    "pvmnmDZq7XwxrCnggZrBtgHa/6FeGuDgLICJkogOZRAHp5dh0Wel5yZ4buDXNL9HI88dZS"
    "Qomw0cND9ACXwq+th4yw0cN6ejDk4efB3RBLqxWyW8TSBidCphh2LrVgu7ykXzYgkXRd+o"
    "kst7AJrMSyMVytlWAKD2e0PDIm0ist868aoPVRlbbrWM2xXeb+G5xipuod9RUCD+x853FB"
    "W+s81iMF15JJc4k+lC6580AZSmn7KKVbiVRyfPX6UK16JexWAhQeRLYZhLZlKHpKVnJXjv"
    "9j2OAu8JLDJ3t1zGSc5LmPmlwNwyOTNn8Uxubhweu3r98dvXkdrwXEKXVLAPdzMSuXXao5"
    "INWLLrtAGTw8Pl6F+3F8XM39gGe56whlp2qAcJh9B9E9WIlZc1DDrDkoMmsqD+yuvsWl+s"
    "DuZte4tA3tGnAf7R6XButIjz+Zff9/d9yg8Q=="
)
