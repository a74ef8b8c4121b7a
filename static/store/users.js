// People: profiles that were read, and whom the viewer follows.
import { signal } from "@preact/signals";
import * as api from "../api/users.js";
import { home } from "./feeds.js";
import { whenViewerLeaves } from "./session.js";

const profiles = new Map();
const follows = new Map();

// {followed, busy, trouble} of one person, as signals; `followed` is null until it is known.
export function followOf(id) {
  if (!follows.has(id)) {
    follows.set(id, { followed: signal(null), busy: signal(false), trouble: signal(null) });
  }
  return follows.get(id);
}

export function keepFollowed(user) {
  const follow = followOf(user.id);
  if (!follow.busy.value && typeof user.followed === "boolean") {
    follow.followed.value = user.followed;
  }
}

export function profileOf(id) {
  if (!profiles.has(id)) profiles.set(id, signal(null));
  return profiles.get(id);
}

export function keepProfile(user) {
  keepFollowed(user);
  profileOf(user.id).value = user;
}

export async function loadProfile(id) {
  const user = await api.fetchUser(id);
  keepProfile(user);
  return user;
}

export async function follow(id, wanted) {
  const state = followOf(id);
  state.busy.value = true;
  state.trouble.value = null;
  try {
    await api.setFollow(id, wanted);
    state.followed.value = wanted;
    const profile = profileOf(id);
    if (profile.value) {
      const followers_count = profile.value.followers_count + (wanted ? 1 : -1);
      profile.value = { ...profile.value, followed: wanted, followers_count };
    }
    // Following changes at once, backwards as well: it is read anew when it is next looked at.
    home.following.reset();
  } catch (error) {
    state.trouble.value = error;
  } finally {
    state.busy.value = false;
  }
}

whenViewerLeaves(() => {
  profiles.clear();
  follows.clear();
});
