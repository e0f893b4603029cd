/** The way to the other pages. A call bar opens as a window of its own, as low as it is. */

import { part, signOut } from "./staff-page.js";

part(document, "[data-do=sign-out]").addEventListener("click", () => void signOut());

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-bar]") : null;
  if (!(link instanceof HTMLAnchorElement)) return;
  const shape = `popup,width=${screen.availWidth},height=84,left=0,top=${screen.availHeight - 84}`;
  if (window.open(link.href, `bar-${link.pathname}`, shape)) event.preventDefault();
});
