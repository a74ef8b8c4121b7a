// What the buttons under a tweet do, besides liking.
import { copyText } from "../lib/copy.js";
import { t } from "../lib/i18n.js";
import { deleteTweet } from "../store/deletions.js";
import { notify } from "../store/notices.js";
// The row in the deleted tweet's place, with its "Undo", is to be there at once.
import "./deleted.js";

export async function copyLink(tweet) {
  const address = new URL(`/tweets/${tweet.id}`, location.origin).href;
  notify((await copyText(address)) ? t("tweet.link_copied") : address);
}

export const remove = deleteTweet;
