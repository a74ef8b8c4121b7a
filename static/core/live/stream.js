// One live stream from the server: kept open, resumed where it broke off, and never hurried.
import { keyHeader, noAnswer, parse, readAnswer, seconds } from "../api/http.js";
import { hurry } from "../store/live-state.js";

// The server sends something every 20 seconds: what is silent for longer than two of these is dead.
const SILENCE = 45_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

// Server-sent events out of a body: https://html.spec.whatwg.org/multipage/server-sent-events.html
export async function* readEvents(body, heard = () => {}) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const fields = {};
        for (const line of block.split("\n")) {
          const colon = line.indexOf(": ");
          if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
        }
        yield { id: fields.id, event: fields.data === undefined ? null : parse(fields.data) };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// Until `signal` aborts. `position.id` is the last event that was told, and moves with them.
// `tell(id, event)` gets each event, `say(state)` gets "connecting", "live" or "waiting"; "live" again with
// each heartbeat.
export async function followStream({ signal, position, tell, say }) {
  let pause = FIRST_PAUSE;
  while (!signal.aborted) {
    let retryAfter = 0;
    const resumed = position.id !== null;
    try {
      say("connecting");
      await once({
        signal,
        position,
        beat: () => say("live"),
        tell(id, event) {
          if (event.type === "open") {
            pause = FIRST_PAUSE;
            say("live");
          }
          // Where it goes on from a known event, nothing was missed.
          if (event.type !== "open" || !resumed) tell(id, event);
        },
      });
      // The server has closed it, for its own reasons: it is back in a moment.
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401 || error.status === 403) {
        // The session has heard of it, and begins anew with another key.
        say("off");
        return;
      }
      retryAfter = (error.retryAfter ?? 0) * 1000;
    }
    if (signal.aborted) return;
    say("waiting");
    await sleep(Math.max(pause * (0.75 + Math.random() / 2), retryAfter), signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

// One connection, until it ends. Rejects with an ApiError where the server refuses.
async function once({ signal, position, beat, tell }) {
  const attempt = new AbortController();
  const over = { signal: attempt.signal };
  const giveUp = () => attempt.abort();
  let last = Date.now();
  const giveUpIfSilent = () => Date.now() - last > SILENCE && giveUp();
  const watchdog = setInterval(giveUpIfSilent, SILENCE / 3);
  signal.addEventListener("abort", giveUp, over);
  // After a sleep, or on another network, a connection may be dead without having noticed.
  document.addEventListener("visibilitychange", giveUpIfSilent, over);
  addEventListener("offline", giveUp, over);
  try {
    const headers = keyHeader();
    const key = headers["api-key"];
    if (position.id) headers["last-event-id"] = position.id;
    const request = fetch("/api/stream", { headers, cache: "no-store", signal: attempt.signal });
    const response = await request.catch(() => {
      throw noAnswer();
    });
    if (!response.ok) {
      const wait = seconds(response.headers.get("retry-after"));
      readAnswer(response.status, parse(await response.text()), wait, key);
    }
    const heard = () => (last = Date.now());
    for await (const { id, event } of readEvents(response.body, heard)) {
      if (signal.aborted) return;
      // Told already, perhaps by another tab.
      const known = event && !["open", "reset"].includes(event.type) && !isNewer(id, position.id);
      // The server is stopping; clients that reconnect get the rest.
      if (known || event?.reason === "stopping") continue;
      if (id) position.id = id;
      if (event) tell(id, event);
      else beat();
    }
  } finally {
    clearInterval(watchdog);
    giveUp();
  }
}

// Ids are "<history>-<number>"; of one history, the higher number came later.
export function isNewer(id, than) {
  if (!than) return true;
  const [history, number] = id.split("-");
  const [otherHistory, otherNumber] = than.split("-");
  return history !== otherHistory || Number(number) > Number(otherNumber);
}

// Cut short when the network is back, or when somebody looks again.
function sleep(time, signal) {
  return /** @type {Promise<void>} */ (new Promise((resolve) => {
    const done = new AbortController();
    const wake = () => {
      clearTimeout(timer);
      done.abort();
      resolve();
    };
    const timer = setTimeout(wake, time);
    const options = { signal: done.signal };
    addEventListener("online", wake, options);
    hurry.addEventListener("now", wake, options);
    signal.addEventListener("abort", wake, options);
    document.addEventListener("visibilitychange", () => !document.hidden && wake(), options);
  }));
}
