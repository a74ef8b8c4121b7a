// Cropping a picture of the profile to its shape, before it is uploaded.
import { useSignal } from "@preact/signals";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { ApiError } from "../../core/api/http.js";
import { closeDialog, dialog } from "../../core/store/dialogs.js";
import { crop } from "../../core/lib/crop.js";
import { WHOLE, largest } from "../../core/lib/frame.js";
import { useAct } from "../../core/ui/act.js";
import { CropFrame } from "../../core/ui/crop-frame.js";
import { Dialog, DialogHead } from "../../core/ui/dialog.js";
import { html } from "../../core/ui/html.js";
import { Button } from "../../core/ui/rows.js";
import { errorText, t } from "../../core/words/words.js";
import "./words.js";

/**
 * @param {object} props
 * @param {File} props.file
 * @param {number} props.shape the width of the part divided by its height
 * @param {number} props.side its longest side at most, in pixels
 * @param {(file: File) => void} props.done gets that part of it
 */
export default function CropDialog({ file, shape, side, done }) {
  const mine = useRef(dialog.peek()).current;
  const hint = useId();
  const stage = useRef(null);
  const source = useMemo(() => URL.createObjectURL(file), []);
  useEffect(() => () => URL.revokeObjectURL(source), []);
  const frame = useSignal(WHOLE);
  const inShares = useSignal(null);
  const broken = useSignal(false);
  const onLoad = ({ target }) => {
    inShares.value = (shape * target.naturalHeight) / target.naturalWidth;
    frame.value = largest(inShares.value);
  };
  const { busy, error, press } = useAct(async () => {
    const part = await crop(file, frame.value, side).catch(() => {
      throw new ApiError("not_cropped");
    });
    // It may have been closed meanwhile.
    if (dialog.peek() !== mine) return;
    closeDialog();
    done(part);
  }, inShares.value !== null);
  const useWhole = () => {
    closeDialog();
    done(file);
  };
  return html`<${Dialog} label=${t("profile.crop_title")} kind="panel picture-editor">
    <${DialogHead} title=${t("profile.crop_title")} />
    ${broken.value
      ? html`<div class="picture-controls">
          <p role="alert">${t("error.not_cropped")}</p>
          <div class="question-buttons">
            <${Button} onClick=${() => closeDialog()}>${t("action.cancel")}<//>
            <${Button} kind="primary" onClick=${useWhole}>${t("profile.crop_whole")}<//>
          </div>
        </div>`
      : html`<div class="picture-stage" ref=${stage}>
            <img src=${source} alt="" draggable=${false} onLoad=${onLoad} onError=${() => (broken.value = true)} />
            ${inShares.value && html`<${CropFrame} frame=${frame} shape=${inShares.value} stage=${stage} hint=${hint} />`}
          </div>
          <div class="picture-controls">
            <p class="hint" id=${hint}>${t("crop.hint")}</p>
            ${error.value && html`<p class="trouble" role="alert">${errorText(error.value)}</p>`}
            <div class="question-buttons">
              <${Button} onClick=${() => closeDialog()}>${t("action.cancel")}<//>
              <${Button} kind="primary" busy=${busy.value} onClick=${press}>${t("action.done")}<//>
            </div>
          </div>`}
  <//>`;
}
