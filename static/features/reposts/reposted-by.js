// Who reposted a tweet, above it in a timeline.
import { html } from "../../core/ui/html.js";
import { Icon } from "../../core/ui/icon.js";
import { Names } from "../../core/ui/names.js";
import { viewer } from "../../core/store/session.js";
import { t } from "../../core/words/words.js";
import "./words.js";

// This many are named; of more people, two are.
const NAMED = 2;

export default function RepostedBy({ id, people }) {
  const [only] = people;
  const isMine = people.length === 1 && only.id === viewer.value?.id;
  const [before, after] = t("repost.by", { who: "\u0000" }).split("\u0000");
  return html`<p class="reposted-by" id=${id}>
    <${Icon} name="repost" />
    <span>
      ${isMine
        ? html`<a href=${`/users/${only.id}`}>${t("repost.by_you")}</a>`
        : html`${before}<${Names} people=${people} count=${people.length} most=${NAMED} />${after}`}
    </span>
  </p>`;
}
