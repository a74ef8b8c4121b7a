// Tweets being written: for each account and each target (a new tweet) one draft, shown by every composer on the
// page and by every tab, saved as it is typed and given up only when it has been handed over to be sent or its
// writer signs out. The further tweets of a thread are drafts of their own, which the first one leads.
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { needsKey } from "../../core/api/http.js";
import { token } from "../../core/lib/token.js";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { limits, viewer } from "../../core/store/session.js";
import { forget, load, names, save } from "../../core/store/storage.js";
import { watchAll } from "../../core/store/watch.js";
import { countBytes, countGraphemes } from "../../core/words/count.js";
import { choicesOf, isPollComplete, isTimely } from "./choices.js";
import { NOTHING, PREFIX, complete, meaning, nameOf, putAside, toStored } from "./stored-draft.js";
import { targetOfPart, targetOfWhole } from "./targets.js";

/** @import { Signal } from "@preact/signals" */
/** @import { ChoicesJson } from "../../core/api/shapes.js" */

const BLANK = { text: "", attachments: [] };
const SAVED_AFTER = 250;

// Whose drafts are shown: with a key that is refused, still those of the last one it was good for.
export const owner = computed(() => viewer.value?.id ?? load("viewer")?.id ?? null);

export class Draft {
  constructor(target) {
    this.target = target;
    this.owner = owner.peek();
    this.text = signal("");
    /** @type {Signal<any[]>} */
    this.attachments = signal([]);
    /** Pictures of a stored draft, until attachments.js, which is fetched when needed, takes them over. */
    /** @type {Signal<any[]>} */
    this.unrestored = signal([]);
    this.restored = signal(false);
    // Of how many pictures without a description the writer was reminded.
    this.reminded = 0;
    this.sending = signal(false);
    this.failure = signal(null);
    /** What the writer has chosen for this tweet: audience, who may reply, warning, sensitive pictures, poll. */
    this.choices = signal(/** @type {ChoicesJson} */ ({}));
    /** "too_many" after more pictures were given than a tweet may have. */
    this.remark = signal(null);
    this.length = computed(() => countGraphemes(this.text.value));
    this.tooLong = computed(
      () =>
        this.length.value > limits.value.tweet_max_length ||
        countBytes(this.text.value) > limits.value.tweet_max_bytes,
    );
    this.blank = computed(() => this.text.value.trim() === "" && this.attachments.value.length === 0);
    /** The further tweets of a thread; then this is the first. */
    /** @type {Signal<Draft[]>} */
    this.further = signal([]);
    this.parts = computed(() => [this, ...this.further.value]);
    this.empty = computed(() => this.parts.value.every((one) => one.blank.value));
    this.sendable = computed(
      () =>
        !this.empty.value &&
        !this.parts.value.some((one) => one.tooLong.value) &&
        !this.sending.value &&
        isPollComplete(this.choices.value.poll) &&
        isTimely(this.choices.value.publish_at),
    );
    /** The name under which this tweet is published once, where it was sent before and came back to be edited. */
    this.once = null;
    this.read();
    // Whatever is written after all was deleted is something else.
    effect(() => {
      const { draft_id: id, draft_key: key, publish_at: at } = this.choices.value;
      if (this.hasContent() || !(id || key || at)) return;
      this.choices.value = { ...this.choices.value, draft_id: undefined, draft_key: undefined, draft_scheduled: undefined, publish_at: undefined };
    });
    effect(() => {
      this.content();
      clearTimeout(this.saving);
      this.saving = setTimeout(() => this.saveNow(), SAVED_AFTER);
    });
  }

  get name() {
    return nameOf(this.owner, this.target);
  }

  content() {
    const media = [...this.unrestored.value, ...this.attachments.value.map(toStored)];
    // Choices alone aren't a draft, unless they contain text (a warning or options).
    const choices = this.hasContent() ? this.choices.value : {};
    return { text: this.text.value, media, choices, once: this.once };
  }

  hasContent() {
    const { warning, poll } = this.choices.value;
    const words = this.text.value || warning || poll?.options.some(Boolean);
    return Boolean(words) || this.unrestored.value.length > 0 || this.attachments.value.length > 0;
  }

  // Shows what is stored for its owner.
  read() {
    const stored = load(this.name) ?? NOTHING;
    this.show(stored);
    this.place = this.name;
    this.seen = meaning(stored);
    /** Whether this tab stored what it saw there last. */
    this.wroteSeen = false;
    this.restored.value = Boolean(stored.text || stored.media.length);
    this.setFurther(this.storedFurther());
  }

  // How many further tweets are stored with it, those between that have no text yet included.
  storedFurther() {
    const begin = targetOfPart(this.name, "");
    const numbers = names().filter((name) => name.startsWith(begin)).map((name) => Number(name.slice(begin.length)));
    return Math.max(1, ...numbers) - 1;
  }

  // What goes is emptied, also where it is stored.
  setFurther(count) {
    const before = this.further.peek();
    for (const one of before.slice(count)) {
      one.fill(BLANK);
      one.saveNow();
    }
    if (count === before.length) return;
    this.further.value = Array.from({ length: count }, (_, index) => draftFor(targetOfPart(this.target, index + 2)));
  }

  // Another tab has stored something for this or a further tweet.
  followFurther() {
    if (this.empty.value) this.setFurther(this.storedFurther());
    else this.setFurther(Math.max(this.storedFurther(), this.further.value.length));
  }

  // Takes one of the tweets out of the thread; those behind it move up. Returns a function that undoes it.
  removePart(part) {
    const parts = this.parts.value;
    const before = parts.map((one) => one.say());
    const behind = parts.slice(parts.indexOf(part) + 1).map((one) => one.say());
    batch(() => {
      parts.slice(parts.indexOf(part), -1).forEach((one, index) => one.fill(behind[index]));
      this.setFurther(parts.length - 2);
    });
    return () => this.put({ parts: before, choices: this.choices.value, once: this.once });
  }

  show(stored) {
    for (const one of this.attachments.peek()) one.release();
    batch(() => {
      // A choice that nothing was written for yet stays.
      if (meaning(stored) !== meaning(NOTHING) || untracked(() => this.hasContent())) {
        this.choices.value = stored.choices ?? {};
      }
      this.text.value = stored.text;
      this.attachments.value = [];
      this.unrestored.value = stored.media;
      this.once = stored.once ?? null;
    });
  }

  // Tabs share one place for the draft. A tab that nobody has typed in follows what the others store there; two
  // that were typed in at once must not write over each other, so the later one is put aside. A browser tells its
  // processes of each other's storage after the fact, so a tab may find too late that it was written over: each
  // stored draft says what it came after.
  saveNow() {
    clearTimeout(this.saving);
    const mine = untracked(() => this.content());
    const said = meaning(mine);
    if (this.place === this.name) {
      const stored = load(this.name) ?? NOTHING;
      const found = meaning(stored);
      if (complete(stored) === complete(mine)) {
        this.seen = said;
        return;
      }
      if (found !== this.seen && said === this.seen && !this.wasUnseen(stored)) return;
      if (found !== this.seen && found !== said && found !== meaning(NOTHING)) this.place = `outbox.${token()}`;
    }
    if (said === meaning(NOTHING)) {
      forget(this.place);
      this.place = this.name;
      this.seen = said;
      this.wroteSeen = false;
      this.once = null;
    } else if (this.place === this.name) {
      save(this.place, { ...mine, after: this.seen });
      this.wroteSeen ||= said !== this.seen;
      this.seen = said;
    } else {
      const once = this.place.slice("outbox.".length);
      const aside = { ...mine, target: targetOfWhole(this.target), choices: choicesOf(this), once };
      save(this.place, { ...aside, owner: this.owner, at: Date.now(), kept: true });
    }
  }

  // Whether another tab stored this in place of what this tab had stored, before it was told of it.
  wasUnseen(stored) {
    return this.wroteSeen && stored.after !== undefined && stored.after !== this.seen;
  }

  // Another tab has stored something.
  follow(stored) {
    const said = meaning(this.content());
    if (this.place !== this.name || said !== this.seen || this.sending.value || said === meaning(stored)) return;
    if (this.wasUnseen(stored)) {
      this.saveNow();
      return;
    }
    this.seen = meaning(stored);
    this.wroteSeen = false;
    this.show(stored);
  }

  // Another account: its own draft is shown. What was typed before anyone had signed in goes with its writer;
  // a draft that they have already is then put aside.
  changeOwner(whose) {
    this.saveNow();
    const wasNobodys = this.owner === null;
    const mine = this.content();
    const left = this.name;
    this.owner = whose;
    if (!wasNobodys || meaning(mine) === meaning(NOTHING)) {
      this.failure.value = null;
      this.remark.value = null;
      this.choices.value = {};
      this.read();
      return;
    }
    const stored = load(this.name);
    if (stored && meaning(stored) !== meaning(mine)) putAside(stored, this.target, whose);
    forget(left);
    forget(this.name);
    this.place = this.name;
    this.seen = meaning(NOTHING);
    this.saveNow();
  }

  say() {
    return { text: this.text.value, attachments: this.attachments.value };
  }

  fill({ text, attachments }) {
    clearTimeout(this.saving);
    batch(() => {
      this.unrestored.value = [];
      this.text.value = text;
      this.attachments.value = attachments;
      this.restored.value = false;
      this.failure.value = null;
      this.remark.value = null;
    });
  }

  // Takes the tweets out of the composer and returns them, their pictures as they are; null where there are none.
  take() {
    const parts = this.parts.value.filter((one) => !one.blank.value).map((one) => one.say());
    if (parts.length === 0) return null;
    const taken = { parts, choices: this.choices.value, once: this.once };
    this.clear();
    return taken;
  }

  // Puts tweets into the composer, in place of what is there.
  put({ parts, choices, once }) {
    batch(() => {
      this.once = once;
      this.setFurther(parts.length - 1);
      this.parts.value.forEach((one, index) => one.fill(parts[index]));
      this.choices.value = choices;
    });
  }

  clear() {
    this.reminded = 0;
    this.put({ parts: [BLANK], choices: {}, once: null });
  }

  saveAll() {
    for (const one of this.parts.value) one.saveNow();
  }

  // Appends a deleted tweet's text, to be rewritten, after what is being written.
  add(words) {
    this.text.value = [this.text.value.trimEnd(), words].filter((part) => part.trim()).join("\n\n");
  }
}

// Earlier versions had one draft for the whole browser.
const old = load("draft");
if (old) {
  save(nameOf(owner.peek(), "new"), old);
  forget("draft");
}

/** @type {Map<string, Draft>} */
const drafts = new Map();

export function draftFor(target) {
  if (!drafts.has(target)) drafts.set(target, new Draft(target));
  return drafts.get(target);
}

export const everyDraft = () => drafts.values();

export const newTweet = draftFor("new");

watchAll(PREFIX, (name, stored) => {
  for (const draft of [...drafts.values()]) {
    if (draft.name === name) draft.follow(stored ?? NOTHING);
    if (draft.name === targetOfWhole(name)) draft.followFurther();
  }
});

addEventListener("pagehide", () => drafts.forEach((draft) => draft.saveNow()));
addEventListener("beforeunload", (event) => {
  // A picture that neither the server nor this browser could keep goes with the page.
  const lost = (one) => !one.media.value && !one.kept;
  for (const draft of drafts.values()) if (draft.attachments.value.some(lost)) event.preventDefault();
});

// Whoever signs in has done what was missing.
effect(() => {
  if (!viewer.value) return;
  for (const { failure } of drafts.values()) if (needsKey(failure.peek())) failure.value = null;
});

effect(() => {
  const whose = owner.value;
  untracked(() => {
    for (const draft of drafts.values()) if (draft.owner !== whose) draft.changeOwner(whose);
  });
});

whenViewerLeaves((left) => {
  if (!left) return;
  for (const draft of drafts.values()) {
    for (const one of draft.attachments.value) one.release();
    draft.clear();
    draft.saveNow();
  }
});
