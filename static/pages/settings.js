// Settings: name, appearance, language, keys.
import { InView } from "../components/in-view.js";
import { lazy } from "../components/lazy.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { addWords, t } from "../lib/i18n.js";
import { usePlace } from "../lib/scroll.js";
import { Appearance } from "../settings/appearance.js";
import { Keys } from "../settings/keys.js";
import { NameForm } from "../settings/name.js";
import { administers, signedIn } from "../store/session.js";
import { useTitle } from "./title.js";

addWords({ en: () => import("../i18n/en-settings.js"), ru: () => import("../i18n/ru-settings.js") });

const Privacy = lazy(() => import("../settings/privacy.js"));
const Invitations = lazy(() => import("../settings/invitations.js"));

export default function SettingsPage({ entry }) {
  usePlace(`settings ${entry}`);
  useTitle(t("nav.settings"));
  return html`
    <${PageHead} title=${t("nav.settings")} />
    <div class="settings">
      ${signedIn.value && html`<${NameForm} />`}
      <${Appearance} />
      ${signedIn.value ? html`<${Keys} />` : html`<p class="hint">${t("settings.sign_in")}</p>`}
      ${administers.value && html`<p class="settings-part"><a href="/operations">${t("nav.operations")}</a></p>`}
      ${administers.value && html`<${InView} title=${t("invite.title")}><${Invitations} /><//>`}
      ${signedIn.value && html`<${InView} title=${t("privacy.title")}><${Privacy} /><//>`}
    </div>
  `;
}
