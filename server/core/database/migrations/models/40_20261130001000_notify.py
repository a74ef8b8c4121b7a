"""Notifications of new tweets, which followers turn on for one author at a time."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# The statement that publishes a tweet only notes that there is somebody to notify; workers notify them in batches, in the
# order of their ids, and remove the notifications of deleted tweets in the same way. There is no foreign key to the tweet,
# because the row outlives it then.
UPGRADE = """
ALTER TABLE follows ADD notify boolean NOT NULL DEFAULT false;
CREATE INDEX follows_to_notify ON follows (followee_id, follower_id) WHERE notify;

CREATE TABLE tweets_to_notify_of (
    tweet_id bigint PRIMARY KEY,
    author_id bigint NOT NULL,
    notified_up_to bigint NOT NULL DEFAULT 0,
    deleted boolean NOT NULL DEFAULT false
);
CREATE INDEX tweets_to_notify_of_next ON tweets_to_notify_of (notified_up_to, tweet_id) WHERE NOT deleted;
CREATE INDEX tweets_to_notify_of_deleted ON tweets_to_notify_of (tweet_id) WHERE deleted;
CREATE INDEX tweets_to_notify_of_author ON tweets_to_notify_of (author_id);
CREATE INDEX notifications_of_new_tweet ON notifications (tweet_id) WHERE kind = 'tweet';

CREATE FUNCTION forget_new_tweets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tweets_to_notify_of (tweet_id, author_id, deleted)
    SELECT c.id, c.author_id, true FROM changed c
    WHERE EXISTS (SELECT 1 FROM tweets_to_notify_of n WHERE n.tweet_id = c.id)
        OR EXISTS (SELECT 1 FROM notifications n WHERE n.kind = 'tweet' AND n.tweet_id = c.id)
    ORDER BY c.id ON CONFLICT (tweet_id) DO UPDATE SET deleted = true;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_new_tweets AFTER DELETE ON tweets REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_new_tweets();

CREATE FUNCTION tell_of_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, actor_id, subject_id) VALUES ('notify', NEW.follower_id, NEW.followee_id);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_notify AFTER UPDATE OF notify ON follows
    FOR EACH ROW WHEN (OLD.notify <> NEW.notify) EXECUTE FUNCTION tell_of_notify();
"""

DOWNGRADE = """
DROP TRIGGER tell_notify ON follows;
DROP TRIGGER forget_new_tweets ON tweets;
DROP FUNCTION tell_of_notify, forget_new_tweets;
DROP TABLE tweets_to_notify_of;
DELETE FROM notifications WHERE kind = 'tweet';
DROP INDEX notifications_of_new_tweet;
ALTER TABLE follows DROP notify;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXetz27gR/1cw+nLJjOqJ7Ti5+jqdkWPlzo0jZ2y5d9fzDQWJsIWKAlSCtKJp878XC/D9skjb"
    "MqXgQ8YRgAXJ3+Kxi33gv505t4kj9noL+omsOsfovx2G50T+J1PTRR28WMTlUODhsaOa4gW1ZmSl"
    "CvFYeC6eeLL8FjuCyCKbiIlLFx7lDFpfMIJka8RvEUa+IO4eGi38sUMnIzTH7kwgb0qQTeZc1Yof"
    "0IzxJQMa0UXLKZ1MEeNjbq/QBDPkkns+I3vwbJtP5MMpu3u+x9ywGzaaY5tYS+pNR4jqbuBB3hR7"
    "aIkFElPoZzklTJbJBly+CZQD2U9ooH5OiUvC7qE9saHZHoK3Vh3ZnIgbxrinXks9REz4gqARnky4"
    "z7xR1Ccar+QnLlw+IUKo72WIYNehxEX38ssk7l1ZZqM74glEPWg/wjZfeCMFm8/of3xieVzWy/eS"
    "4P3xpyymzCZfiQh/LmbWLSWOnRok1IYOVLnlrRaq7ITenTHvo2oLTBlbE+74cxa3X6y8KWcRAWUe"
    "lN4RRlzsEXiC5/owcpjvOMEgCweTftm4iX7LBI1NbrHvwPgDav0CcVnHsgYXQ+uqP7SsTm5shhSJ"
    "cRQUTTiDcS1fVSgA7uAV/vLXg4PDw/cHbw7f/Xj09v37ox/f/CjbqvfNV73/pl8mRkt3pTA7+/ls"
    "MIQX4nLy6FkFBd8UDfawplLMiNGfYjEtwp9hd1WMf0iR4cB45RGR5UGIeBUTwoKYC/Gk3wAbqhA9"
    "vziBnudC/MeBgn/2Lk/OBr3L31997v32WlWtgqrzi8HPYfsFF96dqzrqnPw+7PcUD2LM1d8c5h+m"
    "2C1GPGyfQVx+xRbi3Znjr5ZD2J03lT+P3lTgL+H+8Evv8tXRm9fpYT0Iag5UVRpctcKJPLw918Ul"
    "IzomySDsUJFbVrYA4gpIh/3fhn/8mYFMb2kFqwDnDsGsGLSYKLsQSKrnAi0q2fBCcHFxnloITs4y"
    "C+3g+vNJ//LVvhqoshH1UutvjPXEJYCJhb083qeyxqNzUgx4mjIDuh2Q7oX/2cJh25EfaF8wZxVs"
    "xFXD+Oxz/2rY+/wlxZXT3rAPNQeplTksffUus4pEnaBfz4a/IPiJ/nUx6GeX8Kjd8F8deCfse9yS"
    "ApWF7YTMEJaGqKW4Tr4uqOytAdfTlE/A9eB128L0LWFyiEkll7V832RupykNl9vMZdCl5HzUGlTN"
    "TTNHu8G9M9RttnbrjFRmq67KmKV8WHls/5TapPoY8wCOOWrDnyBqhHzrBJWNQQ+HJrezQsUdQM2z"
    "4SN3Cb1jn4hWdc7ke2M2KdIeg7O566CbLWPBt3CMhaXxBHXxMjplSg49+e3yi4leXT70rj70Tvud"
    "4gXmCXCNzzy3a1lZF9jskppCV74EGlyfn3fUAB7jyWyJXdsqGcnQVcGCElB9/HRJHKw+47sBW8HG"
    "D3gCrhSQ+ar5wTxbghm+U58Ez4YnBWBJAWUGh9edgpP6qK5bdVY/DlqteVjfQ96SEE+fSetzdDQj"
    "ZCHQLXeR5C1xu4gytHDpvfyxh4ZTgqiNuGsTV5+Nw0FMFzGyJMJDt9QVXv6w/vkeU3C4/Ue0/qqH"
    "dv40p91t2TO7Fafd5vSlnEG7e/qipmhtqTVJZcRWozFsB/RGY9ikxqA3/8djOgz72VFQk2tpMarl"
    "isJzysIfueOoTSMnCQc1lXLwrWqzphQ80q2JO0Kw02qBU+Gi/C3CajLSfhZLkGJlk5VsDdsh8pkD"
    "rhlKuqUCTaltE5aXgp/nMeCy8qtU9tCIcY/erkZKSi7sF+kWKH4RRV0sbIt1pe2wMzXXgkcZobs9"
    "206V0K1HlrD0WKp5Yp4nNubmGmfmejLWxDwmMlgb075RLiuVy3A3qq3jZAiNntNYxQyFg6YsMKrm"
    "U6uaKXHNqJsVmlFmCD6sckbSr4F2PWhJC/XOiDcFmmeSb+W6J022elj5lFL0ZCp1M/kooSMK5D+P"
    "uyq2QQUxSOldq4SyziWgldk6/gBLcVDqYSoEQdUBHcQa3MtCWmCIee6HPXGswdUcO86jVcF15k0b"
    "dMHDg/fvop0AflSt/Vefe+fnDyt4it95YK+vz05LnBpDggyuvk/tPSDb3lWpCEblxH6oZdSk9Km+"
    "NC3KeC734ftyYP7j6mJQYqeISbKaA5146H/oOb3YO3+79dkEsEJjnzqeXJb24LF/72weZoAopTSE"
    "YQJRtEZCqftQEKsBHZwUCTYvtUncUw8HABVsE1HtAxtF2K5GbJ1D2WwPjeAsXMWnCeIF8WbUk4vy"
    "BJZjoWLEvsrBJfmlzO0Q8sZ1hFi4jkNQ23hVuE0843NMNFqL1YaqncTjM8Ks+jFpaToTmdZtGJmG"
    "7Tmte0Ib0ZjDwnoHs/ViAIP2m4sB7DzXFp6OADx4s04IoGxVGgOo6rKu4l8tuVMUhAFW+IjHJJs7"
    "CNp/3uX8YP/t+7c/Hr57G63iUUnV4l3oxVGwMVb5b2z4RO3NlgBpjATlUO+ukaBF8X9t4/qWcNkE"
    "ABouZ5bw8aq2wSlHaiLRtsqv9LtFvsLWF4/pzZmkWsaHdS1SuelfEjWVHecG2Mc67b7MCe45nRWa"
    "+FR5t+rU1pEt1g6vgq//QSCg0anKlF9mWYBTkc9lJpDq8R0WOnFG3tJqTBvvzdas7t2KI1mjsJYz"
    "aHcVVhMy9b2Jtt8v9BWyrYnvWU/+eji+5+VE2m3FtKUy7WdiU9zzPDyZzol6+Zx4m21SKenOobGU"
    "EcLWa0u9CzrxfJfsoZGy/kZ5dF3MbD5HC+x6ILxST6Dry3PlbRb85ON/k4mnsvQWSb9P03EY9MSX"
    "cnRC+l/Iw3uPGRVTNCa3crCrToOHoVeXcsu+PPswfH2c6EqgJfcdWxJIoXsxxYzYeyiZ6OCG6S6J"
    "lNYJvifBm/KlJJnKAY58pqEldhd5HDqagCmXyJqF8ZVo+9ZUJZirwVnHhBwRPI0N+WVZkLIhHx6s"
    "YUI+PCi1IENVJiUqFzT0rarjLpqk2xnjZ3Of0URaXg+XOTz0mT/PbfkpVCPiDXo/LAizAZt60Ha+"
    "9AenZ4Ofj1FAf8Mu+73T349VNO7qhp1cXnzqD47R2IXZCLWfL/7ZP4X6Ob/XVvO6w39/HQ+K/XIH"
    "iv2c/4TcM8h84RX4T1QP/ySdGf4JQJfcnclHWT7zqFP3ICVHbOyDbbYP3mLqSJEuz+Uh+VoWiBaT"
    "NFritoib/d+GKUbmnLRTjoth86zndma5cgqU9HK0g+Y74Eq3aaDl4z2po2nMaoieWbpdGORZN8a1"
    "vBgrnBize/CS2kWZKEv33qj9Dlm2n8ztbkro3bRgkShFMyYwcObh9Kb+fFzspl+hfyaJdm8FePd2"
    "jRXg3dvSFQCq0ijb9I6IIiG8PBgsQfKoYLCWIb2JqK+UthrkfqoRBhGSmCgIkzLFGJerHSinmN01"
    "43qK0nC9LVwv0IuDt4+5rgwhtc3aSSpj127sUvBC/hwtEyNa4VOgRnSeD8b8nTZ/Jyd+yv4dGkpf"
    "NhNry0b2ox011rmy4TndCq7ARO07xL70C9MdpOq7VQ4FImxpuX6dnAey9R4aSTHeiyz+IEQEqVA9"
    "BCPHVpcJ/KSdYuW3+NiBVDVdZbKXDdySPAdP2HehZ+1MDjsla8snGMfa9mwD3Qr7fcizJgbRkLbN"
    "N8J2Tq8/f7F+ubi+PEa2P19YU+67N0yVnvZ+DwptvArKfu33PwWFcpGaydLLs/NzWeJSx7lh5xc/"
    "Xx0jh98JMJoO+4Ph2cUAzKZwsCyfCKUfLgYfzs77xyp1CJtQnRXn5Y9y1bSsqeqENDuo5GyvUlPg"
    "KO3Su7siea7iHDQm2aAJKtwWn8sU9dwuCVvnQGL7dbGWK2YfVkAi17LrwUC5kUjJgSk3klM5gGWl"
    "lAhu2MeeXOVO4alyibNv2NWnsy9foEDM6GLRMieSPM/W8iHZrMK/BS4kSgS08K1XtNo8sJekSc2W"
    "0uotRYClvP7ZaILM+Ae1mb9T7tj1JIaYYvfMpk/vu+sQLEgzT7sMqZlHbZ5HaldrZEZKUxout5nL"
    "RELYhMdJOsPhNnNYduUXOXCWe7nEFMbJpbmTC3FdXiCGlPvNRgS7IIVswnU2ZwV8GduKtmkVGFUi"
    "Y1e5NUVf8baeFaUX5QnRJ1xC3b+s7BcTLoUqWaKz/o8grbMkGqE7ly8FgnvEwSgyP9Z30WGXIEYg"
    "5f/SpZ5HGIKc0KVXPj/bAyGGswc34zkrNMXabkNtEV5jkLhvWqWrXjgUAjB5VzeAm/WgxQ8CyfVv"
    "yt0wVFTRTsHTQ1apnCk3TLUM7kSQr7/A+gUhMnQkiCtfbe+WYAgVFXvBk/Z0H2L0OszMouxEK32T"
    "giQW0c1/8H3a1merjxrp69SUMQpuxw6sRcdI+JNpmO8FKjlDjAf3Yo/JBPuCqPcLPii6IRC9go+C"
    "S8FRcCsiwjdsziGiV9+9/RrJ9nEX4ZNVDCzhC0dS64N8uO2BOSv9Tfo5EiYIadWcpIKOqUM9uIQQ"
    "I0dyzblhcAVhFqZUS6FxUcnC9dPFlC+ZCYHdZhNaEFZQZw9LkLTZeNaqbSwpNFBmqfVQzpba7kR5"
    "WuNU1NihS639lst5A7euHK3hwyP5APt1ngk918VlNxak6TIM2DkFRoP5x58Z9AJJxlLSWr1BnCPd"
    "GWPRhkewSjXYhAMZQoN/M/zDG46bzYE0qeFBMx40upraXEndKOYnVsvyeFd7BqQpd2asP4VzQHC+"
    "UW/5SBDtzI0nG144TABbOUO2M5RpnQA2fSpVW+9KkZlgpsaTLnmO0ChXakkHRgt+ohAnPdDzPDEx"
    "TulonNSC8HDe1Oyw3RzALRvk6+JbMs9rBz7FLJCi/QysHAVJGU4C0o+fLokTXcxaDPtJ0M0Oje38"
    "mcLjIArvSNhFeFTO28fBU5Bjdzfm8LfntISr5a7AEB4ug+V2cFg+1k9NLNtypi2YcNBLInO0ssTO"
    "yMKD24qDQJCHbNSqVv3CcNEGgnc/LrCFb+CpN6zESj6yyZyPlAE4CG9ccnWNiDKWQyUCUI8R9z1B"
    "baIzJiPGGQks4lRd4iyUSZkz7ruQ6njA1c3OsgXc+EzFDRO+WCjXLm1OhiuhA8O2rN5DScN2aO7V"
    "nScs4cryC9mQGR9zexUA4TNBPM8h9ijIrAwJm7HjpKz9QhmSBUcrcDsYBbPCSpiaw/hOZZhWtJpO"
    "+QMAMdxYDa8tRxj56YZpczkUCD4n8D7Bt6KRwycz9Tp4phM7y8+A+SLnu7Fbt1087lbYradywDm1"
    "EujFFLuXvHmdwKPD8sCjw1zgkfpbA9yw/U44BKTBPVoH3KNycI9y4FJhNbklPElmjstrHJfD3lkT"
    "65DE4FwD50iwaBJPkKE1/uZt9jfX3AKh13IJFkVWk/K9opB4BzIJZ1MgrJcDoSoJQm7nCOT0BvMr"
    "TWlmV5tnlzGlb27PilTWmnCn6AzitaSxrMKfh77aiaG4B+PMkDw9VuceNcd0TGQGdI0BrU+nmjif"
    "ZSl3Zghv2JqtDwCJ24gJBcSGD4/hA9yz05gPKWLDh2Z8MK5sxpWtbWequ+XKViMsOeHTs6AWGOgK"
    "5mUNs3VvQT+R1RYOgbXs+sY7ZC2YgghhyyUTQu8LJf0aaH1Uve06VnNsF9i0DE6xb9w99RQCj5x8"
    "Z1FHW3uOWI0U5MaV4hJ9rIPWzgNlnNja58S2lUjFOVSaQ7XuvQRbCVAQy7sZhLZlKXpOP8ieXP8n"
    "YOjLeUIGNd0qX0gct3nIGbIchid2XvtePNceeYVjuU9a6bFLuS28/NBlF1ynDo6O1rGBHx2V28Ch"
    "LpMTW06qGggHzXcQ3f21PAz2KzwM9vMeBqX5gMpTCZbnA6qXS7BtaG8imeCLprf79n8IqPfb"
)
