// How what was found is named and its numbers are written.
import { insight as says } from "../strings-insight.js";
import { capital, fill, html } from "../ui/html.js";
import { inDays } from "../ui/dates.js";
import { niceEnds } from "../ui/scale.js";

/** A number with one digit after the point at most. @param {number} n */
export const round = (n) => (Math.abs(n) >= 100 ? Math.round(n) : Math.round(n * 10) / 10);

/** @param {number} n */
export const hundredth = (n) => (Math.round(n * 100) / 100).toFixed(2);

const isScale = (named) => named.unit.startsWith("0 to");
/** Minutes of a night are hours to a person. */
const isHours = (named) => named.slug.startsWith("sleep");

/**
 * How a series is told: its name, the ends of its axis, and its numbers.
 * @param {{slug:string, label:string, unit:string}} named
 * @param {number[]} values
 * @param {{slug:string, label:string, unit:string}[]} [all] where two have one name, the measured one says so
 */
export function axisOf(named, values, all = []) {
  const twice = all.filter((one) => one.label === named.label).length > 1 && named.unit === "min";
  const name = twice ? fill(says.measured, { name: capital(named.label) }) : capital(named.label);
  if (isScale(named)) return { name, unit: says.units.points, ends: [0, 10], tell: (n) => String(round(n)) };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (isHours(named)) {
    const [from, to] = niceEnds(low / 60, high / 60);
    return { name, unit: says.units.hours, ends: [from * 60, to * 60], tell: (n) => `${round(n / 60)} ${says.units.hours}` };
  }
  return { name, unit: named.unit, ends: niceEnds(low, high), tell: (n) => String(round(n)) };
}

/** A number with its unit. @param {ReturnType<typeof axisOf>} axis @param {number} n */
export const withUnit = (axis, n) => (axis.unit === says.units.hours || axis.unit === says.units.points ? axis.tell(n) : `${axis.tell(n)} ${axis.unit}`);

/** One thing that was looked at: its sentence first. @param {{title:string, says?:string, children?:any}} props */
export const Part = ({ title, says: sentence, children }) => html`
  <section class="part insight">
    <h2>${title}</h2>
    ${sentence && html`<p dir="auto">${inDays(sentence)}</p>`}
    ${children}
  </section>`;
