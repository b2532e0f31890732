// The name of a part: giving it another one. Ties go by names, so they follow.
import { api } from "../api.js";
import { withCountry } from "./talk-keep.js";

/** Whether two names are the same one. */
export const same = (a, b) => a.trim().toLowerCase() === b.trim().toLowerCase();

/**
 * Another name, and nothing else.
 * @param {any} part @param {string} name @param {any[]} others all other parts
 * @returns {Promise<any>} the part as it is kept now, with what was noticed in its name
 */
export async function rename(part, name, others) {
  const { data: now, etag } = await api("GET", `/parts/${part.id}`);
  const { data } = await api("PUT", withCountry(`/parts/${part.id}`), { body: { ...now.notes, name }, ifMatch: etag });
  await retie(others, now.notes.name, name);
  return data;
}

/** Ties are kept by name: who is tied to a name that is gone is tied to the new one. */
export async function retie(others, was, is) {
  if (was === is) return;
  for (const other of others) {
    if (!other.notes.ties.some(([, name]) => same(name, was))) continue;
    const { data, etag } = await api("GET", `/parts/${other.id}`);
    const ties = data.notes.ties.map(([tie, name]) => [tie, same(name, was) ? is : name]).filter(([, name]) => !same(name, data.notes.name));
    await api("PUT", `/parts/${other.id}`, { body: { ...data.notes, ties }, ifMatch: etag });
  }
}
