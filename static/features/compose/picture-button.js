// Choosing the pictures of a tweet.
import { useRef } from "preact/hooks";
import { findAll } from "../../core/ui/find.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { instance, limits } from "../../core/store/session.js";
import "./words.js";

export async function addFiles(draft, fileList) {
  // Read before anything is awaited: the list is emptied after its event.
  const files = [...fileList];
  const attachments = await import("./attachments.js");
  attachments.addFiles(draft, files);
}

// The descriptions are before the button: whoever comes from it by keyboard would miss them.
async function describe(composer, index) {
  for (let frame = 0; frame < 60; frame += 1) {
    const description = findAll(".attachment textarea", composer)[index];
    if (description) {
      description.focus();
      return;
    }
    await new Promise(requestAnimationFrame);
  }
}

export function PictureButton({ draft }) {
  const field = useRef(null);
  const button = useRef(null);
  // A tweet has pictures or a poll.
  const full = Boolean(draft.choices.value.poll) || draft.attachments.value.length >= limits.value.media_per_tweet;
  const choose = async (event) => {
    const byKeyboard = button.current.matches(":focus-visible");
    const before = draft.attachments.value.length;
    const adding = addFiles(draft, event.target.files);
    // The same file may be chosen again after it was removed.
    event.target.value = "";
    await adding;
    if (byKeyboard) describe(button.current.closest(".part, .composer"), before);
  };
  return html`<button
      ref=${button}
      type="button"
      class="icon-button accent"
      aria-label=${t("compose.add_pictures")}
      title=${t("compose.add_pictures")}
      disabled=${full}
      onClick=${() => field.current.click()}
    >
      <${Icon} name="image" />
    </button>
    <input
      ref=${field}
      type="file"
      hidden
      multiple
      accept=${instance.value.accepted_types.join(",")}
      onChange=${choose}
    />`;
}
