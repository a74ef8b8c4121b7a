// Times as people say them: "7 min. ago" for a week, then the day.
import { signal } from "@preact/signals";
import { formatter, t } from "./words.js";

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

const DAY_ONLY = { day: "numeric", month: "short" };
const DAY_AND_YEAR = { ...DAY_ONLY, year: "numeric" };

const format = (options, date) => formatter("DateTimeFormat", options).format(date);

export function timeAgo(iso) {
  const date = new Date(iso);
  // A clock that is ahead of ours must not announce the future.
  const age = Math.max(0, now.value - date.getTime());
  // Words of our own: making Intl.RelativeTimeFormat took a sixth of the first drawing.
  if (age < MINUTE) return t("time.now");
  if (age < HOUR) return t("time.minutes", { count: Math.floor(age / MINUTE) });
  if (age < DAY) return t("time.hours", { count: Math.floor(age / HOUR) });
  if (age < 2 * DAY) return t("time.yesterday");
  if (age < 7 * DAY) return t("time.days", { count: Math.floor(age / DAY) });
  const thisYear = date.getFullYear() === new Date(now.value).getFullYear();
  return format(thisYear ? DAY_ONLY : DAY_AND_YEAR, date);
}

const full = { dateStyle: "long", timeStyle: "short" };
const day = { dateStyle: "long" };

export const fullTime = (iso) => format(full, new Date(iso));
export const dayOf = (iso) => format(DAY_AND_YEAR, new Date(iso));
export const monthOf = (iso) => format({ month: "long", year: "numeric" }, new Date(iso));
export const longDayOf = (iso) => format(day, new Date(iso));
