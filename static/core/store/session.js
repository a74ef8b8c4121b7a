// Who is looking: the API key, what the server says of it, and the viewer behind it.
import { computed, signal } from "@preact/signals";
import { ApiError, configure, needsKey } from "../api/http.js";
import { fetchInstance, fetchViewer } from "../api/users.js";
import { wipeAll } from "./leaving.js";
import { keepPerson, personById } from "./people.js";
import { forget, load, names, save, watch } from "./storage.js";

// Until the server has told its own.
const DEFAULTS = {
  name: "Perch",
  description: "",
  version: "",
  limits: {
    tweet_max_length: 1000,
    tweet_max_bytes: 16_000,
    media_per_tweet: 4,
    tweets_per_thread: 25,
    media_max_bytes: 10_485_760,
    alt_max_length: 1500,
    warning_max_length: 200,
    name_max_length: 50,
    bio_max_length: 500,
    pronouns_max_length: 40,
    profile_fields: 4,
    profile_field_name_max_length: 60,
    profile_field_value_max_length: 255,
    note_max_length: 2000,
    list_title_max_length: 60,
    page_size_max: 100,
  },
  accepted_types: ["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"],
  features: {},
};

export const key = signal(load("key") ?? "");
export const typedKey = signal(key.value);
// none → checking → valid, invalid (the server refused it) or failed (it could not be asked)
export const keyState = signal(key.value ? "checking" : "none");
export const keyError = signal(null);
// The viewer of the last visit is shown while the key is being checked.
const account = signal(load("viewer"));
// {id, handle, name, avatar, scopes}, or null.
export const viewer = computed(() => {
  if (!account.value) return null;
  const { name, avatar } = personById(account.value.id);
  const known = name.value !== "";
  return { ...account.value, ...(known && { name: name.value, avatar: avatar.value }) };
});
export const instance = signal(DEFAULTS);
export const limits = computed(() => instance.value.limits);
export const signedIn = computed(() => key.value !== "" && viewer.value !== null);
// Whether the key that is shown has the scope of administrators.
export const administers = computed(() => signedIn.value && !!viewer.value.scopes?.includes("admin"));

configure({
  currentKey: () => key.value,
  keyJudged(accepted, type) {
    if (!accepted) {
      refuseKey(type);
    } else if (viewer.value && typedKey.value === key.value && keyState.value !== "checking") {
      keyState.value = "valid";
    }
  },
});

// The server does not honour the key any more. What is shown stays, as does what was typed.
export function refuseKey(type = "invalid_key") {
  keyState.value = "invalid";
  keyError.value = new ApiError(type);
}

export function showViewer(user) {
  keepPerson(user);
  const { id, name, handle, avatar = null, scopes } = user;
  account.value = { id, name, handle, avatar, scopes };
  save("viewer", account.value);
}

// Headers carry printable ASCII: anything else cannot be a key of ours.
const isPossible = (text) => /^[\x21-\x7e]+$/.test(text);

// A key with something around it, such as the file in which the client saves one.
const keyIn = (text) => /\bperch_[0-9A-Za-z]{20,}/.exec(text)?.[0] ?? text.trim();

let attempt = 0;

/**
 * @param {string} text
 * @param {((user: any) => Promise<boolean>) | null} mayReplace Asked with the user of the typed key whether the key in
 *   use may go.
 */
export async function signIn(text, mayReplace = null) {
  const candidate = keyIn(text);
  typedKey.value = candidate;
  if (!candidate) return;
  attempt += 1;
  const mine = attempt;
  keyState.value = "checking";
  keyError.value = null;
  try {
    if (!isPossible(candidate)) throw new ApiError("invalid_key");
    const user = await fetchViewer(candidate);
    const goes = !key.value || candidate === key.value || !mayReplace || (await mayReplace(user));
    if (mine !== attempt) return;
    if (!goes) {
      typedKey.value = key.value;
      keyState.value = "valid";
      return;
    }
    // Another key may see other things, and what failed with the old one is worth trying again.
    if (candidate !== key.value) wipeAll(false);
    save("key", candidate);
    showViewer(user);
    key.value = candidate;
    keyState.value = "valid";
  } catch (error) {
    if (mine !== attempt) return;
    const refused = needsKey(error);
    keyState.value = refused ? "invalid" : "failed";
    keyError.value = error;
    // A stored key that is refused shows nobody; what was typed stays in the field.
    if (refused && candidate === key.value) account.value = null;
  }
}

export function signOut() {
  attempt += 1;
  wipeAll(true);
  // Forget everything, even of stores that aren't loaded. Only preferences stay: they belong to no account.
  for (const name of names()) if (!name.startsWith("preference.")) forget(name);
  import("../lib/kept.js").then(({ forgetKept }) => forgetKept(), () => {});
  key.value = "";
  typedKey.value = "";
  account.value = null;
  keyError.value = null;
  keyState.value = "none";
}

async function loadInstance() {
  try {
    instance.value = { ...DEFAULTS, ...(await fetchInstance()) };
  } catch {
    // The defaults are right for a server that nobody has configured otherwise.
  }
}

export function startSession() {
  loadInstance();
  if (key.value) signIn(key.value);
  // Signing out in one tab signs out all of them.
  watch("key", (value) => {
    if (!value && key.value) signOut();
    else if (value && value !== key.value) signIn(value);
  });
  addEventListener("online", () => {
    // Another key may replace the only copy of the one in use, which is asked about where it was typed.
    if (keyState.value === "failed" && (!key.value || typedKey.value === key.value)) signIn(typedKey.value);
  });
}
