// What a person says about themselves.
import { html } from "../../core/ui/html.js";
import { Icon } from "../../core/ui/icon.js";
import { Linked } from "../../core/ui/tweet-text.js";
import { fullTime } from "../../core/words/time.js";
import { t } from "../../core/words/words.js";
import "./words.js";

// Which handles are members' isn't known here: each leads to a page that says so.
const ANYBODY = { has: () => true };

// The lines have no names of their own: two may be alike.
// `verified_at`: since when their page is known to link back.
const Field = ({ name, value, verified_at: verified }) => html`<div class=${verified ? "verified" : undefined}>
  <dt dir="auto">${name}</dt>
  <dd dir="auto">
    <${Linked} text=${value} handles=${ANYBODY} rel="me nofollow noopener noreferrer" />
    ${verified && html`<span class="check-mark" role="img" aria-label=${t("profile.verified")} title=${t("profile.verified_since", { when: fullTime(verified) })}>
      <${Icon} name="check" />
    </span>`}
  </dd>
</div>`;

/**
 * @param {object} props
 * @param {import("../../core/api/shapes.js").AboutJson} props.said
 */
export function About({ said }) {
  const { bio, fields: all = [] } = said;
  const fields = all.filter(({ value }) => value.trim());
  return html`${bio && html`<p class="bio" dir="auto"><${Linked} text=${bio} handles=${ANYBODY} /></p>`}
    ${fields.length > 0 &&
    html`<dl class="profile-fields" aria-label=${t("profile.details")}>
      ${fields.map((one, at) => html`<${Field} key=${at} ...${one} />`)}
    </dl>`}`;
}
