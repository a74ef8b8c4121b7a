// The sections of a page, each with an address of its own.
import { html } from "./html.js";

/** @typedef {[name: string, address: string, words: string]} Tab */

// A page may be opened at a tab that a narrow screen doesn't show at first.
const intoView = (link) => link?.scrollIntoView({ block: "nearest", inline: "nearest" });

/**
 * @param {{label: string, tabs: Tab[], current: string, many?: boolean}} props `many`: too many for equal widths.
 */
export const Tabs = ({ label, tabs, current, many = false }) => html`<nav
  class=${many ? "tabs many" : "tabs"}
  aria-label=${label}
>
  ${tabs.map(
    ([name, address, words]) => html`<a
      key=${name}
      href=${address}
      ref=${name === current ? intoView : undefined}
      aria-current=${name === current ? "page" : undefined}
      >${words}</a
    >`,
  )}
</nav>`;
