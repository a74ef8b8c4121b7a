// Home: everybody's tweets and those of the people one follows, as two tabs with two places.
import { useEffect } from "preact/hooks";
import { lazy } from "../components/lazy.js";
import { Avatar } from "../components/people.js";
import { Trouble } from "../components/rows.js";
import { PageHead } from "../components/shell.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { scrollToTop, usePlace } from "../lib/scroll.js";
import { navigate } from "../router.js";
import { home } from "../store/feeds.js";
import { announce, outgoing } from "../store/notices.js";
import { key, viewer } from "../store/session.js";
import { FeedView, showWaiting } from "../timeline/feed.js";
import { useTitle } from "./title.js";

// As high as the composer, so that nothing moves when it takes this place.
const ComposerWaiting = () => html`<div class="composer waiting">
  <${Avatar} user=${viewer.value} />
  <p>${t("compose.placeholder")}</p>
</div>`;

const ComposerFailed = () =>
  html`<${Trouble} error=${{ type: "unreachable" }} retry=${() => location.reload()} />`;

const Composer = lazy(() => import("../compose/composer.js"), {
  Waiting: ComposerWaiting,
  Failed: ComposerFailed,
});
const Outgoing = lazy(() => import("../timeline/outgoing.js"));
const NeedsKey = lazy(() => import("./needs-key.js"));
const HomeEmpty = lazy(() => import("./home-empty.js"));

const TABS = [
  ["all", "/", "home.all"],
  ["following", "/following", "home.following"],
];

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
    ${outgoing.value && html`<${Outgoing} />`}
    <div role="tabpanel" id="feed" aria-labelledby=${`tab-${tab}`}>
      ${hasKey
        ? html`<${FeedView}
            key=${tab}
            feed=${feed}
            label=${label}
            empty=${html`<${HomeEmpty} tab=${tab} />`}
          />`
        : html`<${NeedsKey} />`}
    </div>
  `;
}
