// Cropping a picture of the draft and choosing its focal point, in a dialog over the composer.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { crop, isMoving } from "../../core/lib/crop.js";
import { WHOLE, focusAt, isWhole, largest, outOf, sharesOf, within } from "../../core/lib/frame.js";
import { ARROWS, CropFrame, Shade, follow, percent, percentOf, share } from "../../core/ui/crop-frame.js";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import { html } from "../../core/ui/html.js";
import { closeDialog, dialog } from "../../core/store/dialogs.js";
import { find } from "../../core/ui/find.js";
import { announce } from "../../core/store/notices.js";
import { errorText, t } from "../../core/words/words.js";
import { exchange, fileOf, setFocus } from "./attachments.js";
import "./words.js";

// The width of a frame by its height, in pixels.
/** @type {Record<string, number | null>} */
const SHAPES = { free: null, square: 1, "4:3": 4 / 3, "16:9": 16 / 9 };
const CENTRE = { x: 0.5, y: 0.5 };

function FocalPoint({ focus, stage, hint }) {
  const { x, y } = focus.value ?? CENTRE;
  const onKeyDown = (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    focus.value = { x: share(x + arrow[0]), y: share(y + arrow[1]) };
    announce(t("compose.focus_at", { left: percent(focus.value.x), top: percent(focus.value.y) }));
  };
  const point = useRef(null);
  const onPointerDown = (event) => {
    focus.value = follow(event, stage.current, (to) => {
      focus.value = to;
    });
    point.current.focus();
  };
  return html`<div class="focal-area" onPointerDown=${onPointerDown}>
    <div
      ref=${point}
      class="focal-point"
      style=${{ left: percentOf(x), top: percentOf(y) }}
      role="application"
      tabindex="0"
      aria-label=${t("compose.focus")}
      aria-describedby=${hint}
      onKeyDown=${onKeyDown}
    ></div>
  </div>`;
}

function Options({ legend, options, value }) {
  const name = useId();
  return html`<fieldset class="choice">
    <legend class="hidden">${legend}</legend>
    <div class="choices">
      ${options.map(
        ([option, words]) => html`<label key=${option}>
          <input type="radio" name=${name} checked=${option === value.value} onChange=${() => (value.value = option)} />
          <span>${words}</span>
        </label>`,
      )}
    </div>
  </fieldset>`;
}

// The file of a picture that doesn't move, or null.
async function stillFile(one, file) {
  const found = file ?? (await fileOf(one.media.value));
  return (await isMoving(found)) ? null : found;
}

/**
 * @param {object} props
 * @param {import("./draft.js").Draft} props.draft
 * @param {any} props.one the attachment
 */
export default function PictureEditor({ draft, one }) {
  const hint = useId();
  const stage = useRef(null);
  const mine = useRef(dialog.peek()).current;
  const { file, frame: before } = one.original ?? { file: one.file, frame: WHOLE };
  // The file to crop, once it is known that it may be: a moving picture would lose its movement.
  const croppable = useSignal(null);
  useEffect(() => {
    if (one.published) return;
    stillFile(one, file).then(
      (found) => {
        croppable.value = found;
        if (found) mode.value = "crop";
      },
      () => {},
    );
  }, []);
  const source = useMemo(() => (file ? URL.createObjectURL(file) : one.media.value.url), []);
  useEffect(() => () => file && URL.revokeObjectURL(source), []);
  const mode = useSignal("focus");
  const frame = useSignal(before);
  const shape = useSignal("free");
  // The width of the picture by its height, once it is there.
  const ratio = useSignal(0);
  const focus = useSignal(one.focus.value && outOf(before, sharesOf(one.focus.value)));
  const failure = useSignal(null);
  const busy = useSignal(false);
  const chosen = SHAPES[shape.value];
  const inShares = chosen && ratio.value ? chosen / ratio.value : null;
  useEffect(() => {
    if (inShares) frame.value = largest(inShares);
  }, [inShares]);

  const reset = () => {
    frame.value = WHOLE;
    shape.value = "free";
    focus.value = null;
  };
  const apply = async () => {
    busy.value = true;
    failure.value = null;
    const cut = frame.value;
    try {
      const same = JSON.stringify(cut) === JSON.stringify(before);
      const part = same ? null : isWhole(cut) ? croppable.value : await crop(croppable.value, cut);
      // It may have been closed meanwhile.
      if (dialog.peek() !== mine) return;
      const into = same ? one : exchange(draft, one, part, { file: croppable.value, frame: cut });
      setFocus(into, focus.value && focusAt(within(cut, focus.value)));
      // A new picture is uploaded first, before it can be edited.
      const place = `[data-attachment="${into.id}"]`;
      mine.afterwards = () => (find(`${place} .edit`) ?? find(`${place} :is(button, textarea, input)`))?.focus();
      closeDialog();
    } catch {
      failure.value = { type: "not_cropped" };
      busy.value = false;
    }
  };
  const cropping = mode.value === "crop";
  return html`<${Dialog} label=${t("compose.picture_title")} kind="panel picture-editor">
    <${DialogHead} title=${t("compose.picture_title")} />
    <div class="picture-stage" ref=${stage}>
      <img src=${source} alt=${one.alt.value} draggable=${false} onLoad=${({ target }) => (ratio.value = target.naturalWidth / target.naturalHeight)} />
      ${cropping
        ? html`<${CropFrame} frame=${frame} shape=${inShares} stage=${stage} hint=${hint} />`
        : html`<${Shade} frame=${frame.value} /><${FocalPoint} focus=${focus} stage=${stage} hint=${hint} />`}
    </div>
    <div class="picture-controls">
      ${croppable.value &&
      html`<${Options}
        legend=${t("compose.picture_do")}
        options=${[["crop", t("compose.crop")], ["focus", t("compose.focus")]]}
        value=${mode}
      />`}
      <p class="hint" id=${hint}>${t(cropping ? "crop.hint" : "compose.focus_hint")}</p>
      ${cropping &&
      html`<${Options}
        legend=${t("compose.shape")}
        options=${Object.keys(SHAPES).map((name) => [name, name.includes(":") ? name : t(`compose.shape_${name}`)])}
        value=${shape}
      />`}
      ${failure.value && html`<p class="trouble" role="alert">${errorText(failure.value)}</p>`}
      <div class="question-buttons">
        <button type="button" class="button" onClick=${reset}>${t("compose.picture_reset")}</button>
        <button type="button" class="button primary" disabled=${busy.value} onClick=${apply}>${t("action.done")}</button>
      </div>
    </div>
  <//>`;
}
