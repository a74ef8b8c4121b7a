// What the viewer has noted about people; it is part of their profiles.
import { people } from "./people.js";

export function noteOn(id, note) {
  const profile = people.get(id)?.profile;
  if (profile?.value) profile.value = { ...profile.value, note };
}
