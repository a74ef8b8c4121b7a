// What is stored, by kind.
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { moment, size } from "./poll.js";
import "./words.js";

export default function Storage({ overview }) {
  const { storage, storage_at: at } = overview;
  return html`<section class="settings-part">
    <h2>${t("operations.storage")}</h2>
    <p class="hint">${storage ? t("operations.storage_at", { time: moment(at) }) : t("operations.storage_none")}</p>
    <dl class="op-facts">
      ${storage?.map(
        ({ kind, objects, bytes }) => html`<div>
          <dt>${t(`operations.kind_${kind.replace(" ", "_")}`)}</dt>
          <dd>${size(bytes)} · ${t("operations.objects", { count: objects })}</dd>
        </div>`,
      )}
    </dl>
  </section>`;
}
