// What only mentioned people may see: the viewer's own tweets, and those to the viewer.
import { fetchTimeline } from "../api/tweets.js";
import { open } from "./feeds.js";

export const privateTweets = () =>
  open("private", (before, limit) => fetchTimeline("private", before, limit), { whole: false });
