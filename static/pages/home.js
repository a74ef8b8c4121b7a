// Home: everybody's tweets and those of the people one follows, as two tabs with two places.
import { useEffect, useMemo } from "preact/hooks";
import { lazy } from "../core/ui/lazy.js";
import { Avatar } from "../core/ui/person.js";
import { Trouble } from "../core/ui/rows.js";
import { PageHead } from "./shell.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { media } from "../core/ui/media.js";
import { scrollToTop, usePlace } from "../core/ui/scroll.js";
import { navigate } from "../core/router.js";
import { home } from "../core/store/feeds.js";
import { announce, outgoing } from "../core/store/notices.js";
import { names } from "../core/store/storage.js";
import { key, viewer } from "../core/store/session.js";
import { FeedView, showWaiting } from "../features/timeline/feed.js";
import { useTitle } from "./title.js";
import "./words.js";

// As high as the composer, so that nothing moves when it takes this place.
const ComposerWaiting = () => html`<div class="composer waiting">
  <${Avatar} user=${viewer.value} />
  <p>${t("compose.placeholder")}</p>
</div>`;

const ComposerFailed = () =>
  html`<${Trouble} error=${{ type: "unreachable" }} retry=${() => location.reload()} />`;

const Composer = lazy(() => import("../features/compose/composer.js"), {
  Waiting: ComposerWaiting,
  Failed: ComposerFailed,
  patient: true,
});
const Outgoing = lazy(() => import("../features/compose/outgoing.js"));
const NeedsKey = lazy(() => import("./needs-key.js"));
const HomeEmpty = lazy(() => import("./home-empty.js"));

// On a phone the button in the bar opens the composer: the tweets begin at the top. Words that were begun stay seen.
const phone = media("(max-width: 680px)");
const hasDraft = () => names().some((name) => name === `draft.${viewer.value?.id ?? "nobody"}.new`);

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
  // As the page opens: a composer must not come behind the dialog in which one begins to write.
  const drafted = useMemo(hasDraft, [viewer.value?.id]);
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
    <${PageHead} title=${t("nav.home")} tabbed>
      <div role="tablist" class="tabs" aria-label=${t("home.tabs")}>
        ${TABS.map(
          ([name, to, words]) =>
            html`<${Tab} key=${name} name=${name} to=${to} label=${t(words)} selected=${name === tab} />`,
        )}
      </div>
    <//>
    ${(!phone.value || drafted) && html`<${Composer} />`}
    ${outgoing.value && html`<${Outgoing} />`}
    <div role="tabpanel" id="feed" aria-labelledby=${`tab-${tab}`}>
      ${hasKey
        ? html`<${FeedView}
            place=${feed.name}
            key=${tab}
            feed=${feed}
            label=${label}
            empty=${html`<${HomeEmpty} tab=${tab} />`}
          />`
        : html`<${NeedsKey} />`}
    </div>
  `;
}
