// The text of a tweet, with its links; a long one is folded.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { splitLinks } from "../words/text.js";
import { t } from "../words/words.js";
import { html } from "./html.js";

// About twelve lines in the column: a longer tweet is folded, so that it cannot fill the screen.
const FOLD_LENGTH = 700;
const FOLD_LINES = 12;

const isLong = (text) => text.length > FOLD_LENGTH || text.split("\n").length > FOLD_LINES;

const NOBODY = [];

// Links within Perch open here, others in a tab of their own.
function Link({ href, label, within, rel }) {
  if (within) return html`<a href=${href}>${label}</a>`;
  return html`<a href=${href} dir="ltr" target="_blank" rel=${rel}>${label}</a>`;
}

/**
 * Text with its links.
 * @param {object} props
 * @param {string} props.text
 * @param {{has: (handle: string) => boolean}} props.handles those that are links
 * @param {string} [props.rel] of links that lead elsewhere
 */
export const Linked = ({ text, handles, rel = "nofollow noopener noreferrer" }) =>
  splitLinks(text, handles).map((part) => (typeof part === "string" ? part : html`<${Link} rel=${rel} ...${part} />`));

// `mentions` are the people whose handles in it are links. The text isn't in the language of the page: `lang` is empty where
// its own isn't known.
export function TweetText({ text, id, fold, mentions = NOBODY, language = null }) {
  const long = fold && isLong(text);
  const folded = useSignal(long);
  const paragraph = useRef(null);
  if (!text.trim()) return null;
  const handles = new Set(mentions.map(({ handle }) => handle.value));
  const toggle = () => {
    folded.value = !folded.value;
    // Folded again, a text that was read to its end would leave the reader far below it.
    if (folded.value) paragraph.current.closest(".tweet").scrollIntoView({ block: "nearest" });
  };
  // The keyboard reaches links below the fold as well: there they must be seen.
  const onFocus = (event) => {
    const below = event.target.getBoundingClientRect().bottom > paragraph.current.getBoundingClientRect().bottom;
    if (folded.value && (below || paragraph.current.scrollTop > 0)) folded.value = false;
  };
  return html`<p
      ref=${paragraph}
      id=${id}
      class=${folded.value ? "tweet-text folded" : "tweet-text"}
      dir="auto"
      lang=${language}
      onFocusIn=${onFocus}
    >
      <${Linked} text=${text} handles=${handles} />
    </p>
    ${long &&
    html`<button
      type="button"
      class="text-button"
      aria-expanded=${!folded.value}
      aria-controls=${id}
      onClick=${toggle}
    >
      ${t(folded.value ? "tweet.show_more" : "tweet.show_less")}
    </button>`}`;
}
