// Values of days with their smoothed course and its band; and weeks as columns.
import { shortDay } from "./dates.js";
import { html } from "./html.js";
import { Drawing, letters, useWidth } from "./svg.js";

const HEIGHT = 220;
const TOP = 24;
const FOOT = 30;
const SIDE = 8;
const LETTER = 7.6;
const DAY_MS = 86_400_000;
/** A line does not go over so many days without a value. */
const GAP_DAYS = 21;
/** From this width on a day in the middle is named, too. */
const ROOMY = 420;

const timeOf = (day) => new Date(`${day}T12:00`).getTime();
const short = (n) => Math.round(n * 10) / 10;
const path = (pairs) => pairs.map(([x, y], n) => `${n ? "L" : "M"}${short(x)} ${short(y)}`).join("");
/** Dots as one shape, so that a year is one thing to draw. */
export const dots = (pairs) => pairs.map(([x, y]) => `M${short(x)} ${short(y)}h0`).join("");

/** The first, the last and, where there is room, the middle day. */
function dayNames(days, at, width) {
  const middle = days[Math.floor(days.length / 2)];
  const names = [[days[0], "start"], [days.at(-1), "end"]];
  if (width > ROOMY && days.length > 2) names.push([middle, "middle"]);
  return names.map(([day, anchor]) => html`<text key=${anchor} x=${at(day)} y=${HEIGHT - 6} text-anchor=${anchor}>${shortDay(day)}</text>`);
}

/** Pieces of a course without long gaps. */
function pieces(points) {
  const found = [];
  for (const point of points) {
    const last = found.at(-1)?.at(-1);
    if (last && (timeOf(point.day) - timeOf(last.day)) / DAY_MS <= GAP_DAYS) found.at(-1).push(point);
    else found.push([point]);
  }
  return found;
}

/**
 * @param {{points:{day:string, value:number, smooth:number, low:number, high:number}[], ends:[number, number],
 *   tell?:(n:number)=>string, label:string}} props `points` in the order of their days; `tell` writes a height
 */
export function CourseChart({ points, ends: [min, max], tell = (n) => String(short(n)), label }) {
  const [box, width] = useWidth();
  const guides = [min, max];
  const end = width - Math.max(...guides.map((at) => tell(at).length)) * LETTER * letters() - 14;
  const [first, last] = [timeOf(points[0].day), timeOf(points.at(-1).day)];
  const x = (day) => SIDE + ((timeOf(day) - first) / (last - first || 1)) * (end - 2 * SIDE);
  const y = (value) => TOP + (1 - (Math.min(max, Math.max(min, value)) - min) / (max - min)) * (HEIGHT - TOP - FOOT);
  const told = [[points[0], "start"], [points.at(-1), "end"]];
  return html`
    <${Drawing} box=${box} width=${width} height=${HEIGHT} kind="chart" role="img" label=${label}>
      ${guides.map((at) => html`<g key=${at} class="guide"><line x1="0" x2=${end} y1=${y(at)} y2=${y(at)} /><text x=${end + 10} y=${y(at) + 5}>${tell(at)}</text></g>`)}
      ${pieces(points).filter((piece) => piece.length > 1).map((piece) => html`
        <g key=${piece[0].day}>
          <path class="band" d=${`${path([...piece.map((one) => [x(one.day), y(one.high)]), ...[...piece].reverse().map((one) => [x(one.day), y(one.low)])])}Z`} />
        </g>`)}
      <path class="points" stroke-width="4" d=${dots(points.map((one) => [x(one.day), y(one.value)]))} />
      ${pieces(points).filter((piece) => piece.length > 1).map((piece) => html`<path key=${piece[0].day} class="course" d=${path(piece.map((one) => [x(one.day), y(one.smooth)]))} />`)}
      ${told.map(([point, anchor]) => html`<text key=${anchor} class="value" x=${x(point.day)} y=${y(point.smooth) - 10} text-anchor=${anchor}>${tell(point.smooth)}</text>`)}
      ${dayNames(points.map((one) => one.day), x, end)}
    </${Drawing}>`;
}

const WEEK_MS = 7 * DAY_MS;
const MOST_WIDE = 22;

/**
 * How often something was there, of how often it could be, week by week.
 * @param {{weeks:{day:string, n:number, of:number}[], label:string}} props `weeks` in their order; those without anything may be missing
 */
export function WeekChart({ weeks, label }) {
  const [box, width] = useWidth();
  const [first, last] = [timeOf(weeks[0].day), timeOf(weeks.at(-1).day)];
  const count = Math.round((last - first) / WEEK_MS) + 1;
  const slot = Math.min(MOST_WIDE * 1.4, width / count);
  const wide = slot * 0.7;
  const most = Math.max(...weeks.map((week) => week.of));
  const x = (day) => Math.round((timeOf(day) - first) / WEEK_MS) * slot;
  const tall = (n) => (n / most) * (HEIGHT - TOP - FOOT);
  const foot = HEIGHT - FOOT;
  const highest = weeks.reduce((best, week) => (week.n > best.n ? week : best));
  const largest = weeks.find((week) => week.of === most);
  return html`
    <${Drawing} box=${box} width=${width} height=${HEIGHT} kind="chart" role="img" label=${label}>
      ${weeks.map((week) => html`
        <g key=${week.day}>
          <rect class="pale" x=${short(x(week.day))} width=${short(wide)} y=${short(foot - tall(week.of))} height=${short(tall(week.of))} />
          ${week.n > 0 && html`<rect class="dark" x=${short(x(week.day))} width=${short(wide)} y=${short(foot - tall(week.n))} height=${short(tall(week.n))} />`}
        </g>`)}
      <g class="guide"><line x1="0" x2=${short(count * slot)} y1=${foot} y2=${foot} /></g>
      <text class="value" x=${x(largest.day) + wide / 2} y=${foot - tall(largest.of) - 6} text-anchor="middle">${largest.of}</text>
      ${highest.n > 0 && highest.n < most && html`<text class="value" x=${x(highest.day) + wide / 2} y=${foot - tall(highest.n) - 6} text-anchor="middle">${highest.n}</text>`}
      ${weeks.length > 1 && slot * count > 160 ? html`<text x="0" y=${HEIGHT - 6}>${shortDay(weeks[0].day)}</text><text x=${slot * count} y=${HEIGHT - 6} text-anchor="end">${shortDay(weeks.at(-1).day)}</text>` : html`<text x="0" y=${HEIGHT - 6}>${shortDay(weeks[0].day)}</text>`}
    </${Drawing}>`;
}
