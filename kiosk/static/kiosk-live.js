/**
 * The live menu: what the hall offers now, and the new version of this page when nobody stands at it.
 *
 * @typedef {import("./kiosk-state.js").Menu} Menu
 * @typedef {{hall: import("./kiosk-paint.js").Hall, state: import("./kiosk-state.js").State, first: string,
 *   offset: number, asking: import("./kiosk-asking.js").Asking, show: () => void, old: (at: number | null) => void,
 *   checkRegistration: () => Promise<void>}} Machine
 */

import { deviceToken } from "./kiosk-network.js";
import { untouched } from "./kiosk-touches.js";
import { openLink } from "./link.js";

const RELOADED_FOR = "yichuang.kiosk.version";

/** @param {Machine} kiosk @param {string} live address of the live menu */
export function listen(kiosk, live) {
  const { version } = kiosk.hall.menu;
  void kiosk.asking.catalogue();
  openLink({
    url: live,
    token: deviceToken(),
    onState: (menu) => offer(kiosk, version, menu),
    onBeat: (dataAt) => (kiosk.offset = dataAt - Date.now()),
    onStale: ({ dataAt }) => kiosk.old(dataAt ?? kiosk.hall.menu.data_at),
    onFresh: () => {
      kiosk.old(null);
      void kiosk.checkRegistration();
      void kiosk.asking.catalogue();
    },
  });
}

/** @param {Machine} kiosk @param {string} version the one this page was made of @param {Menu} menu */
function offer(kiosk, version, menu) {
  kiosk.hall = { ...kiosk.hall, menu };
  const renewed = menu.version !== version && sessionStorage.getItem(RELOADED_FOR) !== menu.version;
  if (renewed && untouched(kiosk.state, kiosk.first)) {
    sessionStorage.setItem(RELOADED_FOR, menu.version);
    location.reload();
  }
  kiosk.show();
  void kiosk.asking.catalogue();
}
