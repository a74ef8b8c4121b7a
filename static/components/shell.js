// What surrounds every page: the rail or bottom bar, the aside, and the column between them.
import { signal } from "@preact/signals";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { shownFrom } from "../api/http.js";
import { path } from "../router.js";
import { awaySince } from "../store/live-state.js";
import { announcement, notice, outdated } from "../store/notices.js";
import { instance, keyState, viewer } from "../store/session.js";
import { Icon } from "./icon.js";
import { KeyPanel } from "./key-panel.js";
import { lazy } from "./lazy.js";
import { openComposer } from "./openers.js";
import { Button } from "./rows.js";

const QuickSettings = lazy(() => import("./quick-settings.js"));
const Connection = lazy(() => import("./connection.js"));

const brand = new URL("../icons/perch.svg", import.meta.url).href;

// The key field stands in the aside where there is one, and in the column elsewhere.
const wideQuery = matchMedia("(min-width: 1081px)");
const wide = signal(wideQuery.matches);
wideQuery.addEventListener("change", (event) => {
  wide.value = event.matches;
});

function NavLink({ to, icon, label, current = path.value === to }) {
  return html`<a class="nav-link" href=${to} aria-current=${current ? "page" : undefined}>
    <${Icon} name=${icon} /><span>${label}</span>
  </a>`;
}

function Links() {
  const profile = viewer.value && `/users/${viewer.value.id}`;
  // The place is kept while the key is being checked, so that nothing moves when it is found good.
  const expected = !profile && keyState.value === "checking";
  const atHome = ["/", "/following"].includes(path.value);
  return html`
    <${NavLink} to="/" icon="home" label=${t("nav.home")} current=${atHome} />
    ${profile && html`<${NavLink} to=${profile} icon="user" label=${t("nav.profile")} />`}
    ${expected && html`<span class="nav-link"></span>`}
    <${NavLink} to="/settings" icon="settings" label=${t("nav.settings")} />
  `;
}

export function Navigation() {
  return html`<header class="rail">
    <a class="brand" href="/"><img src=${brand} width="36" height="36" alt="" /><span>${instance.value.name}</span></a>
    <nav aria-label=${t("nav.main")}>
      <${Links} />
      <${Button} kind="primary compose-button" icon="pen" aria-label=${t("compose.open")} onClick=${openComposer}>
        <span>${t("compose.send")}</span>
      <//>
    </nav>
    <${QuickSettings} />
  </header>`;
}

export function Aside() {
  if (!wide.value) return null;
  return html`<aside class="aside" aria-label=${t("aside.label")}>
    <${KeyPanel} card />
    <${About} />
  </aside>`;
}

const About = () => html`<p class="about">Perch ${instance.value.version}</p>`;

// The head of a page and, on narrow screens, the key bar under it, unless the page has no use for one.
export function PageHead({ title, back, keyless, children }) {
  return html`<div class="page-head">
      ${back &&
      html`<button type="button" class="icon-button" aria-label=${t("action.back")} onClick=${() => history.back()}>
        <${Icon} name="back" />
      </button>`}
      <h1 tabindex="-1" dir="auto">${title}</h1>
    </div>
    ${(shownFrom.value || awaySince.value || outdated.value) && html`<${Connection} />`} ${children}
    ${wide.value || keyless ? null : html`<${KeyPanel} />`}`;
}

export function Messages() {
  return html`<div class="hidden" aria-live="polite">${announcement}</div>
    <div class="toasts" role="status">
      ${notice.value && html`<p class="toast" key=${notice.value}>${notice.value}</p>`}
    </div>`;
}
