// In Settings: the hashtags that the viewer follows.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchFollowedHashtags } from "../../core/api/hashtags.js";
import { useAct } from "../../core/ui/act.js";
import { Failure } from "../../core/ui/failure.js";
import { Icon } from "../../core/ui/icon.js";
import { Button, Skeletons } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { missed } from "../../core/store/live-state.js";
import { errorText, t } from "../../core/words/words.js";
import { follow, followOf } from "./follow.js";
import "./words.js";

function Row({ name }) {
  const one = followOf(name);
  const on = one.shown.value ?? true;
  const trouble = one.trouble.value;
  return html`<li class="person">
    <a class="person-link" href=${`/hashtags/${encodeURIComponent(name)}`}><b dir="auto">#${name}</b></a>
    <${Button}
      kind=${on ? "small following" : "small primary"}
      aria-pressed=${on}
      aria-label=${t(on ? "hashtag.following_name" : "hashtag.follow_name", { hashtag: `#${name}` })}
      onClick=${() => follow(one, !on)}
    >
      ${t(on ? "hashtag.following" : "hashtag.follow")}
    <//>
    ${trouble && html`<span class="field-error" role="alert"><${Icon} name="warning" />${errorText(trouble.error)}</span>`}
  </li>`;
}

export default function FollowedHashtags() {
  const names = useSignal(null);
  const { error, press } = useAct(async () => {
    const found = await fetchFollowedHashtags();
    for (const name of found) followOf(name).told = followOf(name).shown.value = true;
    names.value = found;
  });
  useEffect(() => void press(), [missed.value]);
  return html`<section class="settings-part">
    <h2>${t("hashtag.followed")}</h2>
    <p class="hint">${t("hashtag.followed_about")}</p>
    ${error.value && names.value === null && html`<${Failure} error=${error.value} retry=${press} />`}
    ${names.value === null && !error.value && html`<${Skeletons} count=${1} />`}
    ${names.value?.length === 0 && html`<p class="hint">${t("hashtag.none_followed")}</p>`}
    <ul class="people">
      ${names.value?.map((name) => html`<${Row} key=${name} name=${name} />`)}
    </ul>
  </section>`;
}
