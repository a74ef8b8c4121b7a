// What is told of tweets that the page knows.
import { everyTweet, showMedia, take, tweetById } from "./tweets.js";

// A live number of likes, with the viewer's own like where that is told.
export function countLikes({ tweet_id: id, likes_count: count, version, liked }) {
  const tweet = tweetById(id);
  if (tweet) take(tweet, liked === undefined ? { count, version } : { count, version, liked });
}

// A picture of this tweet is ready, described anew, or broken: then it leaves.
export function setMedia(id, media) {
  const tweet = tweetById(id);
  if (!tweet) return;
  const others = tweet.media.value.map((one) => (one.id === media.id ? media : one));
  showMedia(tweet, others.filter((one) => one.state !== "broken"));
}

// A new name shows on the tweets that are already on the page.
export function renameAuthor({ id, name }) {
  for (const { author } of everyTweet()) {
    if (author.value.id === id && author.value.name !== name) author.value = { ...author.value, name };
  }
}
