// The key that was typed is of an account that is being deleted: until it is erased, it can be kept.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchDeletion, keepAccount } from "../api/privacy.js";
import { Button, Trouble } from "../components/rows.js";
import { useAct } from "../lib/act.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { longDayOf } from "../lib/time.js";
import { signIn, typedKey } from "../store/session.js";

export default function Leaving() {
  const key = useSignal(typedKey.peek()).value;
  const found = useSignal(null);
  const look = useAct(async () => {
    found.value = await fetchDeletion(key);
  });
  const keep = useAct(async () => {
    await keepAccount(key);
    await signIn(key);
  });
  useEffect(() => {
    look.press();
  }, []);
  const failed = [look, keep].find((one) => one.error.value);
  return html`<section class="settings-part">
    <h2>${t("leaving.title")}</h2>
    ${found.value &&
    html`<p>${t("leaving.about", { handle: found.value.handle, day: longDayOf(found.value.erase_after) })}</p>
      <div class="field-row">
        <${Button} kind="primary" busy=${keep.busy.value} onClick=${keep.press}>${t("leaving.keep")}<//>
      </div>`}
    ${failed && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}
  </section>`;
}
