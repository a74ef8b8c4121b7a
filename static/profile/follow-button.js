// Follow or following; a click shows at once, and a refusal where it happened.
import { html } from "../lib/html.js";
import { errorText, t } from "../lib/i18n.js";
import { Icon } from "../components/icon.js";
import { Button } from "../components/rows.js";
import { follow, followOf } from "../store/users.js";
import { viewer } from "../store/session.js";

export function FollowButton({ user }) {
  const { followed, trouble } = followOf(user.id);
  if (viewer.value?.id === user.id || followed.value === null) return null;
  const on = followed.value;
  return html`<span class="follow">
    <${Button}
      kind=${on ? "following" : "primary"}
      aria-pressed=${on}
      aria-label=${t("profile.follow_name", { name: user.name })}
      onClick=${() => follow(user.id, !on)}
    >
      ${on ? t("profile.following_state") : t("profile.follow")}
    <//>
    ${trouble.value &&
    html`<span class="field-error" role="alert"><${Icon} name="warning" />${errorText(trouble.value.error)}</span>
      <button type="button" class="text-button" onClick=${trouble.value.retry}>${t("action.retry")}</button>`}
  </span>`;
}
