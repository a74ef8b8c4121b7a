// Following, ahead of the server's answer.
import { batch } from "@preact/signals";
import { setFollow } from "../../core/api/follows.js";
import { ahead } from "../../core/store/ahead.js";
import { home } from "../../core/store/feeds.js";
import { count, personById } from "../../core/store/people.js";
import { viewer } from "../../core/store/session.js";

const NEITHER = { followed: false, requested: false };

function show(person, { followed, requested }) {
  const step = Number(followed) - Number(person.followed.value);
  batch(() => {
    person.followed.value = followed;
    person.requested.value = requested;
    if (step === 0) return;
    count(person.id, "followers_count", step);
    if (viewer.value) count(viewer.value.id, "following_count", step);
  });
}

// What a wish comes to, as far as it is known here.
const hoped = (person, wanted) =>
  !wanted ? NEITHER : person.profile.value?.locked ? { followed: false, requested: true } : { followed: true, requested: false };

/**
 * @param {number} id of the person
 * @param {boolean} wanted whether to follow them, or to ask to
 */
export async function follow(id, wanted) {
  const person = personById(id);
  let answered = { followed: person.followed.value, requested: person.requested.value };
  person.trouble.value = null;
  await ahead(person, wanted, {
    show: () => show(person, person.wanted === null ? answered : hoped(person, person.wanted)),
    async send(sent) {
      const { requested = false } = await setFollow(id, sent);
      answered = sent ? { followed: !requested, requested } : NEITHER;
      // What was decided for that follow is over with it.
      const { profile } = person;
      if (!sent && profile.value) profile.value = { ...profile.value, notify: false, reposts_hidden: false };
    },
    failed(error, missed) {
      person.trouble.value = { error, retry: () => follow(id, missed) };
    },
  });
  // Following changes at once, backwards as well: it is read anew when it is next looked at.
  if (person.wanted === null && !home.following.shown) home.following.reset();
}
