// The client's beginning: settings first, so that nothing is drawn twice, then the page.
import { render } from "preact";
import { Aside, Connection, Navigation } from "./pages/shell.js";
import { quiet } from "./core/api/http.js";
import { provideDialogs } from "./core/store/openers.js";
import { html } from "./core/ui/html.js";
import { lazy } from "./core/ui/lazy.js";
import { loadAllWords, t } from "./core/words/words.js";
import { Page, preparePage } from "./pages/pages.js";
import { route, startRouter } from "./core/router.js";
import { dialog } from "./core/store/dialogs.js";
import { startLanguage } from "./core/store/preferences.js";
import { home } from "./core/store/feeds.js";
import { key, startSession } from "./core/store/session.js";

const Messages = lazy(() => import("./core/ui/messages.js"), { name: "Messages", patient: true });

// What is behind the dialog on top stays as it is.
function OpenDialogs() {
  const open = [];
  for (let one = dialog.value; one; one = one.under) open.unshift(one);
  return open.map(({ component: Component, props, number }) => html`<${Component} key=${number} ...${props} />`);
}

function SkipLink() {
  const skip = (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  };
  return html`<a class="skip" href="#main" onClick=${skip}>${t("nav.skip")}</a>`;
}

function Main() {
  const { page } = route.value;
  return html`<main id="main" class=${page === "operations" ? "column wide" : "column"} tabindex="-1"><${Page} /></main>`;
}

function App() {
  return html`<${SkipLink} />
    <div class="layout">
      <${Navigation} />
      <${Aside} />
      <${Main} />
    </div>
    <${Messages} active=${!dialog.value} />
    <${OpenDialogs} />`;
}

// The splash is painted first: on a slow machine, drawing the page takes longer than anyone should see nothing. In a
// tab in the background nothing is painted.
function splashShown() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });
}

provideDialogs({
  menu: () => import("./features/relations/menu.js"),
  edit: () => import("./features/compose/edit-dialog.js"),
  composer: () => import("./features/compose/dialog.js"),
  shortcuts: () => import("./features/shortcuts/list.js"),
});
startRouter();
startSession();
// The server works on the first timeline while the page is being drawn.
if (route.value.page === "home" && key.value) home[route.value.tab].load();
// A page that is fetched apart is there before the first drawing, which then need not be redone.
await Promise.all([startLanguage(), preparePage(), splashShown()]);
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);

// Keys pressed before the keyboard module has loaded are replayed to it.
const earlyKeys = [];
function keepKey(event) {
  earlyKeys.push(event);
  startTheRest();
}
addEventListener("keydown", keepKey);

// Parts that aren't needed until the page is drawn and what it asked for has been answered: a slow machine has enough
// to do with the first tweets. Fetched while there is a network.
let started = false;
async function startTheRest() {
  if (started) return;
  started = true;
  try {
    const rest = await import("./later.js");
    rest.startOffline();
    await loadAllWords();
    await Connection.prefetch();
    removeEventListener("keydown", keepKey);
    rest.startKeyboard(earlyKeys);
    rest.startDrop();
    rest.startLive();
    rest.startHoverCards();
  } catch {
    started = false;
    addEventListener("online", startTheRest, { once: true });
  }
}
const idle = () =>
  new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(resolve, { timeout: 2000 });
    else setTimeout(resolve, 500);
  });
idle().then(quiet).then(idle).then(startTheRest);
