// Hiding and locking. First everything leaves the screen, then what was being typed is saved, then
// the journal is locked where it has a passphrase.
import { api } from "./api.js";
import { firstLook } from "./begin.js";
import { go } from "./router.js";
import { change, session, setAway } from "./session.js";
import { s } from "./strings.js";

const TWICE_MS = 800;
const LOOK_EVERY_MS = 20_000;
const savers = new Set();

/**
 * Names something that saves what is being typed. It is called before the journal is locked and
 * when the page goes out of sight.
 * @param {() => Promise<unknown>|void} save
 * @returns {() => void} takes it back
 */
export function beforeLock(save) {
  savers.add(save);
  return () => savers.delete(save);
}

/** Saves what is being typed. */
export const saveAll = () => Promise.allSettled([...savers].map((save) => save()));

/** Hides everything at once. The person comes back through `comeBack`. */
export async function hide() {
  document.documentElement.classList.add("away");
  document.title = s.away.title;
  const saved = saveAll();
  setAway(true);
  go("/", { replace: true });
  await Promise.race([saved, new Promise((done) => setTimeout(done, 1500))]);
  await lock();
}

/** Locks the journal, if it can be locked. */
export async function lock() {
  const { token, vault } = session();
  if (!token || (vault && vault.state !== "passphrase")) return;
  try {
    change({ vault: (await api("POST", "/vault/lock", { lockedIsAnswer: true, keepalive: true })).data });
  } catch {
    // Without a passphrase there is nothing to lock; without the service nothing is open.
  }
}

export async function comeBack() {
  await lookAtVault();
  setAway(false);
}

/** Asks how the journal stands. */
export async function lookAtVault() {
  if (!session().token) return;
  try {
    change({ vault: (await api("GET", "/vault", { lockedIsAnswer: true, asked: firstLook() })).data, fault: null });
  } catch (error) {
    change({ fault: error });
  }
}

/** Listens for the key, for the page going out of sight, and for a lock that comes from elsewhere. */
export function startLock() {
  let last = -Infinity;
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    const twice = event.timeStamp - last < TWICE_MS;
    last = twice ? -Infinity : event.timeStamp;
    if (twice) hide();
  }, true);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") saveAll();
  });
  addEventListener("pagehide", () => { saveAll(); });
  setInterval(() => {
    const { vault, away } = session();
    if (!away && vault?.state === "passphrase" && !vault.locked && document.visibilityState === "visible") lookAtVault();
  }, LOOK_EVERY_MS);
}
