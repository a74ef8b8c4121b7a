// The text of a tweet, behind its content warning if it has one.
import { isTextShown } from "../../core/store/covers.js";
import { html } from "../../core/ui/html.js";
import { lazy } from "../../core/ui/lazy.js";
import { TweetText } from "../../core/ui/tweet-text.js";

const Warning = lazy(() => import("./warning.js"));

export function Text({ tweet, id, fold = false }) {
  const text = html`<${TweetText} text=${tweet.text} id=${id} mentions=${tweet.mentions} language=${tweet.language.value} fold=${fold} />`;
  if (tweet.warning === null) return text;
  return html`<${Warning} tweet=${tweet} />${isTextShown(tweet) && text}`;
}
