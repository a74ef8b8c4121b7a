// On a hashtag's page: follow it, or no longer.
import { useEffect } from "preact/hooks";
import { Icon } from "../../core/ui/icon.js";
import { Button } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { missed } from "../../core/store/live-state.js";
import { errorText, t } from "../../core/words/words.js";
import { follow, followOf, readFollow } from "./follow.js";
import "./words.js";

export default function FollowButton({ name }) {
  const one = followOf(name);
  useEffect(() => void readFollow(one), [one, missed.value]);
  const on = one.shown.value;
  const trouble = one.trouble.value;
  return html`<span class="follow">
    ${on !== null &&
    html`<${Button}
      kind=${on ? "following" : "primary"}
      aria-pressed=${on}
      aria-label=${t(on ? "hashtag.following_name" : "hashtag.follow_name", { hashtag: `#${name}` })}
      onClick=${() => follow(one, !on)}
    >
      ${t(on ? "hashtag.following" : "hashtag.follow")}
    <//>`}
    ${trouble &&
    html`<span class="field-error" role="alert"><${Icon} name="warning" />${errorText(trouble.error)}</span>
      <button type="button" class="text-button" onClick=${trouble.retry}>${t("action.retry")}</button>`}
  </span>`;
}
