// The client's beginning: settings first, so that nothing is drawn twice, then the page.
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { Aside, Messages, Navigation } from "./components/shell.js";
import { html } from "./lib/html.js";
import { loadAllWords, t } from "./lib/i18n.js";
import { Page } from "./pages/pages.js";
import { route, startRouter } from "./router.js";
import { dialog } from "./store/dialogs.js";
import { startLanguage } from "./store/preferences.js";
import { home } from "./store/feeds.js";
import { key, startSession } from "./store/session.js";

function OpenDialog() {
  if (!dialog.value) return null;
  const { component: Component, props } = dialog.value;
  return html`<${Component} ...${props} />`;
}

function SkipLink() {
  const skip = (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  };
  return html`<a class="skip" href="#main" onClick=${skip}>${t("nav.skip")}</a>`;
}

function Main() {
  const { page, id } = route.value;
  useEffect(() => {
    // A link that took the reader here is gone with its page: start at the new one's heading.
    const heading = document.querySelector("#main h1");
    if (document.activeElement === document.body) heading?.focus({ preventScroll: true });
  }, [page, id]);
  return html`<main id="main" class="column" tabindex="-1"><${Page} /></main>`;
}

function App() {
  return html`<${SkipLink} />
    <div class="layout">
      <${Navigation} />
      <${Main} />
      <${Aside} />
    </div>
    <${Messages} />
    <${OpenDialog} />`;
}

startRouter();
startSession();
// The server works on the first timeline while the page is being drawn.
if (route.value.page === "home" && key.value) home[route.value.tab].load();
await startLanguage();
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);

// What nobody can use before the page is there comes after it; fetched while there is a network.
async function startTheRest() {
  const [{ startKeyboard }, { startDrop }] = await Promise.all([
    import("./keyboard.js"),
    import("./compose/drop.js"),
    import("./compose/attachments.js"),
    import("./store/publish.js"),
    import("./timeline/deleted.js"),
    loadAllWords(),
  ]);
  startKeyboard();
  startDrop();
}
if ("requestIdleCallback" in window) requestIdleCallback(startTheRest, { timeout: 2000 });
else setTimeout(startTheRest, 500);
