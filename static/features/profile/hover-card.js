// A card with who somebody is, beside a link to them that the mouse rests on. Keyboards and fingers have the link.
import { render } from "preact";
import { PersonAvatar } from "../../core/ui/person.js";
import { html } from "../../core/ui/html.js";
import { formatNumber, loadAllWords, t } from "../../core/words/words.js";
import { whenViewerLeaves } from "../../core/store/leaving.js";
import { hoverCards } from "../../core/store/preferences.js";
import { loadByHandle, loadProfile } from "../../core/store/people.js";
import { signedIn, viewer } from "../../core/store/session.js";
import { FollowButton } from "./follow-button.js";
import "./words.js";

const SHOWN_AFTER = 500;
const HIDDEN_AFTER = 250;
const WIDTH = 300;
const GAP = 6;

// What a link to a person names: an id or a handle.
const TARGET = /^\/(?:users\/(\d+)|@(\w+))$/;

const targetOf = (link) => (link?.origin === location.origin ? TARGET.exec(link.pathname) : null);

/** @param {string[]} target */
const load = ([, id, handle]) => (id ? loadProfile(Number(id)) : loadByHandle(handle.toLowerCase()));

function Card({ person }) {
  const user = person.profile.value;
  const parted = user.blocking || user.blocked_by;
  return html`<div class="hover-card-head">
      <${PersonAvatar} person=${person} />
      ${!parted && html`<${FollowButton} person=${person} />`}
    </div>
    <p class="profile-name"><bdi>${person.name}</bdi></p>
    <p class="handle">
      @${user.handle}${user.follows_you && html` <span class="tag">${t("profile.follows_you")}</span>`}
      ${user.locked && html` <span class="tag">${t("profile.locked")}</span>`}
    </p>
    <p class="counts">
      <span><b>${formatNumber(user.following_count)}</b> ${t("profile.following_count", { count: user.following_count })}</span>
      <span><b>${formatNumber(user.followers_count)}</b> ${t("profile.followers_count", { count: user.followers_count })}</span>
    </p>`;
}

// Below the link or, where there is no room, above it; within the window.
function place(card, link) {
  const box = link.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const below = box.bottom + GAP + height <= innerHeight;
  card.style.top = `${below ? box.bottom + GAP : Math.max(GAP, box.top - GAP - height)}px`;
  card.style.left = `${Math.max(GAP, Math.min(box.left, innerWidth - width - GAP))}px`;
}

export function startHoverCards() {
  const card = document.createElement("div");
  card.className = "hover-card card";
  card.style.width = `${WIDTH}px`;
  card.hidden = true;
  document.body.append(card);
  // The link to a person that the mouse is on.
  /** @type {HTMLAnchorElement | null} */
  let over = null;
  let timer = null;
  const after = (delay, act) => {
    clearTimeout(timer);
    timer = act && setTimeout(act, delay);
  };
  const hide = () => {
    after(0, null);
    over = null;
    card.hidden = true;
    render(null, card);
  };
  const show = async (link) => {
    try {
      const [person] = await Promise.all([load(targetOf(link)), loadAllWords()]);
      const isOver = over === link && link.isConnected && signedIn.value;
      if (!isOver || person.id === viewer.value?.id) return;
      render(html`<${Card} person=${person} />`, card);
      card.hidden = false;
      place(card, link);
    } catch {
      // The link says no less than before.
    }
  };
  addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType !== "mouse" || !hoverCards.value || !signedIn.value || !(target instanceof Element)) return;
    const link = /** @type {HTMLAnchorElement | null} */ (target.closest("#main a"));
    if (card.contains(target) || (link && link === over)) {
      if (!card.hidden) after(0, null);
      return;
    }
    const isPerson = link && targetOf(link) && !link.closest(".tabs, .counts");
    if (isPerson) {
      hide();
      over = link;
    } else if (card.hidden) {
      hide();
    } else {
      after(HIDDEN_AFTER, hide);
    }
  });
  // Only a mouse that moves asks: a link may come to lie under one at rest.
  addEventListener("pointermove", () => {
    if (over && card.hidden && timer === null) after(SHOWN_AFTER, () => show(over));
  });
  addEventListener("scroll", hide, { passive: true });
  addEventListener("pointerdown", ({ target }) => {
    if (!(target instanceof Node) || !card.contains(target)) hide();
  });
  document.documentElement.addEventListener("pointerleave", () => after(HIDDEN_AFTER, hide));
  addEventListener("keydown", ({ key, target }) => {
    if (key === "Escape" || !(target instanceof Node) || !card.contains(target)) hide();
  });
  addEventListener("popstate", hide);
  whenViewerLeaves(hide);
}
