// A page of a person whose handle is in the address: which person that is, is looked up first.
import { useSignal } from "@preact/signals";
import { Failure } from "../core/ui/failure.js";
import { Skeletons } from "../core/ui/rows.js";
import { html } from "../core/ui/html.js";
import { key } from "../core/store/session.js";
import { loadByHandle, personByHandle } from "../core/store/people.js";
import "../features/profile/words.js";
import { isNotFound, useLoading } from "./loading.js";
import NeedsKey from "./needs-key.js";
import { Missing } from "./not-found.js";
import { PageHead } from "./shell.js";

// Wraps a page that is given the person's id.
export const byHandle = (Page) => (props) =>
  props.handle ? html`<${Looked} key=${props.handle} page=${Page} ...${props} />` : html`<${Page} ...${props} />`;

function Looked({ page: Page, handle, ...props }) {
  const hasKey = key.value !== "";
  const person = useSignal(personByHandle(handle));
  const look = async () => {
    person.value ??= await loadByHandle(handle);
  };
  const { error, again } = useLoading(look, [handle], hasKey);
  if (person.value) return html`<${Page} ...${props} id=${person.value.id} />`;
  const head = html`<${PageHead} title=${`@${handle}`} back />`;
  if (!hasKey) return html`${head}<${NeedsKey} />`;
  if (isNotFound(error)) return html`${head}<${Missing} words="profile.gone" />`;
  return html`${head}${error ? html`<${Failure} error=${error} retry=${again} />` : html`<${Skeletons} count=${1} />`}`;
}
