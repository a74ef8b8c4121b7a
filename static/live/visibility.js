// All that somebody wrote goes at once, or is there again.
import { departures } from "../profile/departures.js";
import { everyTweet, removeTweet } from "../store/tweets.js";
import { countPeople, loadProfile, profileOf } from "../store/users.js";
import { resyncAll } from "./resync.js";

export function applyVisibility({ user_id: id, hidden, author }) {
  if (author) countPeople([author]);
  const theirs = [...everyTweet()].filter((tweet) => tweet.author.value.id === id);
  if (hidden) theirs.forEach(removeTweet);
  else {
    for (const tweet of theirs) tweet.fate.value = "here";
    resyncAll();
  }
  // Where their profile is shown, it says why.
  if (profileOf(id).value) loadProfile(id).catch(() => (departures.value += 1));
}
