// Times on the wall clock of a time zone, such as "2027-01-01T09:00".

/** The time zone of this device. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whether this browser knows a time zone of this name. */
export function isKnown(zone) {
  try {
    return Boolean(new Intl.DateTimeFormat("en-US", { timeZone: zone }));
  } catch {
    return false;
  }
}

// How far the zone's clock is ahead of UTC at a moment, in milliseconds.
function aheadAt(moment, zone) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const at = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const clock = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
  return clock - Math.floor(moment / 1000) * 1000;
}

/** The moment at which the zone's clock shows this; null if it is no time from 1970 on. Where it shows it twice, one of them. */
export function momentOf(clock, zone) {
  const asUtc = Date.parse(`${clock}:00Z`);
  if (Number.isNaN(asUtc) || asUtc < 0) return null;
  const near = asUtc - aheadAt(asUtc, zone);
  return new Date(asUtc - aheadAt(near, zone));
}

/** What the zone's clock shows at a moment. */
export const clockAt = (moment, zone) =>
  new Date(moment.getTime() + aheadAt(moment.getTime(), zone)).toISOString().slice(0, 16);
