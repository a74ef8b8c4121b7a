// Invitations, for administrators: making links, and what became of them.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchInvitations, revokeInvitation } from "../../core/api/invitations.js";
import { Button, Skeletons, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { errorText, t } from "../../core/words/words.js";
import { usePages } from "../../core/ui/pages.js";
import { dayOf } from "../../core/words/time.js";
import { CreateInvitation } from "./create-invitation.js";
import "./words.js";

const PAGE_SIZE = 20;

function facts(one) {
  const made = { day: dayOf(one.created_at), handle: one.created_by?.handle };
  return [
    one.admin && t("invite.makes_admin"),
    t("invite.used", { used: String(one.used), count: one.max_uses }),
    one.created_by ? t("invite.made_by", made) : t("invite.made_terminal", made),
    t("keys.expires", { day: dayOf(one.expires_at) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

function Invitation({ one, revoked }) {
  const asking = useSignal(false);
  const purpose = one.user && t("invite.for", { handle: one.user.handle });
  const name = one.note || purpose || t("invite.number", { id: String(one.id) });
  const { busy, error, press } = useAct(async () => {
    try {
      await revokeInvitation(one.id);
    } catch (failure) {
      if (failure.type !== "invitation_not_found") throw failure;
    }
    revoked(one);
  });
  return html`<li class="api-key">
    <div>
      <b dir="auto">${name}</b>${" "}
      <span class=${one.state === "open" ? "tag" : "tag ended"}>${t(`invite.state_${one.state}`)}</span>
      ${one.note && purpose && html`<span class="handle">${purpose}</span>`}
      <span class="handle">${facts(one)}</span>
      ${asking.value && html`<p class="hint">${t("invite.revoke_sure")}</p>`}
      ${error.value && html`<p class="hint bad" role="alert">${errorText(error.value)}</p>`}
    </div>
    ${one.state === "open" &&
    html`<div class="api-key-buttons">
      ${asking.value
        ? html`<${Button} kind="small danger" busy=${busy.value} onClick=${press}>${t("keys.revoke_now")}<//>
            <${Button} kind="small" onClick=${() => (asking.value = false)}>${t("action.cancel")}<//>`
        : html`<${Button}
            kind="small"
            aria-label=${t("keys.revoke_name", { name })}
            onClick=${() => (asking.value = true)}
            >${t("keys.revoke")}<//
          >`}
    </div>`}
  </li>`;
}

export default function Invitations() {
  const { items: invitations, next, error, loading, more } = usePages(async (before) => {
    const page = await fetchInvitations(before, PAGE_SIZE);
    return { items: page.invitations, next: page.next };
  });
  useEffect(() => {
    more();
  }, []);
  const made = (one) => {
    invitations.value = [one, ...(invitations.value ?? [])];
  };
  const revoked = ({ id }) => {
    invitations.value = invitations.value.map((one) => (one.id === id ? { ...one, state: "revoked" } : one));
  };
  return html`<section class="settings-part">
    <h2>${t("invite.title")}</h2>
    <p class="hint">${t("invite.about")}</p>
    <${CreateInvitation} made=${made} />
    ${error.value && html`<${Trouble} error=${error.value} retry=${more} />`}
    ${invitations.value
      ? html`<ul class="api-keys">
          ${invitations.value.map((one) => html`<${Invitation} key=${one.id} one=${one} revoked=${revoked} />`)}
        </ul>`
      : !error.value && html`<${Skeletons} count=${2} />`}
    ${next.value &&
    html`<div><${Button} busy=${loading.value} onClick=${more}>${t("feed.more")}<//></div>`}
  </section>`;
}
