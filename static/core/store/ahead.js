// A switch of the viewer's (a like, a bookmark, a follow) that is shown ahead of the server's answer.

/**
 * Shows the wish at once, sends it, and takes it back where the server refuses. Clicks while a request is under way
 * are remembered, and only the last one is sent.
 * @param {{wanted: boolean | null}} state what the last click asked for, until the server has answered
 * @param {boolean} wanted
 * @param {object} how
 * @param {() => void} how.show shows `state.wanted` or, without one, what the server said last
 * @param {(wanted: boolean) => Promise<void>} how.send asks the server, and notes what it then has
 * @param {(error: Error, wanted: boolean) => void} how.failed
 */
export async function ahead(state, wanted, { show, send, failed }) {
  const busy = state.wanted !== null;
  state.wanted = wanted;
  show();
  if (busy) return;
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
