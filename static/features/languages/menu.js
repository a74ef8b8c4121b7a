// The language of a tweet in its menu.
import { useSignal } from "@preact/signals";
import { sayLanguage } from "../../core/api/tweets.js";
import { notify } from "../../core/store/notices.js";
import { viewer } from "../../core/store/session.js";
import { refreshTweet } from "../../core/store/tweets.js";
import { html } from "../../core/ui/html.js";
import { Item, Question, useLast } from "../../core/ui/menu.js";
import { t } from "../../core/words/words.js";
import { languages } from "./languages.js";
import "./words.js";

// `go` leads to one of STEPS.
export const LanguageItem = ({ tweet, go }) =>
  tweet.author.id === viewer.value?.id &&
  tweet.text.trim() &&
  html`<${Item} words="languages.language" act=${{ press: () => go("language") }} />`;

function Language({ tweet }) {
  const language = useSignal(tweet.language.value ?? "");
  const act = useLast(async () => {
    await sayLanguage(tweet.id, language.value || null);
    await refreshTweet(tweet.id).catch(() => {});
    notify(t("languages.saved"));
  });
  return html`<${Question} title=${t("languages.language")} act=${act} now=${t("action.save")}>
    <select aria-label=${t("languages.language")} value=${language.value} onChange=${(event) => (language.value = event.target.value)}>
      <option value="" selected=${!language.value}>${t("languages.by_words")}</option>
      ${languages().map(({ code, name }) => html`<option key=${code} value=${code} selected=${code === language.value}>${name}</option>`)}
    </select>
    <p class="hint">${t("languages.about")}</p>
  <//>`;
}

export const STEPS = { language: Language };
