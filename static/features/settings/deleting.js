// The key that was typed is of an account that is being deleted: until it is erased, it can be kept.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchDeletion, keepAccount } from "../../core/api/privacy.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { longDayOf } from "../../core/words/time.js";
import { signIn, typedKey } from "../../core/store/session.js";
import "./words.js";

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
