// The sums that the drawings need.
import { isoDay, shortMonth } from "../ui/dates.js";

const tenth = (n) => Math.round(n * 10) / 10;

/** @param {number[]} values */
export const mean = (values) => tenth(values.reduce((sum, value) => sum + value, 0) / values.length);

/** The value that half of them reach. @param {number[]} values */
export const median = (values) => [...values].sort((a, b) => b - a)[Math.ceil(values.length / 2) - 1];

/** One point a day: the mean of its numbers, in the order of the days. @param {{at:string, value:number}[]} all */
export function byDay(all) {
  const found = new Map();
  for (const { at, value } of all) {
    const day = isoDay(new Date(at));
    found.set(day, [...(found.get(day) ?? []), value]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([at, values]) => ({ at, value: mean(values) }));
}

/** How often each was noticed, month by month. @param {{name:string, value:number, at:string[]}[]} rows */
export function habitsByMonth(rows) {
  const month = (at) => isoDay(new Date(at)).slice(0, 7);
  const months = [...new Set(rows.flatMap((row) => row.at.map(month)))].sort();
  return {
    names: months.map((one) => shortMonth(`${one}-15`)),
    rows: rows.map((row) => ({ ...row, counts: months.map((one) => row.at.filter((at) => month(at) === one).length) })),
  };
}
