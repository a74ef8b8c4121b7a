// Single keys, for people who read with the keyboard. They move real focus, so that whatever the
// browser or a screen reader does next starts from the tweet one is at.
import { openComposer, openShortcuts } from "./components/openers.js";
import { navigate } from "./router.js";
import { dialog } from "./store/dialogs.js";
import { shortcuts } from "./store/preferences.js";
import { viewer } from "./store/session.js";

const SEQUENCE_TIME = 1500;

const rows = () => [...document.querySelectorAll("#main [data-row]")];
const currentRow = () => document.activeElement?.closest?.("#main [data-row]");

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

const press = (selector) => currentRow()?.querySelector(selector)?.click();

function compose() {
  const field = document.querySelector(".composer textarea");
  const box = field?.getBoundingClientRect();
  // Scrolling to the composer would lose one's place: where it is out of view, it comes here.
  if (box && box.bottom > 0 && box.top < innerHeight) field.focus();
  else openComposer();
}

function open() {
  const row = currentRow();
  if (row && /^\d+$/.test(row.dataset.row)) navigate(`/tweets/${row.dataset.row}`);
  else row?.querySelector("a")?.click();
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  l: () => press(".like"),
  n: compose,
  o: open,
  ".": () => document.querySelector(".new-tweets")?.click(),
  "?": openShortcuts,
};

const PLACES = {
  h: () => navigate("/"),
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
