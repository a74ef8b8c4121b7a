// Shown in place of sensitive pictures: blurred previews and a button that shows them.
import { useEffect, useRef } from "preact/hooks";
import { uncover } from "../../core/store/covers.js";
import { focusInPlace } from "../../core/ui/find.js";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { shapeWithin } from "../../core/ui/picture-shape.js";
import { drawThumbhash } from "../../core/ui/thumbhash.js";
import { t } from "../../core/words/words.js";
import "./words.js";

function Likeness({ thumbhash }) {
  const canvas = useRef(null);
  useEffect(() => {
    if (thumbhash) drawThumbhash(canvas.current, thumbhash);
  }, [thumbhash]);
  return html`<div class="picture"><canvas ref=${canvas} class="likeness" width="1" height="1"></canvas></div>`;
}

export default function CoveredPictures({ tweet, media }) {
  const press = (event) => {
    focusInPlace(event.currentTarget, ".hide-pictures");
    uncover(tweet);
  };
  const [first] = media;
  const alone = media.length === 1 && first.width;
  const shape = alone ? { aspectRatio: String(shapeWithin(first.width / first.height)) } : undefined;
  return html`<div class=${`media-grid of-${media.length} covered`} style=${shape}>
    ${media.map((one) => html`<${Likeness} key=${one.id} thumbhash=${one.thumbhash} />`)}
    <div class="cover">
      <p><${Icon} name="eye-off" />${t("covers.sensitive", { count: media.length })}</p>
      <button type="button" class="button small" onClick=${press}>${t("covers.show_pictures", { count: media.length })}</button>
    </div>
  </div>`;
}
