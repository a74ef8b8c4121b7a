// What a link of an invitation leads to: a new member, or another key for one who lost theirs.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchJoin, join } from "../core/api/invitations.js";
import { Button, EmptyRow, Skeletons, Trouble } from "../core/ui/rows.js";
import { PageHead } from "./shell.js";
import { Done } from "../features/join/done.js";
import { JoinForm } from "../features/join/form.js";
import { give, givenBy, leave } from "../features/join/kept.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { usePlace } from "../core/ui/scroll.js";
import { longDayOf } from "../core/words/time.js";
import { notify } from "../core/store/notices.js";
import { instance, signedIn, viewer } from "../core/store/session.js";
import { useLoading } from "./loading.js";
import { useTitle } from "./title.js";
import "./words.js";

// Where no answer came, the server may have done what was asked all the same.
const UNCERTAIN = new Set(["offline", "unreachable", "timeout", "internal_error"]);

function Gone({ uncertain }) {
  return html`<${EmptyRow} title=${t("join.gone")}>
    <p>${t("join.gone_hint")}</p>
    ${uncertain && html`<p>${t("join.gone_uncertain")}</p>`}
    <a class="button" href="/">${t("page.go_home")}</a>
  <//>`;
}

function Recover({ handle, send }) {
  const busy = useSignal(false);
  const error = useSignal(null);
  const ask = async () => {
    if (busy.value) return;
    busy.value = true;
    error.value = await send({});
    busy.value = false;
  };
  return html`<div class="settings-part">
    <p>${t("join.recover_about", { handle })}</p>
    <div class="field-row">
      <${Button} kind="primary" icon="key" busy=${busy.value} onClick=${ask}>${t("join.recover")}<//>
    </div>
    ${error.value && html`<${Trouble} error=${error.value} retry=${ask} />`}
  </div>`;
}

function Invited({ found, send }) {
  return html`<div class="settings">
    <div class="settings-part">
      ${found.kind === "new" &&
      html`<p>${t("join.about", { name: found.instance })}</p>
        ${instance.value.description && html`<p dir="auto">${instance.value.description}</p>`}`}
      ${found.admin && html`<p><b>${t("join.admin")}</b></p>`}
      <p class="hint">${t("join.until", { day: longDayOf(found.expires_at) })}</p>
      ${signedIn.value && html`<p class="hint">${t("join.signed_in", { handle: viewer.value.handle })}</p>`}
    </div>
    ${found.kind === "new"
      ? html`<${JoinForm} send=${send} />`
      : html`<${Recover} handle=${found.handle} send=${send} />`}
  </div>`;
}

// The token stands behind the "#", which browsers send to nobody. In older links it is a part of the path.
const tokenHere = () => location.hash.slice(1);

export default function JoinPage({ id, entry }) {
  usePlace(`join ${entry}`);
  const token = useSignal(id ?? tokenHere());
  useEffect(() => {
    const follow = () => {
      token.value = id ?? tokenHere();
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return html`<${Link} key=${token.value} token=${token.value} />`;
}

function Link({ token }) {
  const found = useSignal(null);
  const given = useSignal(givenBy(token) ?? null);
  const gone = useSignal(false);
  const uncertain = useSignal(false);
  const { error, again } = useLoading(async () => {
    found.value = await fetchJoin(token);
  }, [token], !given.value);
  useEffect(
    () => () => {
      if (leave(token)) notify(t("join.left_unkept"));
    },
    [token],
  );
  const send = async (wish) => {
    try {
      given.value = give(token, await join(token, wish));
      return null;
    } catch (failure) {
      if (failure.type === "invitation_not_found") gone.value = true;
      else if (UNCERTAIN.has(failure.type)) uncertain.value = true;
      return failure;
    }
  };
  const recovery = found.value?.kind === "recovery" || found.value?.handle;
  const title = recovery ? t("join.recovery_title") : t("join.title", { name: instance.value.name });
  useTitle(title);
  const head = html`<${PageHead} title=${title} keyless />`;
  if (given.value) {
    return html`${head}
      <div class="settings"><${Done} token=${token} given=${given.value} /></div>`;
  }
  if (gone.value || error?.type === "invitation_not_found") {
    return html`${head}<${Gone} uncertain=${uncertain.value} />`;
  }
  if (error) return html`${head}<${Trouble} error=${error} retry=${again} />`;
  if (!found.value) return html`${head}<${Skeletons} count=${1} />`;
  return html`${head}<${Invited} found=${found.value} send=${send} />`;
}
