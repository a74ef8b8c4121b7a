// Quotes in the menu of a tweet.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { openQuote } from "../../core/store/openers.js";
import { viewer } from "../../core/store/session.js";
import { html } from "../../core/ui/html.js";
import { Answers, Item, Question, useLast } from "../../core/ui/menu.js";
import { t } from "../../core/words/words.js";
import { decideWhoQuotes, mayQuote, quotesMine, WHO, withdraw } from "./quotes.js";
import "./words.js";

const isOpen = ({ visibility }) => visibility === "public" || visibility === "unlisted";

// In its place, why it is missing: for tweets that aren't for everybody, their visibility says so.
export function QuoteItem({ tweet }) {
  if (mayQuote(tweet)) return html`<${Item} words="quotes.quote" act=${{ press: () => openQuote(tweet.id) }} />`;
  const who = tweet.whoMayQuote.value;
  // Whether the viewer follows its author may not be known yet.
  if (!isOpen(tweet) || (who === "followers" && tweet.author.followed.value === null)) return null;
  return html`<li class="menu-note hint">${t(`quotes.not_${who}`, { handle: tweet.author.handle.value })}</li>`;
}

// `go` leads to one of STEPS.
export const QuoteItems = ({ tweet, go }) => html`
  ${tweet.author.id === viewer.value?.id && isOpen(tweet) &&
  html`<${Item} words="quotes.who" act=${{ press: () => go("quotes") }} />`}
  ${quotesMine(tweet) && html`<${Item} words="quotes.withdraw" act=${{ press: () => go("withdraw") }} />`}
`;

function WhoQuotes({ tweet }) {
  const name = useId();
  const who = useSignal(tweet.whoMayQuote.value);
  const act = useLast(() => decideWhoQuotes(tweet, who.value));
  return html`<${Question} title=${t("quotes.who")} act=${act} now=${t("action.save")}>
    <${Answers} name=${name} label=${t("quotes.who")} answers=${WHO} words=${(one) => `quotes.who_${one}`} chosen=${who} />
    <p class="hint">${t("quotes.stay")}</p>
  <//>`;
}

// The viewer's tweet, from one that quotes it.
function Withdraw({ person, tweet }) {
  const act = useLast(() => withdraw(tweet));
  return html`<${Question} title=${t("quotes.withdraw")} act=${act} now=${t("quotes.withdraw_now")} kind="danger">
    <p>${t("quotes.withdraw_about", { handle: person.handle.value })}</p>
  <//>`;
}

export const STEPS = { quotes: WhoQuotes, withdraw: Withdraw };
