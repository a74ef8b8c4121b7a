// Follow or following; a click shows at once, and a refusal where it happened.
import { html } from "../../core/ui/html.js";
import { errorText, t } from "../../core/words/words.js";
import { Icon } from "../../core/ui/icon.js";
import { Button } from "../../core/ui/rows.js";
import { follow } from "./follow.js";
import { viewer } from "../../core/store/session.js";
import "./words.js";

export function FollowButton({ person }) {
  const { id, name, followed, requested, trouble } = person;
  if (viewer.value?.id === id || followed.value === null) return null;
  const on = followed.value || requested.value;
  return html`<span class="follow">
    <${Button}
      kind=${on ? "following" : "primary"}
      aria-pressed=${on}
      aria-label=${t(followed.value ? "profile.following_name" : on ? "profile.requested_name" : "profile.follow_name", { name: name.value })}
      onClick=${() => follow(id, !on)}
    >
      ${t(followed.value ? "profile.following_state" : on ? "profile.requested" : "profile.follow")}
    <//>
    ${trouble.value &&
    html`<span class="field-error" role="alert"><${Icon} name="warning" />${errorText(trouble.value.error)}</span>
      <button type="button" class="text-button" onClick=${trouble.value.retry}>${t("action.retry")}</button>`}
  </span>`;
}
