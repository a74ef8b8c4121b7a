// Which page stands in the column. Home comes with the client; the others when they are opened.
import { lazy } from "../core/ui/lazy.js";
import { Button, Skeletons } from "../core/ui/rows.js";
import { PageHead } from "./shell.js";
import { html } from "../core/ui/html.js";
import { t } from "../core/words/words.js";
import { route } from "../core/router.js";
import { outdated } from "../core/store/versions.js";
import { Home } from "./home.js";
import "./words.js";

const Waiting = () => html`<${PageHead} title=${t("feed.loading")} back /><${Skeletons} />`;

const Failed = () => html`<${PageHead} title=${t("page.failed")} back />
  <div class="empty" role="alert">
    <p>${t(outdated.value ? "page.new_version" : "error.unreachable")}</p>
    <${Button} icon="retry" onClick=${() => location.reload()}>${t("page.reload")}<//>
  </div>`;

const lazyPage = (load) => lazy(load, { Waiting, Failed });

const PAGES = {
  tweet: lazyPage(() => import("./tweet.js")),
  quotes: lazyPage(() => import("./quotes.js")),
  profile: lazyPage(() => import("./profile.js")),
  people: lazyPage(() => import("./people.js")),
  hashtag: lazyPage(() => import("./hashtag.js")),
  notifications: lazyPage(() => import("./notifications.js")),
  lists: lazyPage(() => import("./lists.js")),
  list: lazyPage(() => import("./list.js")),
  members: lazyPage(() => import("./members.js")),
  requests: lazyPage(() => import("./requests.js")),
  bookmarks: lazyPage(() => import("./bookmarks.js")),
  drafts: lazyPage(() => import("./drafts.js")),
  settings: lazyPage(() => import("./settings.js")),
  operations: lazyPage(() => import("./operations.js")),
  join: lazyPage(() => import("./join.js")),
  "not-found": lazyPage(() => import("./not-found.js")),
};

export const preparePage = () => PAGES[route.value.page]?.prefetch();

export function Page() {
  const { page, ...rest } = route.value;
  if (page === "home") return html`<${Home} ...${rest} />`;
  return html`<${PAGES[page]} key=${`${page} ${rest.id ?? rest.handle ?? rest.name ?? ""} ${rest.list ?? rest.tab ?? ""}`} ...${rest} />`;
}
