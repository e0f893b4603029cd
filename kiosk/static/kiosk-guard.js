/** What a kiosk's screen must not do under a visitor's fingers: menus, selection, dragging, zooming, leaving. */

const NEVER = ["contextmenu", "selectstart", "dragstart", "gesturestart", "auxclick"];

/** @param {Document} page */
export function guard(page) {
  for (const name of NEVER) page.addEventListener(name, (event) => event.preventDefault());
  page.addEventListener("touchmove", stopPinch, { passive: false });
  page.addEventListener("wheel", stopZoom, { passive: false });
  page.addEventListener("keydown", stopLeaving);
  history.pushState(null, "", location.pathname);
  addEventListener("popstate", () => history.pushState(null, "", location.pathname));
}

/** @param {TouchEvent} event */
function stopPinch(event) {
  if (event.touches.length > 1 && event.cancelable) event.preventDefault();
}

/** @param {WheelEvent} event */
function stopZoom(event) {
  if (event.ctrlKey) event.preventDefault();
}

/** Keys that zoom, print, save or go back; F5 stays, for whoever maintains the machine. @param {KeyboardEvent} event */
function stopLeaving(event) {
  const zooms = (event.ctrlKey || event.metaKey) && ["+", "-", "=", "0", "p", "s"].includes(event.key);
  const goes = event.altKey && ["ArrowLeft", "ArrowRight"].includes(event.key);
  if (zooms || goes) event.preventDefault();
}
