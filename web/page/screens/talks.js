// Where talks are, and how one begins.
import { api } from "../api.js";
import { go } from "../router.js";

/** What the address of a talk begins with, behind `/parts/`. */
export const TALK = "talk-";

/** The address of a talk. @param {string} id */
export const talkAt = (id) => `/parts/${TALK}${id}`;

/** Begins a talk, or takes one in which nothing was said yet, and goes there. @param {string} [part] the id of the part that it is about */
export async function beginTalk(part) {
  const { data: { dialogues } } = await api("GET", "/dialogues");
  const silent = dialogues.find((talk) => talk.turns.length === 0 && (talk.part ?? undefined) === part);
  const { id } = silent ?? (await api("POST", "/dialogues", { body: part ? { part } : {} })).data;
  go(talkAt(id));
}
