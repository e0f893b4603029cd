/**
 * Comes first and alone: the server has written the whole start page, and nothing stands between it and its
 * first painting. Then the other style sheets and the machine are brought; a touch meanwhile waits for them.
 */

/** A page that nobody looks at is never painted (ms). */
const UNSEEN_MS = 1000;
/** How often (ms) a server that went before it had given everything is looked for. */
const AGAIN_MS = 2000;

const root = /** @type {HTMLElement} */ (document.querySelector("yc-kiosk"));
/** @type {HTMLElement | null} the button touched before the machine stood */
let touched = null;

/** @param {Event} event */
function hold(event) {
  const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
  if (!(button instanceof HTMLElement)) return;
  touched?.removeAttribute("aria-busy");
  touched = button;
  button.setAttribute("aria-busy", "true");
}

/** @returns {Promise<unknown>} once the start page has been seen */
function painted() {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, UNSEEN_MS);
  });
}

/** Puts what was kept back into the head. @returns {Promise<unknown>} once the style sheets hold */
function styled() {
  const kept = /** @type {HTMLTemplateElement} */ (document.getElementById("later"));
  const links = [...kept.content.querySelectorAll("link")];
  const sheets = links.filter((link) => link.rel === "stylesheet");
  const held = sheets.map((sheet) => new Promise((done) => (sheet.onload = sheet.onerror = done)));
  document.head.append(...links);
  return Promise.all(held);
}

/** The server went meanwhile: begin anew once it is back. */
async function again() {
  for (;;) {
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer?.ok) return location.reload();
  }
}

async function begin() {
  root.addEventListener("click", hold);
  await painted();
  const [machine] = await Promise.all([import("./kiosk-machine.js").catch(() => null), styled()]);
  if (machine === null) return again();
  root.removeEventListener("click", hold);
  machine.start(root);
  touched?.removeAttribute("aria-busy");
  touched?.click();
}

void begin();
