// The client's beginning: settings first, so that nothing is drawn twice, then the page.
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Aside, Messages, Navigation } from "./components/shell.js";
import { html } from "./lib/html.js";
import { loadAllWords, t } from "./lib/i18n.js";
import { Page, preparePage } from "./pages/pages.js";
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
  const opened = useRef(false);
  useEffect(() => {
    // The first page is read from its beginning, where the skip link is.
    if (!opened.current) {
      opened.current = true;
      return;
    }
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
// A page that is fetched apart is there before the first drawing, which then need not be redone.
await Promise.all([startLanguage(), preparePage()]);
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);

// Keys that are pressed before there is anybody to hear them are heard afterwards.
const earlyKeys = [];
function keepKey(event) {
  earlyKeys.push(event);
  startTheRest();
}
addEventListener("keydown", keepKey);

// What nobody can use before the page is there comes after it; fetched while there is a network.
let started = false;
async function startTheRest() {
  if (started) return;
  started = true;
  try {
    const [{ startKeyboard }, { startDrop }, { startLive }] = await Promise.all([
      import("./keyboard.js"),
      import("./compose/drop.js"),
      import("./live/start.js"),
      import("./store/likes.js"),
      import("./store/unsent.js"),
      import("./lib/kept.js"),
      loadAllWords(),
      import("./offline.js").then(({ startOffline }) => startOffline()),
    ]);
    removeEventListener("keydown", keepKey);
    startKeyboard(earlyKeys);
    startDrop();
    startLive();
  } catch {
    started = false;
    addEventListener("online", startTheRest, { once: true });
  }
}
if ("requestIdleCallback" in window) requestIdleCallback(startTheRest, { timeout: 2000 });
else setTimeout(startTheRest, 500);
