// Who asks to follow the viewer, whose account is locked.
import { useCallback, useRef } from "preact/hooks";
import { fetchFollowRequests } from "../core/api/follow-requests.js";
import { EmptyRow } from "../core/ui/rows.js";
import { html } from "../core/ui/html.js";
import { usePlace } from "../core/ui/scroll.js";
import { t } from "../core/words/words.js";
import { requestNews } from "../core/store/follow-requests.js";
import { key, viewer } from "../core/store/session.js";
import { AnswerRequest } from "../features/profile/answer-request.js";
import { PeopleList } from "../features/profile/people-list.js";
import NeedsKey from "./needs-key.js";
import { PageHead } from "./shell.js";
import { useTitle } from "./title.js";

export default function RequestsPage({ entry }) {
  // Read anew where something has changed, unless rows say what was answered: these stay until the page is left.
  const answered = useRef(false);
  const asOf = useRef(requestNews.value);
  if (!answered.current) asOf.current = requestNews.value;
  const Beside = useCallback(
    ({ person }) => html`<${AnswerRequest} person=${person} answered=${() => (answered.current = true)} />`,
    [],
  );
  const title = t("profile.requests");
  usePlace(`requests ${entry}`);
  useTitle(title);
  return html`<${PageHead} title=${title} back />
    ${key.value
      ? html`<${PeopleList}
          key=${`${viewer.value?.id} ${asOf.current}`}
          fetchPage=${fetchFollowRequests}
          empty=${html`<${EmptyRow} title=${t("profile.no_requests")}><p>${t("profile.no_requests_hint")}</p><//>`}
          Beside=${Beside}
          follows=${false}
        />`
      : html`<${NeedsKey} />`}`;
}
