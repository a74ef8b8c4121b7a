// "Alice, Boris and 12 others", with the names as links.
import { formatter, t } from "../words/words.js";
import { html } from "./html.js";

const Name = ({ person }) => html`<a class="who" href=${`/users/${person.id}`}><bdi>${person.name}</bdi></a>`;

/**
 * @param {object} props
 * @param {import("../store/people.js").Person[]} props.people the first of them
 * @param {number} props.count how many there are
 * @param {number} props.most how many are named; of more people, two are
 */
export function Names({ people, count, most }) {
  const shown = people.slice(0, count > most ? 2 : most);
  const others = count - shown.length;
  const names = shown.map((_, index) => `\u0000${index}\u0000`);
  if (others > 0) names.push(t("people.others", { count: others }));
  const sentence = formatter("ListFormat", { type: "conjunction" }).format(names);
  return sentence
    .split("\u0000")
    .map((part, index) => (index % 2 ? html`<${Name} key=${part} person=${shown[part]} />` : part));
}
