// Every person that the page knows, once: a name, a counter or a mark lives here and nowhere else.
import { batch, signal } from "@preact/signals";
import { fetchUser, fetchUserByHandle } from "../api/people.js";
import { whenViewerLeaves } from "./leaving.js";

/** @import { Signal } from "@preact/signals" */
/** @import { PersonJson, ProfileJson } from "../api/shapes.js" */

/**
 * @typedef {object} Person
 * @property {number} id
 * @property {Signal<string>} handle
 * @property {Signal<string>} name
 * @property {Signal<string | null>} avatar the path of their picture
 * @property {Signal<ProfileJson | null>} profile all that a profile says, counters included; null until it was read
 * @property {Signal<boolean>} apart whether a block parts them from the viewer, as far as this page knows
 * @property {Signal<boolean | null>} followed the viewer's mark; null until it is known
 * @property {Signal<boolean>} requested whether the viewer asks to follow them
 * @property {boolean | null} wanted what the last click asked for, until the server has answered
 * @property {Promise<void>} [answered] resolves when it has
 * @property {Signal<{error: Error, retry: () => void} | null>} trouble what became of it where that failed
 */

/** @type {Map<number, Person>} */
export const people = new Map();

// Counts accounts that disappear while the page is open; an open profile then checks whether it was its own.
export const departures = signal(0);

/**
 * The person of this id, as far as they are known.
 * @param {number} id
 * @returns {Person}
 */
export function personById(id) {
  if (!people.has(id)) {
    people.set(id, {
      id,
      handle: signal(""),
      name: signal(""),
      avatar: signal(null),
      profile: signal(null),
      apart: signal(false),
      followed: signal(null),
      requested: signal(false),
      wanted: null,
      trouble: signal(null),
    });
  }
  return people.get(id);
}

/**
 * Takes in a person as the server tells them, in a tweet, a list or a profile, and returns the one that the
 * page shows.
 * @param {PersonJson | ProfileJson} json
 */
export function keepPerson(json) {
  const person = personById(json.id);
  batch(() => {
    // Of two states the one with the higher version is the newer, in whichever order they come.
    const older = json.version < person.profile.value?.version;
    if (!older) {
      person.name.value = json.name;
      person.handle.value = json.handle;
      person.avatar.value = json.avatar ?? null;
    }
    if (!older && "created_at" in json) person.profile.value = json;
    if (person.wanted !== null) return;
    if (typeof json.followed === "boolean") person.followed.value = json.followed;
    if ("created_at" in json) person.requested.value = json.requested ?? false;
  });
  return person;
}

// Live counters of people whose profiles the page knows, or a new name.
export function updatePeople(told) {
  for (const { id, version, ...news } of told) {
    if (!people.has(id)) continue;
    const { profile, name, avatar } = people.get(id);
    if (profile.value && version <= profile.value.version) continue;
    if (profile.value) profile.value = { ...profile.value, ...news, version };
    if (news.name !== undefined) name.value = news.name;
    if (news.avatar !== undefined) avatar.value = news.avatar;
  }
}

// Counted at once where the page knows the person; the server's number comes with a higher version.
export function count(id, field, step) {
  const { profile } = personById(id);
  if (profile.value) profile.value = { ...profile.value, [field]: Math.max(0, profile.value[field] + step) };
}

export async function loadProfile(id) {
  return keepPerson(await fetchUser(id));
}

/** The person with this handle, if the page knows them. */
export const personByHandle = (handle) =>
  [...people.values()].find((person) => person.handle.value === handle);

export async function loadByHandle(handle) {
  return keepPerson(await fetchUserByHandle(handle));
}

whenViewerLeaves(() => people.clear());
