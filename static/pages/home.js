// Home: everybody's tweets and those of the people one follows, as two tabs with two places.
import { useEffect } from "preact/hooks";
import { Composer } from "../compose/composer.js";
import { focusKeyField } from "../components/key-panel.js";
import { Button, EmptyRow } from "../components/rows.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { scrollToTop, usePlace } from "../lib/scroll.js";
import { navigate } from "../router.js";
import { home } from "../store/feeds.js";
import { announce } from "../store/notices.js";
import { instance, key } from "../store/session.js";
import { FeedView } from "../timeline/feed.js";
import { useTitle } from "./title.js";

const TABS = [
  ["all", "/", "home.all"],
  ["following", "/following", "home.following"],
];

async function showWaiting(feed) {
  const newer = await import("../store/newer.js");
  newer.showWaiting(feed);
  requestAnimationFrame(() => {
    scrollToTop();
    document.querySelector("#feed [data-row]")?.focus({ preventScroll: true });
  });
}

function Tab({ name, to, label, selected }) {
  const feed = home[name];
  const waiting = feed.waiting.value.length;
  const press = (event) => {
    if (!selected || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // The tab that is open leads to its top, and shows there what has come in.
    event.preventDefault();
    if (waiting) showWaiting(feed);
    else scrollToTop();
  };
  const turn = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const [other, address] = TABS.find(([one]) => one !== name);
    navigate(address);
    document.getElementById(`tab-${other}`).focus();
  };
  return html`<a
    role="tab"
    id=${`tab-${name}`}
    href=${to}
    aria-selected=${selected}
    aria-controls="feed"
    tabindex=${selected ? 0 : -1}
    onClick=${press}
    onKeyDown=${turn}
  >
    ${label}${selected && waiting > 0 && html`<span class="badge" aria-hidden="true">${waiting}</span>`}
  </a>`;
}

function SignedOut() {
  return html`<${EmptyRow} title=${t("home.signed_out")}>
    <p>${t("home.signed_out_hint")}</p>
    ${instance.value.features.demo_keys && html`<p>${t("key.demo")}</p>`}
    <${Button} icon="key" onClick=${focusKeyField}>${t("home.enter_key")}<//>
  <//>`;
}

function Empty({ tab }) {
  return html`<${EmptyRow} title=${t(`home.empty_${tab}`)}><p>${t(`home.empty_${tab}_hint`)}</p><//>`;
}

export function Home({ tab }) {
  const feed = home[tab];
  const hasKey = key.value !== "";
  const waiting = feed.waiting.value.length;
  const label = t(`home.${tab}`);
  useTitle(`${waiting ? `(${waiting}) ` : ""}${t("nav.home")}`);
  usePlace(feed.name);
  useEffect(() => {
    if (hasKey && feed.status.value === "fresh") feed.load();
  }, [feed, hasKey, feed.status.value]);
  useEffect(() => {
    if (!hasKey) return undefined;
    const watching = import("../timeline/new-tweets.js").then(({ watchFeed }) => watchFeed(feed));
    return () => watching.then((stop) => stop());
  }, [feed, hasKey]);
  useEffect(() => {
    if (waiting) announce(t("feed.new", { count: waiting }));
  }, [waiting]);
  return html`
    <${PageHead} title=${t("nav.home")}>
      <div role="tablist" class="tabs" aria-label=${t("home.tabs")}>
        ${TABS.map(
          ([name, to, words]) =>
            html`<${Tab} key=${name} name=${name} to=${to} label=${t(words)} selected=${name === tab} />`,
        )}
      </div>
    <//>
    <${Composer} />
    <div role="tabpanel" id="feed" aria-labelledby=${`tab-${tab}`}>
      ${hasKey
        ? html`<${FeedView}
            key=${tab}
            feed=${feed}
            label=${label}
            empty=${html`<${Empty} tab=${tab} />`}
            showWaiting=${() => showWaiting(feed)}
          />`
        : html`<${SignedOut} />`}
    </div>
  `;
}
