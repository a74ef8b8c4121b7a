// Everybody, to be found by name; their keys, and suspension.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { fetchMemberKeys, fetchMembers, revokeMemberKey } from "../../core/api/operations.js";
import { fetchSuspensions, suspend, unsuspend } from "../../core/api/moderation.js";
import { lazy } from "../../core/ui/lazy.js";
import { Button, Skeletons, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { errorText, t } from "../../core/words/words.js";
import { dayOf } from "../../core/words/time.js";
import { viewer } from "../../core/store/session.js";
import { Sure } from "./sure.js";
import "./words.js";

const consent = (name) => lazy(async () => ({ default: (await import("./consent.js"))[name] }));
const Ask = consent("Ask");
const Waiting = consent("Waiting");

const PAGE_SIZE = 10;
const TYPING = 300;

function Key({ member, one, revoked }) {
  const scopes = one.scopes.map((scope) => t(`keys.scope_${scope}`)).join(", ");
  const revoke = async () => {
    try {
      await revokeMemberKey(member.id, one.id);
    } catch (failure) {
      if (failure.type !== "key_not_found") throw failure;
    }
    revoked();
  };
  return html`<li class="op-key-row">
    <span><span dir="auto">${one.name}</span> <span class="handle">${scopes} · ${t("keys.created", { day: dayOf(one.created_at) })}</span></span>
    <span class="api-key-buttons">
      <${Sure}
        label=${t("keys.revoke")}
        name=${t("keys.revoke_name", { name: one.name })}
        words=${t("keys.revoke_sure")}
        act=${revoke}
      />
    </span>
  </li>`;
}

function Keys({ member, changed }) {
  const keys = useSignal(null);
  const { error, press: load } = useAct(async () => {
    keys.value = await fetchMemberKeys(member.id);
  });
  useEffect(() => {
    load();
  }, []);
  const revoked = async () => {
    await load();
    changed();
  };
  if (error.value) return html`<${Trouble} error=${error.value} retry=${load} />`;
  if (!keys.value) return html`<${Skeletons} count=${1} />`;
  if (!keys.value.length) return html`<p class="hint">${t("operations.keys_none")}</p>`;
  return html`<ul>
    ${keys.value.map((one) => html`<${Key} key=${one.id} member=${member} one=${one} revoked=${revoked} />`)}
  </ul>`;
}

function Member({ one, asked, changed }) {
  const open = useSignal(false);
  const ending = useAct(async () => {
    await unsuspend(one.id);
    await changed();
  });
  const name = `@${one.handle}`;
  const facts = [
    one.is_admin && t("operations.administrator"),
    one.suspended_at && t("operations.suspended"),
    t("operations.keys", { count: one.keys }),
  ].filter(Boolean);
  const another = one.id !== viewer.value?.id;
  const ruled = !one.is_admin && another;
  return html`<li class="api-key">
    <div>
      <a href=${`/users/${one.id}`}><b dir="auto">${one.name}</b> <span class="handle">${name}</span></a>
      <span class="handle">${facts.join(" · ")}</span>
      ${ending.error.value && html`<p class="hint bad" role="alert">${errorText(ending.error.value)}</p>`}
    </div>
    <div class="api-key-buttons">
      <${Button}
        kind="small"
        aria-expanded=${open.value}
        aria-label=${t("operations.show_keys", { name })}
        onClick=${() => (open.value = !open.value)}
        >${t("operations.of_keys")}<//
      >
      ${ruled &&
      (one.suspended_at
        ? html`<${Button} kind="small" busy=${ending.busy.value} onClick=${ending.press}
            >${t("operations.unsuspend")}<//
          >`
        : html`<${Sure}
            label=${t("operations.suspend")}
            name=${t("operations.suspend_name", { name })}
            words=${t("operations.suspend_sure")}
            act=${async () => {
              await suspend(one.id, false, "");
              await changed();
            }}
          />`)}
      ${one.is_admin && another && !asked && !one.suspended_at && html`<${Ask} one=${one} changed=${changed} />`}
    </div>
    ${open.value && html`<div class="op-keys"><${Keys} member=${one} changed=${changed} /></div>`}
  </li>`;
}

export default function Roster() {
  const id = useId();
  const text = useSignal("");
  const members = useSignal(null);
  const next = useSignal(null);
  const waiting = useSignal([]);
  const error = useSignal(null);
  // Answers may overtake each other: the newest question counts.
  const asked = useSignal(0);
  const load = async (before) => {
    asked.value += 1;
    const mine = asked.value;
    try {
      const count = before ? PAGE_SIZE : Math.max(PAGE_SIZE, members.peek()?.length ?? 0);
      const page = await fetchMembers(text.peek().trim(), before, Math.min(count, 100));
      waiting.value = await fetchSuspensions();
      if (mine !== asked.peek()) return;
      members.value = before ? [...members.peek(), ...page.users] : page.users;
      next.value = page.next;
      error.value = null;
    } catch (failure) {
      if (mine === asked.peek()) error.value = failure;
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => load(), members.peek() ? TYPING : 0);
    return () => clearTimeout(timer);
  }, [text.value]);
  return html`<section class="settings-part">
    <h2>${t("operations.people")}</h2>
    ${waiting.value.length > 0 && html`<${Waiting} suspensions=${waiting.value} changed=${() => load()} />`}
    <label for=${id}>${t("operations.search")}</label>
    <input
      id=${id}
      type="search"
      autocomplete="off"
      maxlength="50"
      value=${text}
      onInput=${(event) => (text.value = event.target.value)}
    />
    ${error.value && html`<${Trouble} error=${error.value} retry=${() => load()} />`}
    ${members.value?.length === 0 && html`<p class="hint">${t("operations.people_none")}</p>`}
    <ul class="api-keys op-roster">
      ${members.value?.map(
        (one) => html`<${Member}
          key=${one.id}
          one=${one}
          asked=${waiting.value.some(({ user }) => user.id === one.id)}
          changed=${() => load()}
        />`,
      )}
    </ul>
    ${next.value && html`<div><${Button} onClick=${() => load(next.value)}>${t("feed.more")}<//></div>`}
  </section>`;
}
