// A switch of the viewer's (a like, a bookmark, a follow) that is shown ahead of the server's answer.

/**
 * What the last click asked for, and a promise for its answer; until the server has answered.
 * @typedef {{wanted: boolean | null, answered?: Promise<void>}} Ahead
 */

/**
 * Shows the wish at once, sends it, and takes it back where the server refuses. Clicks while a request is under way
 * are remembered, and only the last one is sent. Resolves when the server has answered that.
 * @param {Ahead} state
 * @param {boolean} wanted
 * @param {object} how
 * @param {() => void} how.show shows `state.wanted` or, without one, what the server said last
 * @param {(wanted: boolean) => Promise<void>} how.send asks the server, and notes what it then has
 * @param {(error: Error, wanted: boolean) => void} how.failed
 */
export function ahead(state, wanted, how) {
  state.wanted = wanted;
  how.show();
  state.answered ??= sendLast(state, how);
  return state.answered;
}

async function sendLast(state, { show, send, failed }) {
  try {
    let sent = null;
    while (sent !== state.wanted) {
      sent = state.wanted;
      await send(sent);
    }
  } catch (error) {
    failed(error, state.wanted);
  } finally {
    state.wanted = null;
    state.answered = undefined;
    show();
  }
}

/**
 * What failed for want of a connection is done once there is one.
 * @param {any} error
 * @param {() => void} again
 */
export function onceOnline(error, again) {
  if (error.type === "offline") addEventListener("online", again, { once: true });
}
