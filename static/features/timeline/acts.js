// What the buttons under a tweet do, besides liking.
import { deleteTweet } from "./deletions.js";
// The row in the deleted tweet's place, with its "Undo", is to be there at once.
import "./deleted.js";
import "./words.js";

export const remove = deleteTweet;
