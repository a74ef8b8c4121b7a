// Settings: a section for each subject, with an address of its own.
import { lazy } from "../core/ui/lazy.js";
import { PageHead } from "./shell.js";
import { html } from "../core/ui/html.js";
import { Tabs } from "../core/ui/tabs.js";
import { t } from "../core/words/words.js";
import { usePlace } from "../core/ui/scroll.js";
import { Appearance } from "../features/settings/appearance.js";
import { Keys } from "../features/settings/keys.js";
import { NameForm } from "../features/settings/name.js";
import { administers, keyError, signedIn, viewer } from "../core/store/session.js";
import { useTitle } from "./title.js";
import "./words.js";

const DefaultVisibility = lazy(() => import("../features/visibility/default.js"));
const DefaultSensitive = lazy(() => import("../features/covers/default.js"));
const Locked = lazy(() => import("../features/settings/locked.js"));
const TimeZone = lazy(() => import("../features/settings/time-zone.js"));
const Leaving = lazy(() => import("../features/settings/deleting.js"));
const Relations = lazy(() => import("../features/relations/lists.js"));
const FollowedHashtags = lazy(() => import("../features/hashtags/followed.js"));
const Privacy = lazy(() => import("../features/settings/privacy.js"));
const Invitations = lazy(() => import("../features/settings/invitations.js"));

const Account = () => html`<${NameForm} />
  <${DefaultVisibility} />
  <${DefaultSensitive} />
  <${Locked} />
  <${TimeZone} />
  ${administers.value && html`<p class="settings-part"><a href="/operations">${t("nav.operations")}</a></p>`}`;

const People = () => html`<p class="settings-part"><a href="/lists">${t("nav.lists")}</a></p>
  <${FollowedHashtags} /><${Relations} />`;

// Each with the words of its tab, and for whom it is.
const SECTIONS = {
  account: { words: "settings.account", Part: Account, isFor: () => signedIn.value },
  appearance: { words: "settings.appearance", Part: Appearance, isFor: () => true },
  keys: { words: "keys.title", Part: Keys, isFor: () => signedIn.value },
  people: { words: "settings.people", Part: People, isFor: () => signedIn.value },
  data: { words: "privacy.title", Part: Privacy, isFor: () => signedIn.value },
  invitations: { words: "invite.title", Part: Invitations, isFor: () => administers.value },
};

const addressOf = (name) => (name === "account" ? "/settings" : `/settings/${name}`);

export default function SettingsPage({ section = "account", entry }) {
  usePlace(`settings ${section} ${entry}`);
  const shown = Object.keys(SECTIONS).filter((name) => SECTIONS[name].isFor());
  const current = shown.includes(section) ? section : "appearance";
  const { words, Part } = SECTIONS[current];
  useTitle(`${t(words)} · ${t("nav.settings")}`);
  return html`
    <${PageHead} title=${t("nav.settings")}>
      <${Tabs}
        label=${t("settings.sections")}
        tabs=${shown.map((name) => [name, addressOf(name), t(SECTIONS[name].words)])}
        current=${current}
        many
      />
    <//>
    <div class="settings">
      ${keyError.value?.type === "account_leaving" && html`<${Leaving} />`}
      ${!signedIn.value && html`<p class="hint">${t("settings.sign_in")}</p>`}
      <${Part} key=${`${current} ${viewer.value?.id}`} title=${t(words)} />
    </div>
  `;
}
