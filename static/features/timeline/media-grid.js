// The pictures of a tweet: one in its own shape, two to four in a grid. Their sizes are known
// before they load, so nothing moves when they arrive.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../core/ui/icon.js";
import { html } from "../../core/ui/html.js";
import { t } from "../../core/words/words.js";
import { focusedOn, shapeWithin } from "../../core/ui/picture-shape.js";
import { openDialog } from "../../core/store/dialogs.js";
import "./words.js";

// The longest side of the small variant that the server makes.
const SMALL_SIDE = 640;

const openLightbox = (media, index) => openDialog(() => import("./lightbox.js"), { media, index }, { entry: true });

function sources({ url, small_url: small, width, height }) {
  if (!small || small === url) return undefined;
  const smallWidth = Math.round(Math.min(width, SMALL_SIDE * Math.min(1, width / height)));
  return smallWidth < width ? `${small} ${smallWidth}w, ${url} ${width}w` : undefined;
}

function Likeness({ thumbhash, image, loaded }) {
  const canvas = useRef(null);
  useEffect(() => {
    if (!thumbhash || image.current?.complete) return;
    // Each on its own, so that many of them don't hold up what else there is to draw.
    const draw = ({ drawThumbhash }) =>
      setTimeout(() => canvas.current && !image.current?.complete && drawThumbhash(canvas.current, thumbhash));
    import("../../core/ui/thumbhash.js").then(draw, () => {});
  }, []);
  return !loaded && html`<canvas ref=${canvas} class="likeness" width="1" height="1" aria-hidden="true"></canvas>`;
}

// The first pictures are what a visitor waits for; the others load when they come near.
let eager = 2;

function Picture({ media, index }) {
  const first = useRef(null);
  first.current ??= eager-- > 0;
  const one = media[index];
  const image = useRef(null);
  const loaded = useSignal(false);
  const label = one.alt ? t("media.open_alt", { alt: one.alt }) : t("media.open", { count: index + 1 });
  const sizes =
    media.length === 1
      ? "(max-width: 680px) calc(100vw - 88px), 528px"
      : "(max-width: 680px) calc(50vw - 44px), 264px";
  return html`<button type="button" class="picture" aria-label=${label} onClick=${() => openLightbox(media, index)}>
    <${Likeness} thumbhash=${one.thumbhash} image=${image} loaded=${loaded.value} />
    <img
      ref=${image}
      src=${one.small_url || one.url}
      srcset=${sources(one)}
      sizes=${sources(one) && sizes}
      width=${one.width}
      height=${one.height}
      style=${focusedOn(one.focus)}
      alt=""
      loading=${first.current ? "eager" : "lazy"}
      fetchpriority=${first.current ? "high" : undefined}
      decoding="async"
      onLoad=${() => (loaded.value = true)}
    />
    ${one.alt && html`<span class="alt-badge" aria-hidden="true"></span>`}
  </button>`;
}

const Pending = () => html`<div class="picture pending" role="img" aria-label=${t("media.pending")}>
  <${Icon} name="image" /><span aria-hidden="true">${t("media.pending")}</span>
</div>`;

export function MediaGrid({ media }) {
  const [first] = media;
  const alone = media.length === 1 && first.width;
  const shape = alone && shapeWithin(first.width / first.height);
  return html`<div class=${`media-grid of-${media.length}`} style=${alone ? { aspectRatio: String(shape) } : undefined}>
    ${media.map((one, index) =>
      one.state === "pending"
        ? html`<${Pending} key=${one.id} />`
        : html`<${Picture} key=${one.id} media=${media} index=${index} />`,
    )}
  </div>`;
}
