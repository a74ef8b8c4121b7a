// Polls: what the viewer chose, and results that only some may know.
import * as api from "../api/polls.js";
import { showPoll, tweetById } from "./tweets.js";

// The most polls that one request may ask for.
const MOST = 100;

/** @type {Set<number>} */
const wanted = new Set();

/** @param {import("../api/shapes.js").MyPollJson} json */
export function keepPoll({ tweet_id: id, poll, chosen }) {
  const tweet = tweetById(id);
  if (!tweet) return;
  showPoll(tweet, poll);
  tweet.chosen.value = chosen;
}

async function ask() {
  const ids = [...wanted].slice(0, MOST);
  for (const id of ids) wanted.delete(id);
  if (wanted.size > 0) setTimeout(ask);
  for (const one of await api.fetchPolls(ids)) keepPoll(one);
}

// Asks for all polls of a page in one request. Without an answer, a poll is as everyone sees it.
export function wantPoll(id) {
  if (wanted.size === 0) setTimeout(() => ask().catch(() => {}));
  wanted.add(id);
}

export const vote = async (id, choices) => keepPoll(await api.vote(id, choices));
