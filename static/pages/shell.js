// What surrounds every page: the rail or bottom bar, the aside, and the column between them.
import { useEffect } from "preact/hooks";
import { asset } from "../core/lib/assets.js";
import { find } from "../core/ui/find.js";
import { html } from "../core/ui/html.js";
import { wide } from "../core/ui/media.js";
import { t } from "../core/words/words.js";
import { hasMoved, path, route } from "../core/router.js";
import { away } from "../core/store/live-state.js";
import { unread } from "../core/store/notifications.js";
import { outdated } from "../core/store/versions.js";
import { instance, keyState, viewer } from "../core/store/session.js";
import { Icon } from "../core/ui/icon.js";
import { KeyPanel } from "../features/sign-in/key-panel.js";
import { lazy } from "../core/ui/lazy.js";
import { openComposer } from "../core/store/openers.js";
import { Button } from "../core/ui/rows.js";
import "./words.js";

const QuickSettings = lazy(() => import("../features/settings/quick-settings.js"), { patient: true });
const Suggestions = lazy(() => import("../features/profile/suggestions.js"), { patient: true });
// Fetched before it is needed: without a network it would come too late.
export const Connection = lazy(() => import("../features/offline/connection.js"));

const brand = asset("icons/perch.svg");

// The key field stands in the aside where there is one, and in the column elsewhere. A dashboard takes the room of
// the aside too.
const hasAside = () => wide.value && route.value.page !== "operations";

// The server counts no further.
const MOST_UNREAD = 100;

// `minor`: not in the bar of a phone, where there is room for five.
function NavLink({ to, icon, label, current = path.value === to, count = 0, minor = false, onClick }) {
  return html`<a
    onClick=${onClick}
    class=${minor ? "nav-link minor" : "nav-link"}
    href=${to}
    aria-current=${current ? "page" : undefined}
    aria-label=${count > 0 ? `${label}, ${t("nav.unread", { count })}` : undefined}
  >
    <${Icon} name=${icon} /><span>${label}</span>
    ${count > 0 &&
    html` <b class="badge" aria-hidden="true">${count < MOST_UNREAD ? count : `${MOST_UNREAD - 1}+`}</b>`}
  </a>`;
}

// Home, from Home, leads to its top, as the tab that is open does.
function toTop(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const tab = route.value.page === "home" && find("#main [role=tab][aria-selected=true]");
  if (!tab) return;
  event.preventDefault();
  tab.click();
}

function Links() {
  const profile = viewer.value && `/users/${viewer.value.id}`;
  // The place is kept while the key is being checked, so that nothing moves when it is found good.
  const expected = !profile && keyState.value === "checking";
  const atHome = ["/", "/following"].includes(path.value);
  return html`
    <${NavLink} to="/" icon="home" label=${t("nav.home")} current=${atHome} onClick=${toTop} />
    ${profile &&
    html`<${NavLink}
        to="/notifications"
        icon="bell"
        label=${t("nav.notifications")}
        current=${path.value.startsWith("/notifications")}
        count=${unread.value}
      />
      <${NavLink} to="/bookmarks" icon="bookmark" label=${t("nav.bookmarks")} />
      <${NavLink} to="/lists" icon="list" label=${t("nav.lists")} current=${path.value.startsWith("/lists")} minor />
      <${NavLink} to="/drafts" icon="file" label=${t("nav.drafts")} current=${path.value.startsWith("/drafts")} minor />
      <${NavLink} to=${profile} icon="user" label=${t("nav.profile")} />`}
    ${expected && ["", "", "minor", "minor", ""].map((kind, place) => html`<span key=${place} class=${`nav-link ${kind}`}></span>`)}
    <${NavLink}
      to="/settings"
      icon="settings"
      label=${t("nav.settings")}
      current=${path.value.startsWith("/settings")}
      minor=${Boolean(profile || expected)}
    />
  `;
}

export function Navigation() {
  return html`<header class="rail">
    <a class="brand" href="/" onClick=${toTop}><img src=${brand} width="36" height="36" alt="" /><span>${instance.value.name}</span></a>
    <nav aria-label=${t("nav.main")}>
      <${Links} />
      <${Button} kind="primary compose-button" icon="pen" aria-label=${t("compose.open")} onClick=${openComposer}>
        <span>${t("compose.send")}</span>
      <//>
    </nav>
    <${QuickSettings} />
  </header>`;
}

// What comes late is last, so that nothing moves.
export function Aside() {
  if (!hasAside()) return null;
  return html`<aside class="aside" aria-label=${t("aside.label")}>
    <${KeyPanel} card />
    <${About} />
    ${keyState.value === "valid" && viewer.value && html`<${Suggestions} />`}
  </aside>`;
}

const About = () => html`<section class="about" aria-label=${t("about.title")}>
  <p><b>${instance.value.name}</b></p>
  ${instance.value.description && html`<p dir="auto">${instance.value.description}</p>`}
  <p>${t("about.software", { version: instance.value.version })}</p>
  <p><a href="/api/docs">${t("about.api")}</a></p>
</section>`;

// The head of a page and, on narrow screens, the key bar under it, unless the page has no use for one.
// `tabbed`: the tabs below say the same, so narrow screens need no title. `stays`: in view while the page scrolls.
export function PageHead({ title, back, keyless, tabbed, stays, beside, children }) {
  useEffect(() => {
    // A link that took the reader here is gone with its page: start at the new one's heading. The first page is
    // read from its beginning, where the skip link is.
    if (hasMoved() && document.activeElement === document.body) find("#main h1")?.focus({ preventScroll: true });
  }, []);
  const account = hasAside() || keyless ? null : html`<${KeyPanel} />`;
  return html`<div class=${["page-head", tabbed && "of-tabs", stays && "stays"].filter(Boolean).join(" ")}>
      ${back &&
      html`<button type="button" class="icon-button" aria-label=${t("action.back")} onClick=${() => history.back()}>
        <${Icon} name="back" />
      </button>`}
      <h1 tabindex="-1" dir="auto">${title}</h1>
      ${beside}
    </div>
    ${account} ${(away.value || outdated.value) && html`<${Connection} />`} ${children}`;
}
