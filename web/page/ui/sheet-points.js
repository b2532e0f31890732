// A questionnaire's totals as points over its bands.
import { isoDay } from "./dates.js";

/** One point a day, the last one, unless there is only one day. @param {{at:string, value:number}[]} points */
export function lastOfDay(points) {
  const of = (point) => isoDay(new Date(point.at));
  const last = points.filter((point, n) => n === points.length - 1 || of(points[n + 1]) !== of(point));
  return last.length > 1 ? last : points;
}

/** The bands by their names; a questionnaire without degrees has none. */
export const guidesOf = ({ bands, min }) => (bands.length > 3 ? bands.map((band) => ({ line: band.from > min ? band.from : null, at: (band.from + band.to) / 2, label: band.name })) : []);
