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

/** The element that has the focus, or null. */
export const focused = () => (isElement(document.activeElement) ? document.activeElement : null);

/**
 * @param {Element | null} element
 * @returns {element is HTMLElement}
 */
const isElement = (element) => element instanceof HTMLElement;
