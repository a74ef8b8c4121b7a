// Suspensions of administrators: one asks, another one confirms.
import { askSuspension, confirmSuspension, withdrawSuspension } from "../../core/api/moderation.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { fullTime } from "../../core/words/time.js";
import { Sure } from "./sure.js";
import "./words.js";

export function Ask({ one, changed }) {
  return html`<${Sure}
    label=${t("consent.ask")}
    name=${t("consent.ask_name", { name: `@${one.handle}` })}
    words=${t("consent.ask_sure")}
    act=${async () => {
      await askSuspension(one.id);
      await changed();
    }}
  />`;
}

function One({ one, changed }) {
  const words = { handle: one.user.handle, by: one.asked_by.handle, time: fullTime(one.takes_effect_at) };
  const act = (send) => async () => {
    await send(one.id);
    await changed();
  };
  const name = (what) => t("consent.of", { what: t(what), name: `@${one.user.handle}` });
  return html`<li class="api-key">
    <div>
      <b>${t("consent.title", words)}</b>
      <span class="handle">${t("consent.about", words)}${one.reason && html` · <span dir="auto">${one.reason}</span>`}</span>
    </div>
    <div class="api-key-buttons">
      ${one.may_confirm &&
      html`<${Sure}
        label=${t("consent.confirm")}
        name=${name("consent.confirm")}
        words=${t("consent.confirm_sure", words)}
        act=${act(confirmSuspension)}
      />`}
      ${one.may_withdraw &&
      html`<${Sure}
        label=${t("consent.withdraw")}
        name=${name("consent.withdraw")}
        words=${t("consent.withdraw_sure", words)}
        act=${act(withdrawSuspension)}
      />`}
    </div>
  </li>`;
}

export const Waiting = ({ suspensions, changed }) => html`<ul class="api-keys">
  ${suspensions.map((one) => html`<${One} key=${one.id} one=${one} changed=${changed} />`)}
</ul>`;
