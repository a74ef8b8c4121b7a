// Beside the button to follow: be notified of somebody's new tweets.
import { setNotify } from "../../core/api/follows.js";
import { whenTold } from "../../core/live/listeners.js";
import { ahead } from "../../core/store/ahead.js";
import { notify } from "../../core/store/notices.js";
import { personById } from "../../core/store/people.js";
import { html } from "../../core/ui/html.js";
import { Icon } from "../../core/ui/icon.js";
import { errorText, t } from "../../core/words/words.js";
import "./words.js";

/** @import { Person } from "../../core/store/people.js" */

/** @type {WeakMap<Person, {wanted: boolean | null, told: boolean}>} */
const wishes = new WeakMap();

function show(person, on) {
  if (person.profile.value) person.profile.value = { ...person.profile.value, notify: on };
}

/**
 * @param {Person} person
 * @param {boolean} on
 */
async function turn(person, on) {
  if (!wishes.has(person)) wishes.set(person, { wanted: null, told: !on });
  const wish = wishes.get(person);
  await ahead(wish, on, {
    show: () => show(person, wish.wanted ?? wish.told),
    async send(wanted) {
      await person.answered; // the bell is there while the request to follow is still under way
      await setNotify(person.id, wanted);
      wish.told = wanted;
      const words = wanted ? "profile.bell_on" : "profile.bell_off";
      notify(t(words, { handle: person.handle.value }));
    },
    failed: (error) => notify(errorText(error)),
  });
  if (wish.wanted === null) wishes.delete(person);
}

whenTold("notify", ({ user_id: id, notify: on }) => {
  const person = personById(id);
  if (!wishes.has(person)) show(person, on);
});

export function Bell({ person }) {
  const on = person.profile.value.notify === true;
  const words = t("profile.bell", { handle: person.handle.value });
  return html`<button
    type="button"
    class="icon-button bell"
    aria-pressed=${on}
    aria-label=${words}
    title=${words}
    onClick=${() => turn(person, !on)}
  >
    <${Icon} name="bell" filled=${on} />
  </button>`;
}
