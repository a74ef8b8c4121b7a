"""The statement that publishes tweets with everything that belongs to them."""

from __future__ import annotations

from server.features.hashtags.hashtags import ADD_NAMES
from server.features.notifications import new_tweets
from server.features.quotes.rules import may_quote
from server.features.replies.rules import may_reply
from server.features.visibility.visibility import MENTIONED, PUBLIC, RESTRICTED, is_shown, may_see

# A thread has at most so many levels below its first tweet. In a path, the id of a reply to oneself is less
# by CONTINUED, which no id reaches: so it comes before other people's replies to the same tweet.
DEEPEST, CONTINUED = 300, 1 << 53

# Publishes some tweets: $1 authors, $2 texts, $3 idempotency keys or null, $4 their fingerprints, $5 how many
# bytes of text a day of UTC takes (sessions are in UTC), $6 the tweets that they reply to, or null, $7 the
# levels of their visibility, or null, $8 and $9 which part of how many they are, or null, $10 their
# languages, or null. A tweet gets no row if its key was taken before, if its author's texts together are too
# much for the day, or if the tweet that it replies to doesn't exist for its author, is hidden, or lies too
# deep in its thread; nor if the author may not quote the tweet that it quotes. Of two statements with the
# same key, the second waits for the first. What a path is, the migration `replies` says.
_STATEMENT = """
    WITH {free} new AS MATERIALIZED (
        SELECT asked.*, nextval(pg_get_serial_sequence('tweets', 'id')) AS id, parent.author_id AS to_user,
            coalesce(parent.thread_root_id, parent.id) AS root,
            coalesce(parent.thread_path, ARRAY[parent.id]) AS above,
            greatest(parent.visibility, coalesce(asked.wanted_visibility, (
                SELECT default_visibility FROM users WHERE id = asked.author_id
            )){quoted_level}) AS visibility {cover}
        FROM {asked} {quoted} LEFT JOIN tweets parent ON parent.id = asked.in_reply_to
            AND coalesce(cardinality(parent.thread_path), 0) < {deepest}
            AND (SELECT NOT hidden FROM users WHERE id = parent.author_id)
            AND {seen}
            AND {allowed}
        WHERE (asked.in_reply_to IS NULL OR parent.id IS NOT NULL) {wanted}
    ), taken AS (
        INSERT INTO upload_days AS d (user_id, day, pictures, bytes, text_bytes, news)
        SELECT author_id, current_date, 0, 0, bytes, news FROM (
            SELECT author_id, sum({bytes}) AS bytes, count(*) FILTER (WHERE {news}) AS news
            FROM new WHERE NOT EXISTS (
                SELECT 1 FROM idempotency_keys k WHERE k.user_id = new.author_id AND k.key = new.key
            ) GROUP BY author_id
        ) AS asked WHERE bytes <= $5::bigint ORDER BY author_id
        ON CONFLICT (user_id, day) DO UPDATE
        SET text_bytes = d.text_bytes + excluded.text_bytes, news = d.news + excluded.news
        WHERE d.text_bytes + excluded.text_bytes <= $5 RETURNING user_id, news
    ), claimed AS (
        INSERT INTO idempotency_keys (user_id, key, fingerprint, tweet_id)
        SELECT author_id, key, fingerprint, id FROM new
        WHERE key IS NOT NULL AND author_id IN (SELECT user_id FROM taken)
        ON CONFLICT (user_id, key) DO NOTHING RETURNING tweet_id
    ), tweet AS (
        INSERT INTO tweets (
            id, author_id, content, in_reply_to_id, in_reply_to_user_id, thread_root_id, thread_path,
            visibility, hidden, part, parts, language {cover_columns}
        )
        SELECT id, author_id, content, in_reply_to, to_user, root, CASE WHEN in_reply_to IS NOT NULL THEN
            above || CASE author_id WHEN to_user THEN id - {continued} ELSE id END
        END, visibility, visibility = {mentioned_only}, part, parts, language {covers} FROM new
        WHERE author_id IN (SELECT user_id FROM taken)
            AND (key IS NULL OR id IN (SELECT tweet_id FROM claimed)) RETURNING id, created_at, thread_path
    ) {attached}, addressed AS (
        INSERT INTO addressees (tweet_id, user_id, thread_path, private)
        SELECT DISTINCT new.id, who.id, coalesce(tweet.thread_path, ARRAY[new.id]),
            new.visibility = {mentioned_only}
        FROM new JOIN tweet ON tweet.id = new.id CROSS JOIN LATERAL (
            SELECT new.to_user AS id WHERE new.to_user IS NOT NULL
            UNION ALL SELECT new.author_id WHERE new.visibility = {mentioned_only}
            {addressed}
        ) who
        WHERE new.visibility >= {restricted}
    ), noted AS ({noted})
    SELECT new.number, tweet.id, tweet.created_at, {media} AS media, {mentions} AS mentions,
        new.root, new.visibility, {sensitive} AS sensitive, {quoted_user} AS quoted_user_id,
        to_user.id AS to_id, to_user.name AS to_name, to_user.handle AS to_handle,
        to_user.avatar AS to_avatar,
        tweet.id IN (SELECT tweet_id FROM noted) AS notifies
    FROM tweet JOIN new ON new.id = tweet.id LEFT JOIN users to_user ON to_user.id = new.to_user
"""

_ASKED = """unnest(
        $1::bigint[], $2::text[], $3::text[], $4::bytea[], $6::bigint[], $7::smallint[], $8::smallint[],
        $9::smallint[], $10::text[]
    ) WITH ORDINALITY AS asked (
        author_id, content, key, fingerprint, in_reply_to, wanted_visibility, part, parts, language, number
    )"""

_COMMON = {
    "deepest": DEEPEST,
    "continued": CONTINUED,
    "restricted": RESTRICTED,
    "mentioned_only": MENTIONED,
    "news": new_tweets.IS_NEWS,
    "noted": new_tweets.NOTE,
    "seen": may_see("asked.author_id", "parent"),
    "allowed": may_reply("asked.author_id", "coalesce(parent.thread_root_id, parent.id)"),
}

PLAIN = _STATEMENT.format(
    free="",
    asked=_ASKED,
    quoted="",
    quoted_level="",
    wanted="",
    cover="",
    cover_columns="",
    covers="",
    sensitive="false",
    quoted_user="NULL::bigint",
    bytes="octet_length(content)",
    attached="",
    addressed="",
    media="NULL",
    mentions="NULL",
    **_COMMON,
)

# The same for tweets with pictures, hashtags, mentions, a rule, a cover, a poll, a quote or a link. Each has
# the number of its tweet (from 1): $11 tweets, $12 pictures, $13 places there; $14 tweets, $15 hashtags, $16
# and $17 their names; $18 tweets, $19 handles, $20 places; $21 tweets, $22 who may reply; $23 tweets, $24
# warnings or null, $25 whether the pictures are covered, or null; $26 tweets, $27 polls as JSON; $28 tweets,
# $29 the tweets that they quote, or null, $30 levels of who may quote them; $31 tweets, $32 the pages to
# preview. A picture is in one of the tweets at most. A tweet gets no row if one of its pictures can't be
# attached. Of two statements with the same picture, the second waits for the first. As the statement for all
# tweets, this would take 0.07 ms longer than the 0.6 ms of plain ones.
FULL = _STATEMENT.format(
    free=f"""asked AS MATERIALIZED (
        SELECT * FROM {_ASKED}
            LEFT JOIN unnest($23::bigint[], $24::text[], $25::boolean[]) AS cover (number, warning, sensitive)
            USING (number)
            LEFT JOIN unnest($26::bigint[], $27::text[]) AS polls (number, poll) USING (number)
            LEFT JOIN unnest($28::bigint[], $29::bigint[], $30::smallint[])
                AS quoting (number, quote_of, who_may_quote) USING (number)
    ), free AS MATERIALIZED (
        SELECT wanted.number, wanted.position,
            m.id, m.token, m.state, m.alt, m.width, m.height, m.thumbhash, m.focus
        FROM unnest($11::bigint[], $12::bigint[], $13::smallint[]) AS wanted (number, id, position)
            JOIN asked ON asked.number = wanted.number JOIN media_attachments m ON m.id = wanted.id
        WHERE m.owner_id = asked.author_id AND m.tweet_id IS NULL AND m.purpose = 'tweet'
            AND m.state IN ('pending', 'ready')
        ORDER BY m.id FOR UPDATE OF m
    ), """,
    asked="asked",
    quoted=f"""LEFT JOIN tweets quoted ON quoted.id = asked.quote_of AND {is_shown("quoted")}
        AND {may_see("asked.author_id", "quoted")} AND {may_quote("asked.author_id", "quoted")}""",
    quoted_level=f", CASE WHEN quoted.visibility >= {RESTRICTED} THEN quoted.visibility END",
    wanted="""AND (asked.quote_of IS NULL OR quoted.id IS NOT NULL)
        AND (SELECT count(*) FROM free WHERE free.number = asked.number) =
        (SELECT count(*) FROM unnest($11) AS wanted (number) WHERE wanted.number = asked.number)""",
    cover=""", coalesce(
        asked.sensitive,
        asked.number IN (SELECT number FROM free)
            AND (SELECT default_sensitive FROM users WHERE id = asked.author_id)
    ) AS covered""",
    cover_columns=", warning, sensitive, has_poll, has_quote, who_may_quote",
    covers=", warning, covered, poll IS NOT NULL, quote_of IS NOT NULL, coalesce(who_may_quote, 0)",
    sensitive="new.covered",
    quoted_user="(SELECT author_id FROM tweets WHERE id = new.quote_of)",
    bytes="""
        octet_length(content) + coalesce(octet_length(warning), 0) + coalesce(octet_length(poll), 0)
    """,
    attached=f""", attached AS (
        UPDATE media_attachments m SET tweet_id = tweet.id, position = free.position, changed_at = now()
        FROM free JOIN new ON new.number = free.number JOIN tweet ON tweet.id = new.id WHERE m.id = free.id
    ), tagged AS (
        INSERT INTO hashtags_in_tweets (hashtag_id, tweet_id, is_reply)
        SELECT found.id, tweet.id, coalesce(new.to_user <> new.author_id, false)
        FROM unnest($14::bigint[], $15::bigint[]) AS found (number, id)
            JOIN new ON new.number = found.number JOIN tweet ON tweet.id = new.id
        WHERE new.visibility = {PUBLIC} RETURNING hashtag_id
    ), listed AS (
        {ADD_NAMES.format(ids="$15", names="$16", shown="$17", where="id IN (SELECT hashtag_id FROM tagged)")}
    ), named AS MATERIALIZED (
        SELECT found.number, found.position, u.id, u.name, u.handle, u.avatar
        FROM unnest($18::bigint[], $19::text[], $20::smallint[]) AS found (number, handle, position)
            JOIN users u ON u.handle = found.handle WHERE NOT u.hidden
    ), mentioned AS (
        INSERT INTO mentions (tweet_id, user_id, position)
        SELECT tweet.id, named.id, named.position
        FROM named JOIN new ON new.number = named.number JOIN tweet ON tweet.id = new.id
    ), ruled AS (
        INSERT INTO thread_rules (root_id, who_may_reply)
        SELECT tweet.id, found.who FROM unnest($21::bigint[], $22::text[]) AS found (number, who)
            JOIN new ON new.number = found.number JOIN tweet ON tweet.id = new.id
    ), asking AS (
        INSERT INTO polls (tweet_id, options, votes, multiple, hides_results, ends_at)
        SELECT tweet.id, asked.options, array_fill(0::bigint, ARRAY[cardinality(asked.options)]),
            asked.multiple, asked.hides_results, tweet.created_at + asked.seconds * interval '1 second'
        FROM new JOIN tweet ON tweet.id = new.id CROSS JOIN LATERAL jsonb_to_record(new.poll::jsonb)
            AS asked (options text[], multiple boolean, hides_results boolean, seconds integer)
        WHERE new.poll IS NOT NULL
    ), quoting AS (
        INSERT INTO quotes (tweet_id, author_id, quoted_id, counted)
        SELECT tweet.id, new.author_id, new.quote_of, new.visibility < {RESTRICTED}
        FROM new JOIN tweet ON tweet.id = new.id WHERE new.quote_of IS NOT NULL
    ), linking AS (
        INSERT INTO wanted_previews (tweet_id, url)
        SELECT tweet.id, found.url FROM unnest($31::bigint[], $32::text[]) AS found (number, url)
            JOIN new ON new.number = found.number JOIN tweet ON tweet.id = new.id
        WHERE new.visibility < {MENTIONED}
    )""",
    addressed="UNION ALL SELECT named.id FROM named WHERE named.number = new.number",
    media="""(
        SELECT jsonb_agg(to_jsonb(free) ORDER BY free.position) FROM free WHERE free.number = new.number
    )""",
    mentions="""(
        SELECT jsonb_agg(to_jsonb(named) ORDER BY named.position) FROM named WHERE named.number = new.number
    )""",
    **_COMMON,
)
