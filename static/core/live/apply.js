// Applies live events to the stores. Features listen for what is theirs (listeners.js).
import { batch } from "@preact/signals";
import { draftNews } from "../store/drafts.js";
import { everyFeed, home, openedFeed } from "../store/feeds.js";
import { waitAbove } from "../store/new-tweets.js";
import { showUnread } from "../store/notifications.js";
import { wantPoll } from "../store/polls.js";
import { quotedIsDeleted, wantQuoted } from "../store/quotes.js";
import { departures, loadProfile, personById, updatePeople } from "../store/people.js";
import { placeReply, reloadThreads } from "../store/threads.js";
import { refuseKey, showViewer, viewer } from "../store/session.js";
import { requestNews } from "../store/follow-requests.js";
import { countAnew, everyTweet, removeTweet, setMedia, showPoll, tweetById } from "../store/tweets.js";
import { tellListeners, whenTold } from "./listeners.js";
import { renew, resync, resyncAll } from "./resync.js";
import { keepTold } from "./told.js";
import "./reposts.js";

// One's own tweet is put in its place by whoever sends it; what comes from another device waits like others.
const OWN_TWEET_GRACE = 2000;

const isMe = (id) => viewer.value?.id === id;

// Between what the page read and the opening something may have happened.
whenTold("open", resyncAll);
whenTold("reset", resyncAll);

whenTold("tweet", ({ tweet: json, followed, author }) => {
  const tweet = keepTold(json);
  updatePeople([author]);
  placeReply(tweet);
  wantQuoted(tweet);
  if (isMe(author.id)) setTimeout(() => waitAbove(tweet, followed), OWN_TWEET_GRACE);
  else waitAbove(tweet, followed);
});

whenTold("tweet_edited", ({ tweet: json }) => {
  if (tweetById(json.id)) keepTold(json);
});

whenTold("tweet_deleted", ({ tweet_id: id, author }) => {
  if (author) updatePeople([author]);
  quotedIsDeleted(id);
  const tweet = tweetById(id);
  if (tweet) removeTweet(tweet);
});

for (const kind of ["likes", "replies", "reposts", "quotes"]) whenTold(kind, countAnew);

// Events leave out hidden results. If this viewer has seen them, ask for the new ones.
whenTold("poll", ({ tweet_id: id, poll }) => {
  const tweet = tweetById(id);
  if (!tweet) return;
  showPoll(tweet, poll);
  if (poll.options[0].votes === null && tweet.poll.value.options[0].votes !== null) wantPoll(id);
});

whenTold("thread", ({ root_id: id }) => reloadThreads(id));

whenTold("liked", (event) => {
  countAnew(event);
  const feed = openedFeed(`user-${viewer.value?.id}-likes`);
  if (feed && !feed.shown) feed.reset();
});

whenTold("follow", ({ follower_id: follower, followee_id: followee, followed, users }) => {
  updatePeople(users);
  if (!isMe(follower)) return;
  const person = personById(followee);
  if (person.wanted === null) person.followed.value = followed;
  if (home.following.shown) resync(home.following).catch(() => {});
  else home.following.reset();
  // What is for followers is on lists and on the profile, or no longer.
  for (const feed of everyFeed()) if (feed.name.startsWith("list-")) renew(feed);
  for (const list of ["tweets", "replies", "media"]) {
    const feed = openedFeed(`user-${followee}-${list}`);
    if (feed?.shown) resync(feed).catch(() => (feed.stale = true));
    else feed?.reset();
  }
});

for (const kind of ["followed_hashtag", "lists"]) whenTold(kind, () => renew(home.following));

whenTold("follow_request", ({ follower_id: follower, followee_id: followee, requested }) => {
  const person = personById(followee);
  if (isMe(follower) && person.wanted === null) person.requested.value = requested;
  if (isMe(followee)) requestNews.value += 1;
});

whenTold("user", ({ user, version }) => {
  // A person without a picture has no field for it.
  updatePeople([{ avatar: null, ...user, version }]);
  if (isMe(user.id)) showViewer({ ...viewer.value, avatar: null, ...user });
});

// All that somebody wrote goes at once, or is there again.
whenTold("visibility", ({ user_id: id, hidden, author }) => {
  if (author) updatePeople([author]);
  const theirs = [...everyTweet()].filter((tweet) => tweet.author.id === id);
  if (hidden) {
    theirs.forEach(removeTweet);
    for (const feed of everyFeed()) feed.entries?.undo(id);
  } else {
    for (const tweet of theirs) tweet.fate.value = "here";
    resyncAll();
  }
  // Where their profile is shown, it says why.
  if (personById(id).profile.value) loadProfile(id).catch(() => (departures.value += 1));
});

// Somebody is blocked or muted, here or on another device, or blocks the viewer.
whenTold("relation", async ({ user_id: id, relation }) => {
  const { related } = await import("./relations.js");
  related(id, relation);
});

whenTold("media", ({ tweet_id: tweetId, media }) => {
  if (tweetId) setMedia(tweetId, media);
});

whenTold("draft", () => (draftNews.value += 1));

whenTold("notifications", ({ unread }) => showUnread(unread));

whenTold("key_revoked", () => refuseKey());

export function apply(event) {
  batch(() => tellListeners(event));
}
