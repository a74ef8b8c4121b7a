// Tweets that were handed over to be sent, until an answer has decided about each of them. They are stored
// before anything is sent, with a name (`once`) under which the server publishes a tweet once however often
// it is sent: so a lost answer, a reload, a closed tab or a second tab neither loses a tweet nor posts it twice.
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { deleteDraft } from "../../core/api/drafts.js";
import { ApiError, needsKey } from "../../core/api/http.js";
import { dropOthers } from "../../core/lib/files.js";
import { t } from "../../core/words/words.js";
import { forget, load, names } from "../../core/store/storage.js";
import { token } from "../../core/lib/token.js";
import { UNDO_TIME } from "../../core/lib/undo.js";
import { watchAll } from "../../core/store/watch.js";
import { navigate, route } from "../../core/router.js";
import { isAtTop } from "../../core/ui/scroll.js";
import { giveUp, restorePictures, savedIn } from "./attachments.js";
import { choicesOf } from "./choices.js";
import { draftFor, owner } from "./draft.js";
import { FIRST_WAIT, PREFIX, create, nameOf, partsOf, picturesOf, revivedPart, store } from "./outbox-entry.js";
import { storedDrafts } from "./stored-draft.js";
import { insertOwnTweet } from "../../core/store/new-tweets.js";
import { announce, notify, outgoing } from "../../core/store/notices.js";
import { publish } from "./publish.js";
import { replyTo, targetOf } from "./targets.js";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { key, keyState, viewer } from "../../core/store/session.js";
import { keepTweet } from "../../core/store/tweets.js";
import "./words.js";

// The server knows names for a day: after that, sending again could publish twice.
const KNOWN_FOR = 23 * 3_600_000;
// No answer at all: retried automatically, at growing intervals.
const UNANSWERED = ["offline", "unreachable", "timeout"];
const LONGEST_WAIT = 60_000;

export const entries = signal([]);

export const mine = computed(() =>
  entries.value.filter((entry) => entry.owner === owner.value || entry.owner === null),
);

function remove(entry) {
  clearTimeout(entry.timer);
  entry.attempt += 1;
  entries.value = entries.value.filter((one) => one !== entry);
}

const handedOver = ({ text, attachments: pictures }) => ({ text, pictures });
const handedBack = ({ text, pictures: attachments }) => ({ text, attachments });

// Hands the draft over. It is stored here before it leaves its place there.
export function post(draft) {
  draft.parts.value.forEach(restorePictures);
  const choices = choicesOf(draft);
  const { parts, once } = draft.take();
  const { target } = draft;
  const owned = { once: once ?? token(), owner: viewer.value.id, at: Date.now() };
  const entry = create({ parts: parts.map(handedOver), target, choices, ...owned });
  store(entry);
  draft.saveAll();
  entries.value = [entry, ...entries.value];
  run(entry);
}

// One tab at a time works on an entry, where the browser has locks (over HTTPS); elsewhere the name alone
// keeps two tabs from publishing it twice.
const alone = (entry, work) => (navigator.locks ? navigator.locks.request(nameOf(entry), work) : work());

// Another tab may have come further: what it sent has to be sent again as it was.
function catchUp(entry, stored) {
  entry.unsure ||= stored.unsure ?? false;
  const found = partsOf(stored).flatMap(({ media }) => media);
  picturesOf(entry).forEach((one, index) => {
    const media = found[index]?.media;
    if (!media || one.media.value) return;
    one.media.value = media;
    one.saved = savedIn(media);
    one.state.value = "ready";
  });
}

async function run(entry) {
  entry.attempt += 1;
  entry.owner ??= viewer.value?.id ?? null;
  const { attempt } = entry;
  const abandoned = () => entry.attempt !== attempt;
  clearTimeout(entry.timer);
  batch(() => {
    entry.error.value = null;
    entry.state.value = "pictures";
  });
  try {
    const tweets = await alone(entry, async () => {
      if (abandoned()) return null;
      const stored = load(nameOf(entry));
      if (!stored) return null;
      catchUp(entry, stored);
      if (entry.unsure && Date.now() - entry.at > KNOWN_FOR) throw new ApiError("maybe_sent");
      return publish({
        ...entry,
        beforeSending() {
          if (abandoned()) throw new ApiError("offline");
          entry.state.value = "sending";
          entry.unsure = true;
          store(entry);
        },
      });
    });
    if (!abandoned()) {
      if (tweets) published(entry, tweets);
      // Another tab has seen to it.
      else remove(entry);
    } else if (tweets && viewer.value?.id === entry.owner) {
      // Taken back too late: it is there all the same.
      for (const json of tweets) insertOwnTweet(keepTweet(json));
    }
  } catch (error) {
    if (!abandoned()) failed(entry, error);
  }
}

// Whether the page that is open shows it: Home shows all that is public, and the page of a tweet the replies to it.
const isShown = ({ target }, { visibility }) =>
  (route.value.page === "home" && visibility === "public") || (route.value.page === "tweet" && targetOf(route.value.id) === target);

function published(entry, tweets) {
  forget(nameOf(entry));
  // In one drawing, so that the tweet takes the row's place.
  batch(() => {
    remove(entry);
    for (const json of tweets) insertOwnTweet(keepTweet(json));
  });
  picturesOf(entry).forEach(giveUp);
  if (entry.choices.draft_id) deleteDraft(entry.choices.draft_id).catch(() => {});
  const isReply = replyTo(entry.target) !== null && tweets.length === 1;
  const words = isReply ? t("compose.reply_sent") : t("compose.sent", { count: tweets.length });
  if (isShown(entry, tweets[0])) announce(words);
  else notify(words, () => navigate(`/tweets/${tweets[0].id}`), "compose.view");
}

function failed(entry, error) {
  // A refused request published nothing, so its name can be used again.
  if (error.status >= 400 && error.status < 500) entry.unsure = false;
  batch(() => {
    entry.error.value = error.type ? error : new ApiError("unreachable");
    entry.state.value = "failed";
  });
  store(entry);
  if (!(isShown(entry, { visibility: "public" }) && isAtTop()) && !triedByItself(entry)) notify(t("outgoing.elsewhere"));
  // Coming online is an event of its own.
  if (!triedByItself(entry) || error.type === "offline") return;
  entry.timer = setTimeout(() => run(entry), entry.wait);
  entry.wait = Math.min(LONGEST_WAIT, entry.wait * 2);
}

export const triedByItself = (entry) => UNANSWERED.includes(entry.error.value?.type);

export function retry(entry) {
  const { type } = entry.error.value ?? {};
  if (type === "maybe_sent") entry.at = Date.now();
  entry.wait = FIRST_WAIT;
  run(entry);
}

// Sends it as another tweet than the one that was published under its name.
export function sendAnew(entry) {
  forget(nameOf(entry));
  entry.once = token();
  entry.unsure = false;
  for (const one of picturesOf(entry)) {
    if (!one.fileId) continue;
    // The first tweet has this picture: it needs one of its own.
    one.media.value = null;
    one.state.value = "waiting";
  }
  store(entry);
  run(entry);
}

// Into the composer. What is there already is put aside.
export function putInComposer({ parts, target, choices, once }) {
  const draft = draftFor(target);
  const shown = choicesOf(draft);
  const other = draft.take();
  if (other) {
    const aside = create({
      parts: other.parts.map(handedOver),
      target,
      choices: shown,
      once: other.once ?? token(),
      owner: draft.owner,
      at: Date.now(),
    });
    aside.state.value = "kept";
    store(aside);
    entries.value = [aside, ...entries.value];
  }
  draft.put({ parts: parts.map(handedBack), choices, once });
  draft.saveAll();
}

// Back into the composer.
export function edit(entry) {
  putInComposer(entry);
  forget(nameOf(entry));
  remove(entry);
}

export function discard(entry) {
  const before = entry.state.value;
  clearTimeout(entry.timer);
  entry.attempt += 1;
  entry.state.value = "discarded";
  forget(nameOf(entry));
  entry.undo = () => {
    clearTimeout(entry.timer);
    entry.state.value = before === "pictures" ? "waiting" : before;
    store(entry);
    if (entry.state.value === "waiting") run(entry);
  };
  entry.timer = setTimeout(() => {
    remove(entry);
    picturesOf(entry).forEach(giveUp);
  }, UNDO_TIME);
}

function revive(stored) {
  const entry = create({ ...stored, parts: partsOf(stored).map(revivedPart) });
  if (stored.kept) entry.state.value = "kept";
  else if (stored.error) {
    entry.error.value = stored.error;
    entry.state.value = "failed";
  }
  entries.value = [entry, ...entries.value].sort((left, right) => right.at - left.at);
}

// What has had no answer yet is sent as soon as there is a key to send it with, a new one of the same person
// included; whatever the server refused for other reasons waits for its writer.
function resume() {
  if (keyState.value !== "valid") return;
  for (const entry of mine.value) {
    const worth = entry.state.value === "waiting" || triedByItself(entry) || needsKey(entry.error.value);
    if (worth && ["waiting", "failed"].includes(entry.state.value)) run(entry);
  }
}

// Another tab stored, decided or gave up something.
function follow(name, stored) {
  const entry = entries.value.find((one) => nameOf(one) === name);
  if (!stored) {
    if (entry && ["waiting", "failed", "kept"].includes(entry.state.value)) {
      picturesOf(entry).forEach((one) => one.release());
      remove(entry);
    }
  } else if (!entry) {
    // Without locks, two tabs would work on it at once.
    if (navigator.locks || stored.kept || stored.error) revive(stored);
    resume();
  } else if (stored.kept) {
    // Another tab is still editing it.
    entry.parts[0].text = stored.text;
    entry.choices = stored.choices ?? {};
    entries.value = [...entries.value];
  } else if (stored.error && entry.state.value === "pictures") {
    entry.attempt += 1;
    entry.error.value = stored.error;
    entry.state.value = "failed";
  }
}

outgoing.value = true;
for (const name of names().filter((one) => one.startsWith(PREFIX))) revive(load(name));
watchAll(PREFIX, follow);
addEventListener("online", resume);
addEventListener("beforeunload", (event) => {
  const lost = (one) => !one.media.value && !one.kept;
  if (entries.value.some((entry) => entry.state.value !== "discarded" && picturesOf(entry).some(lost))) {
    event.preventDefault();
  }
});
effect(() => {
  // Read here, so that each new key and each new answer about it counts.
  if (key.value && viewer.value && keyState.value === "valid") untracked(resume);
});

whenViewerLeaves((left) => {
  for (const entry of entries.value) {
    clearTimeout(entry.timer);
    if (!left) continue;
    entry.attempt += 1;
    picturesOf(entry).forEach((one) => one.release());
  }
  if (left) entries.value = [];
});

// Files that no tweet names any more: of tabs that were closed while something was being undone.
const named = () =>
  new Set(
    [...storedDrafts(), ...names().filter((one) => one.startsWith(PREFIX)).map(load)]
      .flatMap((stored) => (stored ? partsOf(stored) : []))
      .flatMap(({ media }) => media)
      .map((one) => one.file),
  );
dropOthers(named());
