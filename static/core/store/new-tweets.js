// New tweets: which feeds they belong to, and how they come into them.
import { batch } from "@preact/signals";
import { entities, hashtagKey } from "../words/entities.js";
import { home, openedFeed } from "./feeds.js";
import { viewer } from "./session.js";
import { placeReply } from "./threads.js";
import { tweetById } from "./tweets.js";

const isRead = (feed) => !["fresh", "loading"].includes(feed.status.value);

const hashtagsOf = ({ text }) =>
  entities(text).flatMap(({ kind, value }) => (kind === "hashtag" ? [hashtagKey(value)] : []));

// What is for followers is on the profile for these only, though whom it mentions may see it too.
const isOnProfile = ({ visibility, author }) =>
  visibility !== "followers" || author.followed.value || author.id === viewer.value?.id;

const profileFeeds = ({ author: { id }, replyTo, replyToPerson, media }) => [
  (replyTo === null || replyToPerson?.id === id) && openedFeed(`user-${id}-tweets`),
  openedFeed(`user-${id}-replies`),
  media.value.length > 0 && openedFeed(`user-${id}-media`),
];

// `followed` as the viewer sees it.
function feedsOfTweet(tweet, followed) {
  const isPublic = tweet.visibility === "public";
  if (tweet.visibility === "mentioned") return [openedFeed("private")].filter(Boolean);
  return [
    isPublic && home.all,
    followed && home.following,
    ...(isOnProfile(tweet) ? profileFeeds(tweet) : []),
    ...(isPublic ? hashtagsOf(tweet) : []).map((name) => openedFeed(`hashtag-${name}`)),
  ].filter(Boolean);
}

// A tweet that is not in the feed yet waits above it until the reader asks for it.
export function wait(feed, id) {
  if (!feed.byTime) return;
  const ids = feed.ids.value;
  // What is older than all that was read comes with its page.
  const isOlder = ids.length && feed.placeOf(id) < feed.placeOf(ids.at(-1));
  if (feed.status.value !== "ended" && isOlder) return;
  if (ids.includes(id) || feed.waiting.value.includes(id)) return;
  // An empty page has no reading position to protect: show them at once.
  if (ids.length === 0) {
    feed.insert([id]);
    return;
  }
  feed.waiting.value = feed.newestFirst([...feed.waiting.value, id]);
}

export function waitAbove(tweet, followed) {
  // It may have been deleted meanwhile, or its viewer may have left.
  if (tweetById(tweet.id) !== tweet || tweet.fate.value === "gone") return;
  for (const feed of feedsOfTweet(tweet, followed)) if (isRead(feed)) wait(feed, tweet.id);
}

// Those that are in view come first: the others follow with the next frames, below them.
const IN_VIEW = 8;

export function takeIn(feed) {
  const later = feed.overlaps ? feed.waiting.value.slice(IN_VIEW) : [];
  const takeRest = () => feed.insert(later.filter((id) => tweetById(id)?.fate.value === "here"));
  if (later.length) requestAnimationFrame(() => setTimeout(takeRest));
  batch(() => {
    if (feed.overlaps) {
      feed.insert(feed.waiting.value.slice(0, IN_VIEW));
    } else {
      // More came than was read: joining the two would hide what lies between them.
      // What has come in since then stays.
      const { tweets, entries } = feed.latest;
      const newer = feed.waiting.value.filter((id) => feed.placeOf(id) > ((entries ?? tweets)[0]?.id ?? 0));
      feed.ids.value = feed.waiting.value = newer;
      feed.entries?.keep(entries);
      feed.ids.value = feed.newestFirst([...new Set([...newer, ...tweets.map(({ id }) => id)])]);
      feed.cursor = feed.latest.next;
      feed.status.value = feed.cursor === null ? "ended" : "ready";
      feed.overlaps = true;
    }
    feed.waiting.value = [];
    feed.start.value = 0;
  });
}

// The viewer's own new tweet goes where they will look for it. A page that is under way at this moment may
// have been read before it: then it is put in afterwards. One that nobody has asked for yet brings it.
export function insertOwnTweet(tweet) {
  placeReply(tweet);
  for (const feed of feedsOfTweet(tweet, true)) {
    if (isRead(feed)) {
      feed.insert([tweet.id]);
    } else if (feed.status.value === "loading") {
      const stop = feed.status.subscribe((status) => {
        if (status === "loading") return;
        if (isRead(feed)) feed.insert([tweet.id]);
        queueMicrotask(() => stop());
      });
    }
  }
}
