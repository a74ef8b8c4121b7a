// One stream for all tabs of a browser: the tab that holds the lock reads it and tells the others.
import { followStream, isNewer } from "./stream.js";

const NAME = "perch.live";
// The reading tab says that it lives with each of the server's heartbeats, which come every 20 seconds.
const SILENCE = 60_000;

// Until `signal` aborts. `tell(event)` gets each event once, whichever tab read it; `say(state)` as in stream.js.
export function shareStream({ viewerId, signal, tell, say }) {
  const position = { id: null };
  if (!navigator.locks || !("BroadcastChannel" in window)) {
    followStream({ signal, position, tell: (_, event) => tell(event), say });
    return;
  }
  const channel = new BroadcastChannel(NAME);
  let reading = false;
  let state = "connecting";
  let heard = Date.now();
  const sayToAll = (word) => {
    state = word;
    say(word);
    channel.postMessage({ viewerId, state });
  };
  const tellAll = (id, event) => {
    tell(event);
    channel.postMessage({ viewerId, id, event });
  };
  channel.onmessage = ({ data }) => {
    if (data.viewerId !== viewerId) return;
    if (reading) {
      // A tab that has just been opened wants to know how things are.
      if (data.hello) channel.postMessage({ viewerId, state, id: position.id, welcome: true });
      return;
    }
    heard = Date.now();
    if (data.state) say((state = data.state));
    if (data.welcome) {
      if (data.state === "live" && position.id === null) tell({ type: "open" });
      position.id ??= data.id;
    } else if (data.event) {
      if (data.id && data.event.type !== "reset" && !isNewer(data.id, position.id)) return;
      position.id = data.id ?? position.id;
      tell(data.event);
    }
  };
  channel.postMessage({ viewerId, hello: true });
  const read = () => {
    reading = true;
    return followStream({ signal, position, tell: tellAll, say: sayToAll });
  };
  navigator.locks.request(`${NAME}.${viewerId}`, { signal }, read).catch(() => {});
  // A tab that reads may be put to sleep by its browser, with the lock in its hands.
  const watchdog = setInterval(() => {
    if (!reading && state === "live" && Date.now() - heard > SILENCE) say((state = "waiting"));
  }, SILENCE / 4);
  signal.addEventListener("abort", () => {
    clearInterval(watchdog);
    channel.close();
  });
}
