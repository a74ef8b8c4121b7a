// How tweets come to be in a feed with reposts: each is there once, in its own place or in that of a repost.
import { signal } from "@preact/signals";
import { keepPerson } from "./people.js";

/** @import { Signal } from "@preact/signals" */
/** @import { EntryJson } from "../api/shapes.js" */
/** @import { Person } from "./people.js" */

/**
 * @typedef {object} Entry
 * @property {number} place the higher, the newer: the id of the tweet or of a repost
 * @property {boolean} own whether the feed would have the tweet without reposts, too, as far as it was read
 * @property {Signal<Person[]>} people who reposted it, if that is why it is in this place
 * @property {number} told when an event last changed it
 */

// Those who reposted a tweet, the newest first, each once.
const together = (...people) => [...new Set(people.flat())];

export class Entries {
  constructor(feed) {
    this.feed = feed;
    /** @type {Map<number, Entry>} */
    this.all = new Map();
  }

  of(id) {
    if (!this.all.has(id)) this.all.set(id, { place: id, own: true, people: signal([]), told: 0 });
    return this.all.get(id);
  }

  placeOf(id) {
    return this.all.get(id)?.place ?? id;
  }

  /** @param {EntryJson[]} page what was read; a tweet that is here stays in its place */
  keep(page = []) {
    for (const { id, tweet, reposters = [] } of page) {
      const entry = this.feed.has(tweet.id) ? this.of(tweet.id) : this.#begin(tweet.id, id);
      this.#read(entry, id, tweet.id, reposters);
    }
  }

  /**
   * Puts tweets where they are according to pages that were read just now, unless an event has told more since.
   * @param {EntryJson[]} pages
   * @param {number} began when the first of them was asked for
   */
  renew(pages, began) {
    const seen = new Set();
    for (const { id, tweet, reposters = [] } of pages) {
      const entry = this.of(tweet.id);
      if (entry.told > began) continue;
      if (!seen.has(tweet.id)) this.#begin(tweet.id, id);
      seen.add(tweet.id);
      this.#read(entry, id, tweet.id, reposters);
    }
    this.feed.sort();
  }

  /**
   * Somebody reposted a tweet. Returns whether it isn't in the feed yet.
   * @param {number} tweetId
   * @param {number} repostId
   * @param {Person} person
   */
  add(tweetId, repostId, person) {
    const isNew = !this.feed.has(tweetId);
    const entry = isNew ? this.#begin(tweetId, repostId) : this.of(tweetId);
    entry.told = performance.now();
    if (entry.place !== tweetId) entry.people.value = together(person, entry.people.value);
    return isNew;
  }

  /**
   * Takes back what a person reposted, or some of it; what is here only for that leaves. Returns whether there was any.
   * @param {number} personId
   * @param {number[]} ids
   */
  undo(personId, ids = [...this.all.keys()]) {
    const theirs = ids.filter((id) => this.all.get(id)?.people.value.some((one) => one.id === personId));
    for (const id of theirs) {
      const entry = this.all.get(id);
      entry.told = performance.now();
      entry.people.value = entry.people.value.filter((one) => one.id !== personId);
      if (entry.people.value.length > 0) continue;
      if (entry.own) entry.place = id;
      else this.feed.remove(id);
    }
    if (theirs.length > 0) this.feed.sort();
    return theirs.length > 0;
  }

  #begin(id, place) {
    const entry = this.of(id);
    Object.assign(entry, { place, own: false });
    entry.people.value = [];
    return entry;
  }

  // In its own place, a tweet needs no reason to be here.
  #read(entry, place, tweetId, reposters) {
    entry.own ||= place === tweetId;
    if (entry.place !== tweetId) entry.people.value = together(entry.people.value, reposters.map(keepPerson));
  }
}
