// Where talks are, and how one begins.
import { api } from "../api.js";
import { go } from "../router.js";

/** What the address of a talk begins with, behind `/parts/`. */
export const TALK = "talk-";

/** The address of a talk. @param {string} id */
export const talkAt = (id) => `/parts/${TALK}${id}`;

/** Begins a talk and goes there. @param {string} [part] the id of the part that it is about */
export async function beginTalk(part) {
  const { data } = await api("POST", "/dialogues", { body: part ? { part } : {} });
  go(talkAt(data.id));
}
