// Keys that were given by a link and are not yet where their owner finds them again.
// They stay in this page's memory while one looks around in it, and leaving it altogether is asked about.
import { signal } from "@preact/signals";

const given = new Map();

function ask(event) {
  event.preventDefault();
}

function watch() {
  const unkept = [...given.values()].some((one) => !one.kept.value);
  if (unkept) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
}

// {user, key, kept} of a link that was used in this page, or undefined.
export const givenBy = (token) => given.get(token);

export function give(token, { user, key }) {
  const one = { user, key, kept: signal(false) };
  given.set(token, one);
  watch();
  return one;
}

export function keep(token) {
  const one = given.get(token);
  if (one) one.kept.value = true;
  watch();
}

// The page is left: a key that was kept is forgotten here. Resolves to whether one was not.
export function leave(token) {
  const one = given.get(token);
  if (one?.kept.value) given.delete(token);
  return one !== undefined && !one.kept.value;
}
