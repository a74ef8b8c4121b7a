// The lists of notifications.
import { batch, signal } from "@preact/signals";
import * as api from "../api/notifications.js";
import { whenViewerLeaves } from "./leaving.js";
import { news } from "./notifications.js";
import { keepPerson } from "./people.js";
import { keepTweet } from "./tweets.js";

/** @import { NotificationJson } from "../api/shapes.js" */

const PAGE_SIZE = 30;

/** @param {NotificationJson} json */
const keep = (json) => ({
  ...json,
  people: json.people.map(keepPerson),
  tweet: json.tweet && keepTweet(json.tweet),
});

class NotificationList {
  constructor(tab) {
    this.tab = tab;
    /** @type {import("@preact/signals").Signal<ReturnType<typeof keep>[] | null>} */
    this.items = signal(null);
    this.error = signal(null);
    this.loading = signal(false);
    this.next = signal(null);
    this.generation = 0;
    // What the page knew of `news` when this was read.
    this.asOf = signal(0);
  }

  // The newest page, instead of what is here.
  refresh() {
    return this.read(null);
  }

  // The same under a reader's eyes: what they have just read still looks new. It is left out if `isWanted()` no
  // longer holds when it has come.
  settle(isWanted) {
    const newFrom = Math.min(...this.items.value.filter((one) => one.unread).map((one) => one.id));
    return this.read(null, { newFrom, isWanted });
  }

  more() {
    return this.next.value === null ? undefined : this.read(this.next.value);
  }

  // From the id `newFrom` on, all look unread.
  async read(before, { newFrom = Infinity, isWanted = () => true } = {}) {
    if (this.loading.value) return;
    const { generation } = this;
    const asOf = news.value;
    batch(() => {
      this.loading.value = true;
      this.error.value = null;
    });
    try {
      const page = await api.fetchNotifications(this.tab, before, PAGE_SIZE);
      if (generation !== this.generation || !isWanted()) return;
      batch(() => {
        const found = page.notifications.map(keep);
        if (before === null) {
          this.items.value = found.map((one) => ({ ...one, unread: one.unread || one.id >= newFrom }));
          this.asOf.value = asOf;
        } else {
          const known = new Set(this.items.value.map(({ id }) => id));
          this.items.value = [...this.items.value, ...found.filter(({ id }) => !known.has(id))];
        }
        this.next.value = page.next;
      });
    } catch (error) {
      if (generation === this.generation) this.error.value = error;
    } finally {
      if (generation === this.generation) this.loading.value = false;
    }
  }

  reset() {
    this.generation += 1;
    batch(() => {
      this.items.value = null;
      this.error.value = null;
      this.loading.value = false;
      this.next.value = null;
    });
  }
}

export const lists = Object.fromEntries(["all", "mentions", "follows"].map((tab) => [tab, new NotificationList(tab)]));

whenViewerLeaves(() => {
  for (const list of Object.values(lists)) list.reset();
});
