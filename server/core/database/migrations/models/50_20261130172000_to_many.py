"""One index for the notifications that workers write, and forget, in batches."""

from importlib import import_module

from tortoise import BaseDBAsyncClient

POLLS = import_module("server.core.database.migrations.models.49_20261130150000_polls")

RUN_IN_TRANSACTION = True

# These kinds may go to very many people. They are removed after their tweet, a batch at a time.
UPGRADE = """
DROP INDEX notifications_of_new_tweet, notifications_of_edit, notifications_of_poll;
CREATE INDEX notifications_to_many ON notifications (tweet_id, user_id) WHERE kind IN ('tweet', 'edit', 'poll');

CREATE OR REPLACE FUNCTION forget_new_tweets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tweets_to_notify_of (tweet_id, author_id, deleted)
    SELECT c.id, c.author_id, true FROM changed c
    WHERE EXISTS (SELECT 1 FROM tweets_to_notify_of n WHERE n.tweet_id = c.id)
        OR EXISTS (SELECT 1 FROM notifications n WHERE n.kind IN ('tweet', 'edit', 'poll') AND n.tweet_id = c.id)
    ORDER BY c.id ON CONFLICT (tweet_id) DO UPDATE SET deleted = true;
    RETURN NULL;
END $$;
"""

DOWNGRADE = """
DROP INDEX notifications_to_many;
CREATE INDEX notifications_of_new_tweet ON notifications (tweet_id) WHERE kind = 'tweet';
CREATE INDEX notifications_of_edit ON notifications (tweet_id) WHERE kind = 'edit';
CREATE INDEX notifications_of_poll ON notifications (tweet_id) WHERE kind = 'poll';
""" + POLLS.EDITS.FORGETTING.replace("{edits}", POLLS.EDITS.OF_EDITS + POLLS.OF_POLLS)


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
"eJztXWtz2ziy/SsofZmkSuuK7TiZdW7dKjlWZrxx5JQt78zsaEqCRMjCigK4BGlFtTf//a"
    "IBvl8WZVumFHxIOQLQIHkajwb6NPDf1oJbxBYHHYd+JqvWKfpvi+EFkf/J5LRRCztOnA4J"
    "Hh7bqih26HBOVioRj4Xn4okn06fYFkQmWURMXOp4lDMofcUIkqURnyKMfEHcAzRy/LFNJy"
    "O0wO5cIG9GkEUWXOWKn9Cc8SUDGdFGyxmdzBDjY26t0AQz5JJ7PicH8GyLT+TDKbt7vscM"
    "2ICNFtgiwyX1ZiNEdTXwIG+GPbTEAokZ1LOcESbTZAEu3wTSQewD6qmfM+KSsHooTywodo"
    "DgrVVFFidiwBj31Guph4gJdwga4cmE+8wbRXWi8Up+ouPyCRFCfS9DBLs2JS66l18mcW/L"
    "NAvdEU8g6kH5Eba4440UbD6j//HJ0OMyX76XBO/Pv2QyZRb5RkT405kPp5TYVqqRUAsqUO"
    "lDb+WotDN6d8G8T6osKGU8nHDbX7C4vLPyZpxFApR5kHpHGHGxR+AJnutDy2G+bQeNLGxM"
    "+mXjIvotEzIWmWLfhvYH0voF4rTWcNi76g9vuv3hsJVrm6FEoh0FSRPOoF3LVxUKgDt4hb"
    "/9/ejo+Pj90Zvjdz+fvH3//uTnNz/Lsup981nvv+uXidHSVSnMLn656PXhhbjsPLpXQcJ3"
    "JYM9rKWUMmL0Z1jMivBn2F0V4x9KZDQwXnlEZHUQIl6lhDAh1kLc6beghipEL6/OoOaFEP"
    "+xIeGfneuzi17n+o9XXzq/v1ZZqyDr8qr3S1je4cK7c1VFrbM/+t2O0kGMufqbw/zjDLvF"
    "iIflM4jLr9hBvFsL/G1oE3bnzeTPkzcV+Eu4P/7auX518uZ1uln3gpwjlZUGV41wIg9vx3"
    "VxSYuORTII21TkhpUdgLgC0n739/6ff2Ug01NawSjAuU0wKwYtFsoOBFLquUCLUrY8EFxd"
    "XaYGgrOLzEDbu/1y1r1+dagaqixEvdT4G2M9cQlgMsReHu9zmePRBSkGPC2ZAd0KRA/C/+"
    "xgs23JD7SumL0KJuKqZnzxpXvT73z5mtLKeaffhZyj1Mgcpr56lxlFokrQbxf9XxH8RP+6"
    "6nWzQ3hUrv+vFrwT9j0+lAbVEFsJmyFMDVFLaZ18c6isbQOtpyWfQOvB6zZF6Tui5BCTSi"
    "1r+36Tvp2WNFpuspZhLSX7o15B1Zw0c7JbnDvDtc3OTp3RknlYd8mYlXx48dj8LrXN5WOs"
    "A9jmqA1/Qmgj5BtnqGwNetg0mc4LF+4Aal4Nn7hL6B37TPRS50K+N2aTotVjsDd3G1SzYy"
    "r4HraxMDXuoC5eRrtMyaYnv11+MdGjy8fOzcfOebdVPMA8Aa7xnuduDSvrApsdUlPoypdA"
    "vdvLy5ZqwGM8mS+xaw1LWjJUVTCgBFKfPl8TG6vP+GHAVrDxI56AKwVkPmtxtMimYIbv1C"
    "fBs+FJAVjSQJnD5nWrYKc+ymtX7dWPg1JrbtZ3kLckxNN70nofHc0JcQSachdJ3RK3jShD"
    "jkvv5Y8D1J8RRC3EXYu4em8cNmLaiJElER6aUld4+c3653tMweb2n9H4qx7a+svsdjdlzm"
    "xX7Hab3ZdyBe3v7ovqorWt1qSUMVvNimE3oDcrhm2uGPTk/3hM+2E9ewpqciwtRrV8ofCc"
    "tvAnbttq0shZwkFOpR08VWXWtIJHujRxRwhmWm1wKlwU3yLMJiPNs1iCFSuLrGRpmA6Rz2"
    "ygZijrlgo0o5ZFWN4Kfp7HAGXlN7nYQyPGPTpdjZSVXFgv0iVQ/CJKutjYFuta22Flqq8F"
    "jzJGd3OmnSqjW7csMdRtqeaOeV7YuJtr7JnrzlgT81jIYG1c+2ZxWbm4DGej2mucjKBZ52"
    "y8xAyNg01VYJaaT73UTJlrZrlZsTLKNMGHl5yR9WugXQ9a0sB1Z6SbgpVnUm/la0+aLPXw"
    "4lNa0ZOZXJvJRwkdUSD/edxVsQ0qiEFa73pJKPNcAqsyS8cfYGkOynWYCkFQeSAHsQb3Mp"
    "EWOGKe+2FPHGtws8C2/eil4Dr9pglrweOj9++imQB+VI39N186l5cPL/CUvvPA3t5enJeQ"
    "GkOBDK6+T60DENvdUakIRkViP9Y2atL6VF+aNmU8l/vwfTkw/3Fz1SvxU8Qi2ZUDnXjo/9"
    "Bzsthb/zP12QSwQmOf2p4clg7gsf/b2j7MAFFq0RCGCUTRGolF3ceCWA2o4KzIsHmpSeKe"
    "ejgAqGCaiHIfmCjCcjVi62zK5gdoBHvhKj5NEC+IN6OeHJQnMBwLFSP2TTYuqS/lboeQN6"
    "4jxMJxHILaxqvCaeIZn2Oi0Rq8bKiaSTw+J2xYPyYtLWci09obRqZha0Hr7tBGMmazsN7G"
    "bL0YwKD89mIAW881hacjAI/erBMCKEuVxgCqvCxV/NtQzhQFYYAVHPFYZHsbQYfPO5wfHb"
    "59//bn43dvo1E8SqkavAtZHAUTYxV/Y8s7am92BEjjJCiHen+dBA2K/2ua1ndEyyYA0Gg5"
    "M4SPV7UdTjlRE4m2U7zSHxb5Cl9f3Ka355JqmB7W9Ujlun9J1FS2nRtgH0vafZkd3Es6L3"
    "TxqfR21a6tLUusHV4FX/+TQCCjjypTvMyyAKcizmUmkOrxFRaSOCO2tGrThr3ZmNG9XbEl"
    "axas5Qra3wWrCZn60UzbHxf6CtvWxPesZ389HN/zcibtrmLaUJv2C7Eo7ngenswWRL18zr"
    "zNFqm0dBdQWNoIYem1rV6HTjzfJQdopLy/0Tm6LmYWXyAHux4Yr9QT6Pb6UrHNgp98/G8y"
    "8dQpvUXW79NUHAY98aVsnXD8L5zDe48ZFTM0JlPZ2FWlwcPQq2s5ZV9ffOy/Pk1UJdCS+7"
    "YlBaTR7cwwI9YBSh50MGC6SiKtdYLvSfCmfClFZrKBI59paInVRh6HiibgyiUyx4HTjLmg"
    "AKn6SHiuY+MJgWMSorixD6oFIDodMC5tneyxwEJ/vDqBOPlFhojR9HmvyupXLb+OfzoSeB"
    "oH9cuqIOWgPj5awz99fFTqnoaszHmrQafL41vNRU3KbW378pkdq5vzURNH/nq4jEzRZf4i"
    "Z06kQI2Et8iscAizAJt60La+dnvnF71fTlEgP2DX3c75H6cq0nc1YGfXV5+7vVM0dqEzQu"
    "6Xq392zyF/we+1R75u6z9ch51xWE7OOMxxM+R8RBaOV8DNqG79Sbm94RU8RfNfcncuHzX0"
    "mUftups0OWHje2yy73GKqS2Nq7yW++RbWZBbLLLRELdD2uz+3k8pMkcAT5Eiw+JZVnhmuL"
    "ILNgDK0Q6K7wFNb9tAy8d7cv2nMatheWbl9qGRZymSazEkKwiS2Tl4Sa2iUy5L596o/B55"
    "zZ+M0jcj9G5WMEiUohkLGDjzcHozfzEuDgGoWH4mhfZvBHj3do0R4N3b0hEAstIoW/SOiC"
    "IjvDzQLCHyqECzhiG9jYiy1Go1OFeqRohFKGIiLMxxLMZxXU3OnGF2t5nWU5JG603ResG6"
    "OHj7WOvKyVLbZZ6UMj7zjekKL8QVaZgZ0Qi+gmrReT0Y13ratZ7s+CnfeuiEfdlTXhvWsh"
    "9NAlnnOojnpCzcgPvbt4l17RcepZDKb1eRFURYcuj6dc5TkKUP0Eia8V7EJgAjIjhm1UPQ"
    "cix1UcEHTbiV3+JjG47BaSu3vCzglpyh8IR1F7J257LZKVtbPsGQdpszDbQr3PehzjZxiI"
    "ayTb5ttnV+++Xr8Ner2+tTZPkLZzjjvjtgKvW880eQaOFVkPZbt/s5SJSD1FymXl9cXsoU"
    "l9r2gF1e/XJzimx+J8Bp2u/2+hdXPXCbwsayfCKkfrzqfby47J6qY0nYhOoTd15+K1d1y5"
    "pLnVBmDxc5u7uoKSBhu/Tursieq9gHjUW26IIKp8XnckU9NyVh5wgkll8XazlidmEEJHIs"
    "u+31FI1EWg5M0UjOZQOWmdIiGLBPHTnKncNT5RBnDdjN54uvXyFBzKnjNIxEktfZWhyS7S"
    "74d4BCokzAIZ56RaPNA3NJWtRMKY2eUgR4yuvvjSbEDD+oyfqdcduqZzHEEvvnNn166q5N"
    "sCCbMe0yoqYfNbkfqVltIzdSWtJouclaJhLCTXSclDMabrKGZVV+EYGznOUSSxiSy+YkF+"
    "K6vMAMKefNRgL7YIVsgzqb8wK+jG9F+7QKnCqRs6vcm6Kvj1vPi9KJziDRO1xC3e2s/BcT"
    "Lo0qmaJvFBgFcYkjdOfypUBwRzk4RRan+p477BLECFwnsHSp5xGG4Lzp0uukn+2BEB/agV"
    "v37BWaYe23oZYIr0hI3GWtjsJ2bArBnbytC8CtfVDiJ4Hk+DfjbhiGqmRnwPSQWeo8lgFT"
    "JYP7FiDEE+sXhKjTkSCufLWDKcEQtCkOgicd6DrE6HV46ovyE630LQ1SWES3CsL3aV+fpT"
    "5qpK9qU84ouHk78BadIuFPZuFZMpDJGWI8uHN7TCbYF0S9X/BB0e2D6BV8FFw4joIbFxEe"
    "sAWHaGF9r/drJMvHVYRPVtGohDu2lNYb+XCTBLNX+pv0cyRMEC6rNUkFHVObenDBIUa21J"
    "o9YHC9YRamVEmhcVEHkeunQzCsvjVxJLsYbLIpONRti4ArNCdBCFKrgaCZiHn00nDtxQdE"
    "ky1BSsuXYBAAeA+XNypF6khbpYIBU4elQ1xvWCeLQ4VVm8QoeBeoDNtLvErVqV73airfS9"
    "aD7VC9qq0tobE4/tiGUGMLhQ7CNhpBNHQUPMz8xRhSpy5fwNG2ClQoIUYIwoPlKLJSXztg"
    "S2JChHfbxxjEXdSZ5BMiTfYuNmqeT4Vt6P5bB/KEiLGs6iMeDY8FI00lYzspZ2jbNWjblA"
    "2VUSRnhNqcwrysYRZuzOpUBuDQ5XwDbmdO1ujhkXoAoz2vhI7r4rIrUdJyGQXs3S6GBvPP"
    "vzLoBcuZoVqy1WvEOdG98RhvuQWrs0w30UBG0OC/Gf7hFeqb9YG0qNHBZjqYYTF0uF3gNK"
    "w0I5NixoqsYUXqnaO6aEdCBusaWMd7YXm8q+lYacm9GVuegpEFu2Z14Qxl9sjYfiooa582"
    "FQkZMNOdXTs76pkRCaG9uVptywYEsehmfJSUoCErNJmsYE4sKO90uxm7vs6JBdoNWXuPLS"
    "Vmotc3HliTe8YbHbxfUsEe2Q0vG9OuG3peJyaoPR1+nRoQHj6EP9tstwdwwxr5uviW9PPa"
    "ke6xCsacz4HWUrA4OQtEP32+JjYuOfQ5gP0sqGaP2nZ+//hxEIUXbu0jPOoChcfBU3Bhw3"
    "704e/PSX1Uw10B8zEcBsuJjzB8rH/PhSzLmaasgVOPRPxDRb2bE8dD4xUKIn8fIiWq3IAO"
    "xsgSwbuftjIgb+epA1ZCixxZZMFHivEXnGex5OpOOsWOhEwEoJ4i7nuCWiS4gYJxRgIKJH"
    "XVJRyKQ8gZ9124N6PHIRFKLGdcZg2Y8IWjuPyaPwjUuIDJKLMPUJLJGPL7dOUJ6qOi+sHV"
    "GoyPubUKgPCZIJ5nE2sUXNMBt39g207RO4ViDgqOVsAzHQW9YpjgFoYHeigmopJNkPJAWF"
    "Y7g9eWLYx8GDDNj4QEwRcE3if4VjSy+WSuXgfP9S0h8jOgv8j+nnh2TAfMfHRMNuTTAcuh"
    "EJMPbSJExPIUwDHkUMeSCsP3a7wZ3kblfL+ZbNh2rZOZY4n9uxRknYj24/KI9uNcRLv6Ww"
    "PcsPxeECnT4J6sA+5JObgnOXCpGGJrQes6BJNixiVYwyUIc3RNrEMRg3MNnCMDZpNA1Yys"
    "8Q002TegtQXG9dAlWBR54MrnikLhPbiiInu21nqHa1WdrpWbOYL1wAb9Ky1peleTe5ehC2"
    "1vzoqWxjXhTskZxGtZY9mNhTz01WyY4hoMYasA5E0jhgrlTTOv0cz1DldN2GMhg3UNrPXW"
    "3yaU8qzk3gwiW+Yt6K1e4m6khAJho4fH6AGu0NxYDylho4fN9GCIqS+DuyEtlitkv0iLNU"
    "4cSrC3HDoEV2xBv6xBUOg49DNZ7WATWIvBYXhAa8EUHP4zdMmE0PtCS78GWp9UbfuO1QJb"
    "RQtRg1PEgrynnkLgkZ3vIqpoZ3dyq5GCay+kuUQfS8Xbe6AMXbF5dMWdRCo+HnFzqNa9cm"
    "wnAQpO6NgOQrsyFD0n47Ujx/8JuFpznNcgp13FesVxmYdor+UwPDF98EfhDj7ydvZyVmDp"
    "tks5G6F802UfyGtHJyfrsBBOTspZCJCXue5GdqoaCAfF9xDdw7U4HocVHI/DPMej9CTL8l"
    "PCy0+yrHdMeNPQrgD3yc4Jr7GP9PST2ff/B2KT8/E="
)
