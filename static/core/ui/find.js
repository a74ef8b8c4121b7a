// Elements of the page that can be focused and clicked, typed as such.

/**
 * The first element that matches.
 * @param {string} selector
 * @param {ParentNode} within
 * @returns {HTMLElement | null}
 */
export const find = (selector, within = document) => within.querySelector(selector);

/**
 * All elements that match.
 * @param {string} selector
 * @param {ParentNode} within
 * @returns {HTMLElement[]}
 */
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)].filter(isElement);

// How long something may take that a button does and that takes the button from the page, in ms.
const PATIENCE = 5000;

/**
 * Once an element that has the focus has left its tweet, gives the focus to what stands there instead.
 * @param {Element | null} element
 * @param {string} selector
 */
export function focusInPlace(element, selector) {
  if (!element) return;
  const root = element.closest("article") ?? document;
  const until = performance.now() + PATIENCE;
  const look = () => {
    const isGone = !element.isConnected;
    if ((isGone && document.activeElement !== document.body) || performance.now() > until) return;
    const target = isGone && find(selector, root);
    if (target) target.focus({ preventScroll: true });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** The element that has the focus, or null. */
export const focused = () => (isElement(document.activeElement) ? document.activeElement : null);

/**
 * @param {Element | null} element
 * @returns {element is HTMLElement}
 */
const isElement = (element) => element instanceof HTMLElement;
