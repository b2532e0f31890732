// What the page knows for as long as its tab lives: the token, how the journal stands, the country
// whose lines are shown, and whether everything is hidden. Nothing of it outlives the tab.
import { TOKEN, tokenInAddress } from "./begin.js";
import { useEffect, useState } from "./ui/html.js";

const COUNTRY = "c";
const AWAY = "a";

/**
 * @typedef {{state:"absent"|"key_file"|"passphrase", journal:boolean, locked:boolean,
 *   damaged_log:boolean, idle_lock_s:number|null}} Vault
 * @typedef {{token:string|null, stale:boolean, vault:Vault|null, fault:unknown, country:string|null, away:boolean}} Session
 */

/** @type {Session} */
let now = {
  token: sessionStorage.getItem(TOKEN),
  stale: false,
  vault: null,
  /** Why it is not known how the journal stands. */
  fault: null,
  country: sessionStorage.getItem(COUNTRY),
  away: sessionStorage.getItem(AWAY) !== null,
};
const listeners = new Set();

/** @returns {Session} */
export const session = () => now;

/** @param {Partial<Session>} change */
export function change(change) {
  now = { ...now, ...change };
  for (const listener of [...listeners]) listener(now);
}

/** The session as a view sees it: it is drawn again when that changes. @returns {Session} */
export function useSession() {
  const [seen, see] = useState(now);
  useEffect(() => {
    listeners.add(see);
    see(now);
    return () => listeners.delete(see);
  }, []);
  return seen;
}

/** Takes the token out of the address, if it is there. Returns whether it was. */
export function takeToken() {
  const token = tokenInAddress();
  if (token === null) return false;
  history.replaceState(null, "", location.pathname + location.search);
  sessionStorage.setItem(TOKEN, token);
  change({ token, stale: false });
  return true;
}

/** @param {string|null} country two letters, as the person chose them */
export function setCountry(country) {
  if (country) sessionStorage.setItem(COUNTRY, country);
  else sessionStorage.removeItem(COUNTRY);
  change({ country });
}

/** @param {boolean} away */
export function setAway(away) {
  if (away) sessionStorage.setItem(AWAY, "1");
  else sessionStorage.removeItem(AWAY);
  change({ away });
}

/** That a request found the journal locked. */
export function foundLocked() {
  if (now.vault?.locked) return;
  change({ vault: { damaged_log: false, idle_lock_s: null, ...now.vault, state: "passphrase", journal: true, locked: true } });
}
