// Asks for newer tweets while somebody is looking.
import { checkFeed } from "../store/newer.js";

const INTERVAL = 15_000;
const LONGEST = 240_000;

// Starts asking and returns how to stop.
export function watchFeed(feed) {
  let timer;
  let stopped = false;
  let wait = INTERVAL;
  const plan = (time) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(check, time);
  };
  const check = async () => {
    if (document.hidden) return;
    try {
      await checkFeed(feed);
      wait = INTERVAL;
    } catch (error) {
      // A server in trouble is not helped by being asked as often as before.
      wait = Math.min(LONGEST, Math.max(wait * 2, (error.retryAfter ?? 0) * 1000));
    }
    plan(wait);
  };
  const wake = () => {
    if (!document.hidden) plan(Math.max(0, feed.lastCheck + wait - Date.now()));
  };
  wake();
  document.addEventListener("visibilitychange", wake);
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", wake);
  };
}
