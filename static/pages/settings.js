// Settings: name, appearance, language, keys.
import { far } from "../components/far.js";
import { lazy } from "../components/lazy.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { addWords, t } from "../lib/i18n.js";
import { usePlace } from "../lib/scroll.js";
import { Appearance } from "../settings/appearance.js";
import { Keys } from "../settings/keys.js";
import { NameForm } from "../settings/name.js";
import { administers, keyError, signedIn } from "../store/session.js";
import { useTitle } from "./title.js";

addWords({ en: () => import("../i18n/en-settings.js"), ru: () => import("../i18n/ru-settings.js") });

const Leaving = lazy(() => import("../settings/leaving.js"));
const Privacy = far(() => import("../settings/privacy.js"));
const Invitations = far(() => import("../settings/invitations.js"));

export default function SettingsPage({ entry }) {
  usePlace(`settings ${entry}`);
  useTitle(t("nav.settings"));
  return html`
    <${PageHead} title=${t("nav.settings")} />
    <div class="settings">
      ${keyError.value?.type === "account_leaving" && html`<${Leaving} />`}
      ${signedIn.value && html`<${NameForm} />`}
      <${Appearance} />
      ${signedIn.value ? html`<${Keys} />` : html`<p class="hint">${t("settings.sign_in")}</p>`}
      ${administers.value && html`<p class="settings-part"><a href="/operations">${t("nav.operations")}</a></p>`}
      ${administers.value && html`<${Invitations} title=${t("invite.title")} />`}
      ${signedIn.value && html`<${Privacy} title=${t("privacy.title")} />`}
    </div>
  `;
}
