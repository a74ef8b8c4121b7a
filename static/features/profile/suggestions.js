// People whom the viewer might follow. They stay after a click, so that it can be taken back.
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { fetchSuggestions } from "../../core/api/follows.js";
import { missed } from "../../core/store/live-state.js";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { keepPerson } from "../../core/store/people.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { PersonRow } from "./people-list.js";
import "./words.js";

// null until they were asked for.
const suggested = signal(null);
whenViewerLeaves(() => (suggested.value = null));

async function load() {
  suggested.value ??= [];
  try {
    suggested.value = (await fetchSuggestions()).map(keepPerson);
  } catch {
    // Nothing is missing without them.
  }
}

export default function Suggestions() {
  // Again where events may have been missed: there may have been no network, or nobody to suggest.
  useEffect(() => {
    if (!suggested.value?.length) load();
  }, [suggested.value === null, missed.value]);
  const people = suggested.value?.filter((person) => !person.apart.value);
  if (!people?.length) return null;
  return html`<section class="suggestions card" aria-label=${t("profile.suggested")}>
    <h2>${t("profile.suggested")}</h2>
    <ul>${people.map((person) => html`<${PersonRow} key=${person.id} person=${person} />`)}</ul>
    <a class="all-members" href="/members">${t("profile.all_members")}</a>
  </section>`;
}
