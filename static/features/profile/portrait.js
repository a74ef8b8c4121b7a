// Choosing a picture of one's profile: it is cropped, uploaded, and shown when the profile is saved.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ApiError } from "../../core/api/http.js";
import { uploadMedia } from "../../core/api/media.js";
import { isMoving } from "../../core/lib/crop.js";
import { whenTold } from "../../core/live/listeners.js";
import { openDialog } from "../../core/store/dialogs.js";
import { instance, limits } from "../../core/store/session.js";
import { html } from "../../core/ui/html.js";
import { Button } from "../../core/ui/rows.js";
import { errorText, t } from "../../core/words/words.js";
import { edited, show, stop, uploads } from "./edited.js";
import "./words.js";

// The width by the height of each, and how many pixels wide it is sent at most: twice what the server keeps.
const KINDS = { avatar: { shape: 1, side: 800 }, header: { shape: 3, side: 3000 } };

// How long to wait for a picture that the server is still busy with.
const PATIENCE = 60_000;

// Who waits for a picture to be settled, by its id.
const waiting = new Map();
whenTold("media", ({ media }) => waiting.get(media.id)?.(media));

function settled(media) {
  if (media.state !== "pending") return media;
  return new Promise((resolve, reject) => {
    waiting.set(media.id, resolve);
    setTimeout(() => reject(new ApiError("timeout")), PATIENCE);
  }).finally(() => waiting.delete(media.id));
}

function check(file) {
  if (file.type && !instance.value.accepted_types.includes(file.type)) throw new ApiError("unsupported_media_type");
  if (file.size > limits.value.media_max_bytes) throw new ApiError("too_large");
}

/** @param {{purpose: "avatar" | "header"}} props */
export function Portrait({ purpose }) {
  const input = useRef(null);
  const progress = useSignal(0);
  const failure = useSignal(null);
  const shown = edited.value[purpose];
  const busy = purpose in uploads.value;
  const send = async (file) => {
    stop(purpose);
    const controller = new AbortController();
    const { signal } = controller;
    uploads.value = { ...uploads.peek(), [purpose]: controller };
    failure.value = null;
    progress.value = 0;
    try {
      check(file);
      const media = await uploadMedia(file, "", { progress: (done) => (progress.value = done), signal, purpose });
      const { state } = await settled(media);
      if (state === "broken") throw new ApiError("broken_picture");
      if (!signal.aborted) show(purpose, URL.createObjectURL(file), media.id);
    } catch (error) {
      if (!signal.aborted) failure.value = error;
    }
    if (!signal.aborted) stop(purpose);
  };
  const choose = async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    failure.value = null;
    // An avatar that moves would lose its movement: the server cuts it.
    if (purpose === "avatar" && (await isMoving(file))) await send(file);
    else openDialog(() => import("./crop-dialog.js"), { file, ...KINDS[purpose], done: send });
  };
  const remove = () => {
    stop(purpose);
    show(purpose, null, null);
  };
  return html`<div class="profile-field">
    <span id=${`${purpose}-label`}>${t(`profile.${purpose}`)}</span>
    <div class="field-row" role="group" aria-labelledby=${`${purpose}-label`}>
      <input
        ref=${input}
        class="hidden"
        type="file"
        accept=${instance.value.accepted_types.join()}
        tabindex="-1"
        aria-hidden="true"
        data-purpose=${purpose}
        onChange=${choose}
      />
      <${Button} icon="image" busy=${busy} onClick=${() => input.current.click()}>
        ${t(shown ? "profile.picture_change" : "profile.picture_choose")}
      <//>
      ${(shown || busy) && html`<${Button} onClick=${remove}>${t("profile.picture_remove")}<//>`}
      ${busy && html`<progress max="1" value=${progress.value} aria-label=${t("profile.uploading")}></progress>`}
    </div>
    ${failure.value && html`<p class="hint bad" role="alert">${errorText(failure.value)}</p>`}
  </div>`;
}
