// What is between the viewer and somebody else, as the page shows it.
import { batch } from "@preact/signals";
import { everyFeed } from "./feeds.js";
import { whenViewerLeaves } from "./leaving.js";
import { people } from "./people.js";
import { viewer } from "./session.js";
import { hideInThreads } from "./threads.js";
import { everyTweet, removeTweet, tweetById } from "./tweets.js";

/** @import { RelationJson } from "../api/shapes.js" */

const NONE = { blocking: false, blocked_by: false, muting: false, notifications_muted: false, muted_until: null };

export const relationIn = (json) =>
  Object.fromEntries(Object.entries(NONE).map(([name, value]) => [name, json?.[name] ?? value]));

// Whether a tweet mentions somebody or replies to them.
const addresses = (tweet, id) =>
  tweet.replyToPerson?.id === id || tweet.mentions.some((one) => one.id === id);

// A profile's own lists keep what a mute takes from all others.
const keepsMuted = (feed, id) => feed.name === "bookmarks" || feed.name.startsWith(`user-${id}-`);

// What was taken from which feed, by person, to be put back in its place if it is undone.
/** @type {Map<number, {feed: any, generation: number, ids: number[], entries: any[]}[]>} */
const taken = new Map();
// The tweets that a block took, by person.
/** @type {Map<number, any[]>} */
const parted = new Map();
// Those whose reposts were taken.
/** @type {Set<number>} */
const silenced = new Set();
whenViewerLeaves(() => {
  taken.clear();
  parted.clear();
  silenced.clear();
});

function take(id, feed, tweets) {
  const hidden = new Set(tweets.map((tweet) => tweet.id));
  const ids = feed.ids.value.filter((one) => hidden.has(one));
  const entries = feed.entries ? ids.map((one) => [one, feed.entries.of(one)]) : [];
  for (const one of hidden) feed.remove(one);
  if (ids.length) taken.set(id, [...(taken.get(id) ?? []), { feed, generation: feed.generation, ids, entries }]);
}

function giveBack(id) {
  for (const { feed, generation, ids, entries } of taken.get(id) ?? []) {
    if (!feed.byTime || feed.generation !== generation) continue;
    for (const [one, entry] of entries) feed.entries.all.set(one, entry);
    feed.insert(ids.filter((one) => tweetById(one)));
  }
  taken.delete(id);
}

/**
 * Takes what the viewer no longer gets from the page. Returns whether there may be more to see than before.
 * @param {number} id of the other person
 * @param {RelationJson} relation
 */
export function showRelation(id, relation) {
  const person = people.get(id);
  const before = person?.profile.value ? relationIn(person.profile.value) : null;
  const now = relationIn(relation);
  const apart = now.blocking || now.blocked_by;
  batch(() => {
    if (person?.profile.value) {
      const follows = person.profile.value.follows_you && !apart;
      person.profile.value = { ...person.profile.value, ...now, follows_you: follows };
    }
    if (person) person.apart.value = apart;
    if (person && apart) person.followed.value = false;
    if (!apart) {
      for (const tweet of parted.get(id) ?? []) tweet.fate.value = "here";
      parted.delete(id);
    }
    if (!apart && !now.muting) {
      giveBack(id);
      return;
    }
    const theirs = [...everyTweet()].filter((tweet) => tweet.author.id === id);
    const about = [...everyTweet()].filter((tweet) => addresses(tweet, id) && tweet.author.id !== viewer.value?.id);
    for (const feed of everyFeed()) {
      if (apart || !keepsMuted(feed, id)) {
        if (feed.entries?.undo(id)) silenced.add(id);
        take(id, feed, feed.name === "following" ? [...theirs, ...about] : theirs);
      }
    }
    if (apart) {
      const here = theirs.filter((tweet) => tweet.fate.value === "here");
      parted.set(id, [...(parted.get(id) ?? []), ...here]);
      here.forEach(removeTweet);
    } else hideInThreads(theirs.map((tweet) => tweet.id));
  });
  if (!apart && !now.muting && silenced.delete(id)) return true;
  // Where it isn't known what was between them, there may have been something.
  const wasFree = before && !before.blocking && !before.blocked_by && !before.muting;
  return !apart && !now.muting && !wasFree;
}
