// What is asked for again and again while somebody looks, and what is written of it.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatter } from "../../core/words/words.js";

// A key that is refused, or may not look here any more: asking again would only count as another wrong key.
const FINAL = new Set(["invalid_key", "missing_key", "account_suspended", "out_of_scope"]);

// The newest answer and the newest failure, asked for every so many seconds while the page is seen
// (`every` may be a function of the answer). With `paused` it waits. `refresh` asks at once: an answer that was asked for before does not count any more.
export function usePoll(fetch, every, paused = false) {
  const data = useSignal(null);
  const error = useSignal(null);
  const asked = useRef(0);
  const waiting = useRef(0);
  const current = useRef(fetch);
  current.current = fetch;
  const refresh = async () => {
    asked.current += 1;
    waiting.current += 1;
    const mine = asked.current;
    try {
      const found = await current.current();
      if (mine !== asked.current) return;
      data.value = found;
      error.value = null;
    } catch (failure) {
      if (mine !== asked.current) return;
      error.value = failure;
      if (FINAL.has(failure.type)) data.value = null;
    } finally {
      waiting.current -= 1;
    }
  };
  const again = () => {
    const final = FINAL.has(error.peek()?.type);
    if (!document.hidden && !waiting.current && !final) refresh();
  };
  useEffect(() => {
    if (paused) return undefined;
    let timer;
    const tick = () => {
      again();
      timer = setTimeout(tick, 1000 * (typeof every === "function" ? every(data.peek()) : every));
    };
    tick();
    return () => clearTimeout(timer);
  }, [paused]);
  return { data, error, refresh };
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

// A size as people say it, in units of thousands.
export function size(bytes) {
  let power = 0;
  let value = bytes;
  while (value >= 1000 && power < UNITS.length - 1) {
    value /= 1000;
    power += 1;
  }
  const digits = value < 10 && power ? 1 : 0;
  const options = { style: "unit", unit: UNITS[power], unitDisplay: "short", maximumFractionDigits: digits };
  return formatter("NumberFormat", options).format(value);
}

const MOMENT = { dateStyle: "short", timeStyle: "short" };
const CLOCK = { timeStyle: "medium" };
const TIME = { timeStyle: "short" };

export const moment = (iso) => formatter("DateTimeFormat", MOMENT).format(new Date(iso));
export const timeOfDay = (iso) => formatter("DateTimeFormat", TIME).format(new Date(iso));
export const clock = (iso) => formatter("DateTimeFormat", CLOCK).format(new Date(iso));
