/** Finding and making the parts of the page. */

/** @param {ParentNode} root @param {string} selector @returns {HTMLElement} */
export function part(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * One element for each key, in the keys' order: kept where it exists, cloned from the template
 * where not, so that a finger on a button never loses it to an update.
 * @param {HTMLElement} parent @param {string[]} keys @param {string} template @param {string} name
 * @returns {HTMLElement[]}
 */
export function matched(parent, keys, template, name) {
  /** @type {Map<string | undefined, HTMLElement>} */
  const have = new Map();
  for (const child of parent.children) if (child instanceof HTMLElement) have.set(child.dataset[name], child);
  const wanted = keys.map((key) => have.get(key) ?? cloned(template, name, key));
  const same = wanted.length === parent.children.length && wanted.every((child, i) => parent.children[i] === child);
  if (!same) parent.replaceChildren(...wanted);
  return wanted;
}

/** @param {string} template @param {string} name @param {string} key */
function cloned(template, name, key) {
  const source = document.getElementById(template);
  if (!(source instanceof HTMLTemplateElement)) throw new Error(`the page has no template ${template}`);
  const made = /** @type {HTMLElement} */ (source.content.firstElementChild?.cloneNode(true));
  made.dataset[name] = key;
  return made;
}
