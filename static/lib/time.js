// Times as people say them: "7 min. ago" for a week, then the day.
import { computed, signal } from "@preact/signals";
import { language } from "./i18n.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, MINUTE / 2);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) now.value = Date.now();
});

// Making an Intl formatter costs more than using it a thousand times.
const formats = computed(() => {
  const code = language.value;
  return {
    relative: new Intl.RelativeTimeFormat(code, { style: "short", numeric: "auto" }),
    day: new Intl.DateTimeFormat(code, { day: "numeric", month: "short" }),
    dayAndYear: new Intl.DateTimeFormat(code, { day: "numeric", month: "short", year: "numeric" }),
    full: new Intl.DateTimeFormat(code, { dateStyle: "long", timeStyle: "short" }),
    month: new Intl.DateTimeFormat(code, { month: "long", year: "numeric" }),
  };
});

export function timeAgo(iso) {
  const date = new Date(iso);
  // A clock that is ahead of ours must not announce the future.
  const age = Math.max(0, now.value - date.getTime());
  const { relative, day, dayAndYear } = formats.value;
  if (age < MINUTE) return relative.format(0, "second");
  if (age < HOUR) return relative.format(-Math.floor(age / MINUTE), "minute");
  if (age < DAY) return relative.format(-Math.floor(age / HOUR), "hour");
  if (age < 7 * DAY) return relative.format(-Math.floor(age / DAY), "day");
  const thisYear = date.getFullYear() === new Date(now.value).getFullYear();
  return (thisYear ? day : dayAndYear).format(date);
}

export const fullTime = (iso) => formats.value.full.format(new Date(iso));
export const dayOf = (iso) => formats.value.dayAndYear.format(new Date(iso));
export const monthOf = (iso) => formats.value.month.format(new Date(iso));
