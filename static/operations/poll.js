// What is asked for again and again while somebody looks, and what is written of it.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatter } from "../lib/i18n.js";

// The newest answer and the newest failure, asked for every so many seconds while the page is seen.
// With `paused` it waits; `refresh` asks at once.
export function usePoll(fetch, every, paused = false) {
  const data = useSignal(null);
  const error = useSignal(null);
  const asking = useRef(false);
  const current = useRef(fetch);
  current.current = fetch;
  const refresh = async () => {
    if (asking.current) return;
    asking.current = true;
    try {
      data.value = await current.current(data.peek());
      error.value = null;
    } catch (failure) {
      error.value = failure;
    } finally {
      asking.current = false;
    }
  };
  useEffect(() => {
    if (paused) return undefined;
    refresh();
    const timer = setInterval(() => document.hidden || refresh(), every * 1000);
    return () => clearInterval(timer);
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
