/**
 * Makes every step that tells of a visitor what it was before any: nothing that was typed, read or chosen stays in
 * the page, hidden or not. The start page follows the hall and tells of nobody.
 */

const TELLING = "main > .step:not(.start), main > .cover";

/** @param {HTMLElement} root as the server wrote it @returns {() => void} call it when a visitor has gone */
export function untelling(root) {
  const steps = [...root.querySelectorAll(TELLING)].map((step) => step.cloneNode(true));
  return () => {
    for (const [place, step] of root.querySelectorAll(TELLING).entries()) step.replaceWith(steps[place].cloneNode(true));
    root.dataset.said = ""; // the page's own words are to be written anew, too
  };
}
