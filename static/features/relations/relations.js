// Blocking and muting: the server's answer first, then what it changes on the page.
import { setFollow } from "../../core/api/follows.js";
import {
  limitReplies,
  muteUser,
  setBlock,
  setReplyHidden,
  setRepostsHidden,
  setThreadMute,
  unmuteUser,
} from "../../core/api/relations.js";
import { related } from "../../core/live/relations.js";
import { showHidden } from "../../core/live/reposts.js";
import { notify } from "../../core/store/notices.js";
import { relationIn } from "../../core/store/relations.js";
import { openedThread, reloadThreads } from "../../core/store/threads.js";
import { errorText, t } from "../../core/words/words.js";
import "./words.js";

/** @import { Person } from "../../core/store/people.js" */

function show(person, change, words, undo = null) {
  related(person.id, { ...relationIn(person.profile.value), ...change });
  const failed = (error) => notify(errorText(error));
  notify(t(words, { handle: person.handle.value }), undo && (() => undo(person).catch(failed)));
}

/** @param {Person} person */
export async function block(person) {
  const followed = person.followed.value;
  await setBlock(person.id, true);
  show(person, { blocking: true }, "relation.blocked", async () => {
    await unblock(person);
    if (!followed) return;
    const { requested = false } = await setFollow(person.id, true);
    person.followed.value = !requested;
    person.requested.value = requested;
  });
}

/** @param {Person} person */
export async function unblock(person) {
  await setBlock(person.id, false);
  show(person, { blocking: false }, "relation.unblocked");
}

/**
 * @param {Person} person
 * @param {{notifications: boolean, seconds: number | null}} choice
 */
export async function mute(person, choice) {
  await muteUser(person.id, choice);
  const until = choice.seconds === null ? null : new Date(Date.now() + choice.seconds * 1000).toISOString();
  const change = { muting: true, notifications_muted: choice.notifications, muted_until: until };
  show(person, change, "relation.muted", unmute);
}

/** @param {Person} person */
export async function unmute(person) {
  await unmuteUser(person.id);
  show(person, { muting: false, notifications_muted: false, muted_until: null }, "relation.unmuted");
}

// Whether a followee's reposts are left out of Following.
export async function hideReposts(person, hidden) {
  await setRepostsHidden(person.id, hidden);
  showHidden(person.id, hidden);
  notify(t(hidden ? "relation.reposts_hidden" : "relation.reposts_shown", { handle: person.handle.value }));
}

// Who may reply in the conversation that a tweet began.
export async function decideWhoReplies(tweet, who) {
  await limitReplies(tweet.id, who);
  reloadThreads(tweet.id);
  notify(t("relation.saved"));
}

export async function hideReply(tweet, hidden) {
  await setReplyHidden(tweet.id, hidden);
  reloadThreads(tweet.rootId);
  notify(t(hidden ? "relation.reply_hidden" : "relation.reply_shown"));
}

// Of the conversation that a tweet belongs to.
export async function muteThread(tweet, muted) {
  await setThreadMute(tweet.id, muted);
  const thread = openedThread(tweet.id);
  if (thread) thread.muted.value = muted;
  notify(t(muted ? "relation.thread_muted" : "relation.thread_unmuted"));
}
