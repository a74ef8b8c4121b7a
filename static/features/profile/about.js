// What a person says about themselves.
import { html } from "../../core/ui/html.js";
import { Linked } from "../../core/ui/tweet-text.js";
import { t } from "../../core/words/words.js";
import "./words.js";

// Which handles are members' isn't known here: each leads to a page that says so.
const ANYBODY = { has: () => true };

// The lines have no names of their own: two may be alike.
const Field = ({ name, value }) => html`<div>
  <dt dir="auto">${name}</dt>
  <dd dir="auto"><${Linked} text=${value} handles=${ANYBODY} rel="me nofollow noopener noreferrer" /></dd>
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
