// What is done with one's own tweets, and who likes or reposted one.
import { call } from "./http.js";

const said = ({ text, mediaIds }) => ({ tweet_data: text, tweet_media_ids: mediaIds });

// Which draft it was, and when it was to be published, the server need not know.
const send = (path, what, { replyTo, quoteOf, choices, once }) =>
  call("POST", path, {
    body: {
      ...what,
      in_reply_to_id: replyTo ?? undefined,
      quote_of_id: quoteOf ?? undefined,
      ...choices,
      draft_id: undefined,
      draft_key: undefined,
      draft_scheduled: undefined,
      publish_at: undefined,
    },
    extra: { "idempotency-key": once },
  });

// The same `once` with the same tweet is published once, however often it is sent.
export const publishTweet = (part, how) => send("/tweets", said(part), how);

export const publishThread = (parts, how) => send("/tweets/thread", { tweets: parts.map(said) }, how);

export const editTweet = (id, body) => call("PUT", `/tweets/${id}`, { body });

/** The earlier versions, the newest first. */
export const fetchVersions = (id, before, limit) => call("GET", `/tweets/${id}/versions`, { query: { before, limit } });

export const deleteVersion = (id, version) => call("DELETE", `/tweets/${id}/versions/${version}`);

export const deleteTweet = (id, options) => call("DELETE", `/tweets/${id}`, options);

export const fetchLikers = async (id, before, limit) => {
  const { likes, next } = await call("GET", `/tweets/${id}/likes`, { query: { before, limit } });
  return { users: likes, next };
};

/** @returns {Promise<import("./shapes.js").PeoplePage>} */
export const fetchReposters = (id, before, limit) =>
  call("GET", `/tweets/${id}/reposts`, { query: { before, limit } });
