// Where a tweet is written.
import { useEffect, useId, useRef } from "preact/hooks";
import { signal, useSignal } from "@preact/signals";
import { needsKey } from "../../core/api/http.js";
import { findAll } from "../../core/ui/find.js";
import { Icon } from "../../core/ui/icon.js";
import { focusKeyField } from "../../core/ui/key-field.js";
import { lazy } from "../../core/ui/lazy.js";
import { Avatar } from "../../core/ui/person.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { newTweet } from "./draft.js";
import { announce } from "../../core/store/notices.js";
import { limits, viewer } from "../../core/store/session.js";
import { warningOf, widestFor } from "./choices.js";
import { Counter } from "./counter.js";
import { Part } from "./part.js";
import { PictureButton } from "./picture-button.js";
import { sendDraft } from "./send.js";
import { editOf, quoteOf, replyTo } from "./targets.js";
import "./words.js";

const isReply = (draft) => replyTo(draft.target) !== null;
const isEdit = (draft) => editOf(draft.target) !== null;

const VisibilityChoice = lazy(() => import("../visibility/choice.js"));
const coverFields = () => import("../covers/fields.js");
const WarningButton = lazy(coverFields, { name: "WarningButton" });
const WarningField = lazy(coverFields, { name: "WarningField" });
const SensitiveField = lazy(coverFields, { name: "SensitiveField" });
const pollFields = () => import("../polls/fields.js");
const PollButton = lazy(pollFields, { name: "PollButton" });
const PollFields = lazy(pollFields, { name: "PollFields" });
const options = () => import("./options.js");
const OptionsButton = lazy(options, { name: "OptionsButton" });
const OptionFields = lazy(options, { name: "OptionFields" });
const QuotesHint = lazy(() => import("../quotes/choice.js"), { name: "QuotesHint" });
const VisibilityHint = lazy(() => import("../visibility/hint.js"));

// Whoever begins to write may need these, at a moment when there is no network.
let prefetched = false;
function prefetch() {
  if (prefetched) return;
  prefetched = true;
  const parts = [import("./attachment-list.js"), import("./outbox.js"), import("./outgoing.js")];
  const shown = [
    VisibilityChoice,
    VisibilityHint,
    OptionsButton,
    OptionFields,
    QuotesHint,
    WarningButton,
    WarningField,
    SensitiveField,
    PollButton,
    PollFields,
  ];
  Promise.all([...parts, ...shown.map((one) => one.prefetch())]).catch(() => (prefetched = false));
}

const online = signal(navigator.onLine);
addEventListener("online", () => (online.value = true));
addEventListener("offline", () => (online.value = false));

function SendButton({ draft, send }) {
  const busy = draft.sending.value;
  const several = draft.further.value.length > 0;
  const scheduled = draft.choices.value.publish_at !== undefined;
  const words = scheduled ? "compose.schedule" : several ? "compose.send_all" : isReply(draft) ? "compose.send_reply" : "compose.send";
  return html`<${Button} kind="primary" busy=${busy} disabled=${!busy && !draft.sendable.value} onClick=${send}>
    ${isEdit(draft) ? t("action.save") : t(busy ? "compose.sending" : words)}
  <//>`;
}

function Failure({ draft, send }) {
  const error = draft.failure.value;
  if (!error) return null;
  const signedOut = needsKey(error) && !viewer.value;
  const reminds = error.type === "undescribed";
  const again = signedOut ? t("key.sign_in") : reminds ? t("compose.send_anyway") : undefined;
  return html`<${Trouble}
    error=${error}
    label=${reminds ? undefined : t("compose.not_sent")}
    retry=${signedOut ? focusKeyField : send}
    again=${again}
    dismiss=${() => (draft.failure.value = null)}
  />`;
}

function Remarks({ draft }) {
  const remarks = [];
  if (!online.value) remarks.push(t("compose.offline"));
  if (draft.restored.value && !draft.empty.value) remarks.push(t("compose.restored"));
  return html`<div class="remarks" aria-live="polite">${remarks.map((text) => html`<p key=${text}>${text}</p>`)}</div>`;
}

function AddButton({ draft }) {
  const full = draft.parts.value.length >= limits.value.tweets_per_thread;
  return html`<button
    type="button"
    class="icon-button accent"
    aria-label=${t("compose.add_part")}
    title=${t("compose.add_part")}
    disabled=${full || draft.sending.value}
    onClick=${() => draft.setFurther(draft.further.value.length + 1)}
  >
    <${Icon} name="plus" />
  </button>`;
}

// `autofocus`: the dialog around it gives the focus to its field as it opens.
export default function Composer({ draft = newTweet, autofocus = false, sent }) {
  const edit = isEdit(draft);
  const whole = useRef(null);
  const id = useId();
  const focused = useSignal(false);
  const choosing = useSignal(draft.choices.peek().publish_at !== undefined);
  const count = draft.parts.value.length;
  const shown = useRef(count);
  const fieldOf = (index) => findAll(".part textarea[name=tweet]", whole.current)[index];
  // Whoever adds a tweet goes on there; where one was taken out, in the last one.
  useEffect(() => {
    const before = shown.current;
    shown.current = count;
    if (count !== before && whole.current.contains(document.activeElement)) fieldOf(count - 1).focus();
    else if (count < before && document.activeElement === document.body) fieldOf(count - 1).focus();
  }, [count]);
  // The button that was pressed has nothing more to do, and the next tweet begins in the field. (A finger would
  // be met by a keyboard that rises.)
  const begin = () => {
    sent?.();
    if (matchMedia("(pointer: fine)").matches) fieldOf(0)?.focus({ preventScroll: true });
  };
  const send = async () => {
    const scheduled = draft.choices.value.publish_at;
    if (!(await sendDraft(draft))) return;
    if (!edit && !scheduled) announce(t("compose.sending"));
    begin();
  };
  const onKeyDown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      send();
    }
  };
  const onFocus = () => {
    focused.value = true;
    prefetch();
  };
  const several = count > 1;
  const reply = isReply(draft);
  const begun = viewer.value && (focused.value || !draft.empty.value);
  const widest = widestFor(draft);
  const warning = warningOf(draft);
  const pictures = draft.parts.value.reduce((sum, part) => sum + part.attachments.value.length, 0);
  return html`<section
    ref=${whole}
    class="composer"
    data-target=${draft.target}
    data-reply=${replyTo(draft.target) ?? undefined}
    data-quote=${quoteOf(draft.target) ?? undefined}
    aria-label=${t(edit ? "compose.edit_title" : reply ? "compose.reply_title" : "compose.title")}
    aria-busy=${draft.sending.value || undefined}
    onKeyDown=${onKeyDown}
  >
    <${Avatar} user=${viewer.value} />
    <div class="composer-body">
      ${begun && warning !== null && html`<${WarningField} draft=${draft} warning=${warning} />`}
      ${draft.parts.value.map(
        (part, index) => html`<${Part}
          key=${part.target}
          draft=${part}
          whole=${draft}
          number=${index + 1}
          counter=${`${id}-count-${index}`}
          autofocus=${autofocus && index === 0}
          onFocus=${onFocus}
        />`,
      )}
      ${begun && warning === null && pictures > 0 && html`<${SensitiveField} draft=${draft} count=${pictures} />`}
      ${draft.choices.value.poll && !edit && html`<${PollFields} draft=${draft} />`}
      <${Remarks} draft=${draft} />
      ${begun && !edit && html`<${VisibilityHint} draft=${draft} widest=${widest} />`}
      ${begun && !edit && html`<${QuotesHint} draft=${draft} />`}
      ${begun && !edit && choosing.value && html`<${OptionFields} draft=${draft} saved=${begin} />`}
      <${Failure} draft=${draft} send=${send} />
      <div class="composer-bar">
        ${!several && html`<${PictureButton} draft=${draft} />`}
        ${!edit && (several || !draft.empty.value) && html`<${AddButton} draft=${draft} />`}
        ${begun && !edit && html`<${PollButton} draft=${draft} />`}
        ${begun && html`<${WarningButton} draft=${draft} warning=${warning} />`}
        <span class="space"></span>
        ${begun && !edit && html`<${OptionsButton} draft=${draft} open=${choosing} />`}
        ${begun && !edit && html`<${VisibilityChoice} draft=${draft} widest=${widest} />`}
        ${!several && html`<${Counter} id=${`${id}-count-0`} draft=${draft} />`}
        <${SendButton} draft=${draft} send=${send} />
      </div>
    </div>
  </section>`;
}
