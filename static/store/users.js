// People: profiles that were read, and whom the viewer follows.
import { batch, signal } from "@preact/signals";
import * as api from "../api/people.js";
import { home } from "./feeds.js";
import { viewer, whenViewerLeaves } from "./session.js";

const profiles = new Map();
const follows = new Map();

// {followed, trouble} of one person, as signals; `followed` is null until it is known. `wanted` is what
// the last click asked for, until the server has answered.
export function followOf(id) {
  if (!follows.has(id)) {
    follows.set(id, { followed: signal(null), trouble: signal(null), wanted: null });
  }
  return follows.get(id);
}

export function keepFollowed(user) {
  const follow = followOf(user.id);
  if (follow.wanted === null && typeof user.followed === "boolean") {
    follow.followed.value = user.followed;
  }
}

export const followTold = (id, followed) => keepFollowed({ id, followed });

export function profileOf(id) {
  if (!profiles.has(id)) profiles.set(id, signal(null));
  return profiles.get(id);
}

export function keepProfile(user) {
  keepFollowed(user);
  const profile = profileOf(user.id);
  // Of two states the one with the higher version is the newer, in whichever order they come.
  if (!profile.value || user.version >= profile.value.version) profile.value = user;
}

// Live counters of people whose profiles the page knows.
export function countPeople(counted) {
  for (const counters of counted) {
    const profile = profiles.get(counters.id);
    if (profile?.value && counters.version > profile.value.version) {
      profile.value = { ...profile.value, ...counters };
    }
  }
}

export function renamePerson({ id, name }, version) {
  const profile = profiles.get(id);
  if (profile?.value && version > profile.value.version) profile.value = { ...profile.value, name, version };
}

export async function loadProfile(id) {
  const user = await api.fetchUser(id);
  keepProfile(user);
  return user;
}

// Counted at once where the page knows both; the server's number comes with a higher version.
function count(id, field, step) {
  const profile = profiles.get(id);
  if (profile?.value) profile.value = { ...profile.value, [field]: Math.max(0, profile.value[field] + step) };
}

function show(id, followed) {
  const state = followOf(id);
  if (state.followed.value === followed) return;
  const step = followed ? 1 : -1;
  batch(() => {
    state.followed.value = followed;
    count(id, "followers_count", step);
    if (viewer.value) count(viewer.value.id, "following_count", step);
  });
}

// Shown at once, taken back where the server refuses. Clicks while a request is under way are
// remembered and only the last one is sent.
export async function follow(id, wanted) {
  const state = followOf(id);
  state.trouble.value = null;
  const busy = state.wanted !== null;
  state.wanted = wanted;
  show(id, wanted);
  if (busy) return;
  let sent = null;
  let answered = !wanted;
  try {
    while (sent !== state.wanted) {
      sent = state.wanted;
      await api.setFollow(id, sent);
      answered = sent;
    }
    // Following changes at once, backwards as well: it is read anew when it is next looked at.
    if (!home.following.shown) home.following.reset();
  } catch (error) {
    const missed = state.wanted;
    show(id, answered);
    state.trouble.value = { error, retry: () => follow(id, missed) };
  } finally {
    state.wanted = null;
  }
}

whenViewerLeaves(() => {
  profiles.clear();
  follows.clear();
});
