// The dumps that there are.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchDumps, verifyDump } from "../../core/api/operations.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { errorText, t } from "../../core/words/words.js";
import { moment, size, usePoll } from "./poll.js";
import "./words.js";

const AT_FIRST = 6;

function checked({ check }) {
  if (!check) return null;
  if (check.is_whole === null) return t("operations.verifying");
  return t(check.is_whole ? "operations.whole" : "operations.broken", { words: check.words });
}

function Dump({ one, asked }) {
  const name = moment(one.slot);
  const { busy, error, press } = useAct(async () => {
    await verifyDump(one.id);
    await asked();
  });
  const facts = [
    size(one.bytes),
    t(one.proven_at ? "operations.proven" : "operations.not_proven"),
    one.encrypted && t("operations.encrypted"),
    checked(one),
  ].filter(Boolean);
  const wrong = one.trouble ?? (one.check?.is_whole === false ? checked(one) : null);
  const reading = one.check?.is_whole === null;
  return html`<li class="api-key">
    <div>
      <b>${t(`operations.run_dump_${one.kind}`)}, ${name}</b>
      <span class="handle">${facts.join(" · ")}</span>
      ${wrong && html`<p class="hint bad">${wrong}</p>`}
      ${error.value && html`<p class="hint bad" role="alert">${errorText(error.value)}</p>`}
    </div>
    <div class="api-key-buttons">
      <${Button}
        kind="small"
        busy=${busy.value || reading}
        disabled=${reading}
        aria-label=${t("operations.verify_name", { name })}
        onClick=${press}
        >${t("operations.verify")}<//
      >
    </div>
  </li>`;
}

// To list them, the server reads all manifests: often only while one is being read anyway.
const pause = (found) => (found?.dumps.some(({ check }) => check && check.is_whole === null) ? 3 : 30);

export default function Dumps({ overview }) {
  const all = useSignal(false);
  const { data, error, refresh } = usePoll(fetchDumps, pause);
  // A dump that was made, or proven, is seen at once.
  const ended = overview.runs.map(({ last }) => (last?.state === "done" ? last.id : 0)).join();
  useEffect(() => {
    if (data.peek()) refresh();
  }, [ended]);
  const dumps = data.value?.dumps ?? [];
  const shown = all.value ? dumps : dumps.slice(0, AT_FIRST);
  return html`<section class="settings-part">
    <h2>${t("operations.dumps")}</h2>
    ${error.value && html`<${Trouble} error=${error.value} retry=${refresh} />`}
    ${data.value?.damaged.map((words) => html`<p class="hint bad">${words}</p>`)}
    ${data.value && dumps.length === 0 && html`<p class="hint">${t("operations.dumps_none")}</p>`}
    <ul class="api-keys">${shown.map((one) => html`<${Dump} key=${one.id} one=${one} asked=${refresh} />`)}</ul>
    ${shown.length < dumps.length &&
    html`<div><${Button} onClick=${() => (all.value = true)}>${t("feed.more")}<//></div>`}
  </section>`;
}
