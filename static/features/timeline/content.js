// The text of a tweet and what is shown below it, each of which may be covered.
import "../../core/store/quotes.js";
import { arePicturesShown, isTextShown } from "../../core/store/covers.js";
import { html } from "../../core/ui/html.js";
import { lazy } from "../../core/ui/lazy.js";
import { Text } from "../covers/text.js";
import { MediaGrid } from "./media-grid.js";

const CoveredPictures = lazy(() => import("../covers/covered-pictures.js"));
const HidePictures = lazy(() => import("../covers/hide-pictures.js"));

function Media({ tweet }) {
  const media = tweet.media.value.filter((one) => one.state !== "broken");
  if (media.length === 0 || !isTextShown(tweet)) return null;
  if (!arePicturesShown(tweet)) return html`<${CoveredPictures} tweet=${tweet} media=${media} />`;
  return html`<${MediaGrid} media=${media} />
    ${tweet.sensitive && tweet.warning === null && html`<${HidePictures} tweet=${tweet} count=${media.length} />`}`;
}

// What it quotes has about this size.
const Waiting = () => html`<div class="quoted waiting" aria-hidden="true"></div>`;
const Quoted = lazy(() => import("../quotes/quoted.js"), { name: "Quoted", Waiting });
// The card of a page has just this size.
const Card = ({ tweet }) => html`<div class=${tweet.preview.value.picture ? "preview" : "preview plain"} aria-hidden="true"></div>`;
const Preview = lazy(() => import("../previews/preview.js"), { Waiting: Card });
const Poll = lazy(() => import("../polls/poll.js"));

export const Content = ({ tweet, fold }) => html`<${Text} tweet=${tweet} id=${`text-${tweet.id}`} fold=${fold} />
  ${tweet.poll.value && isTextShown(tweet) && html`<${Poll} tweet=${tweet} />`}
  <${Media} tweet=${tweet} />
  ${tweet.quote.value && isTextShown(tweet) && html`<${Quoted} by=${tweet} />`}
  ${tweet.preview.value && isTextShown(tweet) && html`<${Preview} tweet=${tweet} />`}`;
