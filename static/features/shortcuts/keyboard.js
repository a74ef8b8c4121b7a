// Single keys, for people who read with the keyboard. They move real focus, so that whatever the
// browser or a screen reader does next starts from the tweet one is at.
import { find, findAll, focused } from "../../core/ui/find.js";
import { openComposer, openQuote, openShortcuts } from "../../core/store/openers.js";
import { navigate } from "../../core/router.js";
import { dialog } from "../../core/store/dialogs.js";
import { notify } from "../../core/store/notices.js";
import { shortcuts } from "../../core/store/preferences.js";
import { viewer } from "../../core/store/session.js";
import { tweetById } from "../../core/store/tweets.js";
import { t } from "../../core/words/words.js";
import "./words.js";

const SEQUENCE_TIME = 1500;

const rows = () => findAll("#main [data-row]");
// The row that has the focus; on a tweet's page, otherwise the tweet that the page is about.
/** @returns {HTMLElement | null} */
const currentRow = () => focused()?.closest("#main [data-row]") ?? find("#main .tweet.large[data-row]");

function move(step) {
  const all = rows();
  const current = currentRow();
  const target = current
    ? all[all.indexOf(current) + step]
    : all.find((row) => row.getBoundingClientRect().top >= -1);
  if (!target) return;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

function press(selector) {
  const row = currentRow();
  if (row) find(selector, row)?.click();
}

// Administrators use the button for other people's tweets: a key is pressed too easily.
function removeOwn() {
  const tweet = tweetById(Number(currentRow()?.dataset.row));
  if (tweet && tweet.author.id === viewer.value?.id) press(".delete");
}

async function quote() {
  const tweet = tweetById(Number(currentRow()?.dataset.row));
  if (!tweet || !viewer.value) return;
  const { mayQuote } = await import("../quotes/quotes.js");
  if (mayQuote(tweet)) openQuote(tweet.id);
  else notify(t("shortcuts.may_not_quote"));
}

function compose() {
  const field = find('.composer[data-target="new"] textarea');
  const box = field?.getBoundingClientRect();
  // Scrolling to the composer would lose one's place: where it is out of view, it comes here.
  if (box && box.bottom > 0 && box.top < innerHeight) field.focus();
  else openComposer();
}

function open() {
  const row = currentRow();
  if (row && /^\d+$/.test(row.dataset.row)) navigate(`/tweets/${row.dataset.row}`);
  else row && (find(".opens", row) ?? find("a", row))?.click();
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  r: () => press(".reply"),
  t: () => press(".repost"),
  q: quote,
  l: () => press(".like"),
  b: () => press(".bookmark"),
  m: () => press(".more-acts"),
  Delete: removeOwn,
  n: compose,
  o: open,
  ".": () => find(".new-tweets")?.click(),
  "?": openShortcuts,
};

const PLACES = {
  b: () => navigate("/bookmarks"),
  d: () => navigate("/drafts"),
  h: () => find(".rail .brand").click(),
  n: () => navigate("/notifications"),
  p: () => viewer.value && navigate(`/users/${viewer.value.id}`),
  s: () => navigate("/settings"),
};

// On a Cyrillic layout the key marked J says "о": then the key's place counts.
function letterOf(event) {
  if (/^[\x20-\x7e]$/.test(event.key)) return event.key.toLowerCase();
  if (event.shiftKey && event.code === "Slash") return "?";
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key;
}

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");

// When "g" was pressed; long ago, at first.
let sequence = -Infinity;

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && isTyping(event.target) && !dialog.value) event.target.blur();
  if (isTyping(event.target) || dialog.value) return;
  if (event.key === "Enter" && event.target === currentRow()) {
    open();
    return;
  }
  if (!shortcuts.value) return;
  const letter = letterOf(event);
  const inSequence = performance.now() - sequence < SEQUENCE_TIME;
  sequence = letter === "g" && !inSequence ? performance.now() : -Infinity;
  const action = inSequence ? PLACES[letter] : ACTIONS[letter];
  if (!action) return;
  event.preventDefault();
  action();
}

// `early` are the keys that were pressed before this module was here.
export function startKeyboard(early) {
  addEventListener("keydown", onKey);
  early.forEach(onKey);
}
