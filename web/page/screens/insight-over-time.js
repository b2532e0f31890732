// What goes over time: how it was day by day, by weekday and hour, and habits of thought by week.
import { insight as says } from "../strings-insight.js";
import { capital, fill, html, useState } from "../ui/html.js";
import { BarChart } from "../ui/chart.js";
import { CourseChart, WeekChart } from "../ui/course-chart.js";
import { shortDay, weekdays } from "../ui/dates.js";
import { Choices } from "../ui/parts.js";
import { Table } from "../ui/table.js";
import { Part, axisOf, round, withUnit } from "./insight-words.js";

/** How it was, day by day: one at a time. */
export function Trends({ data: { trends } }) {
  const ready = trends.series.filter((one) => one.enough.met);
  const rest = trends.series.filter((one) => !one.enough.met);
  const [one, choose] = useState(() => ready.find((series) => series.direction) ?? ready[0]);
  const values = one.points.map((point) => point.value);
  const axis = axisOf(one, values, trends.series);
  const [first, last] = [one.points[0], one.points.at(-1)];
  const label = fill(says.trendChart, {
    name: axis.name, n: values.length, first: shortDay(first.day), last: shortDay(last.day), begin: withUnit(axis, first.smooth), end: withUnit(axis, last.smooth),
    min: withUnit(axis, Math.min(...values)), max: withUnit(axis, Math.max(...values)),
  });
  const few = rest.map((series) => fill(says.tooFewOne, { name: axisOf(series, [0], trends.series).name, ...series.enough }));
  return html`
    <${Part} title=${says.names.trends} says=${trends.says}>
      ${ready.length > 1 && html`<${Choices} inline hideLegend legend=${says.which} value=${ready.indexOf(one)} onInput=${(n) => choose(ready[n])} options=${ready.map((series, n) => ({ value: n, label: axisOf(series, [0], trends.series).name }))} />`}
      <p>${one.says}</p>
      <${CourseChart} key=${axis.name} points=${one.points} ends=${axis.ends} tell=${axis.tell} label=${label} />
      <p class="hint">${says.trendHint}</p>
      <${Table} key=${`table ${axis.name}`} of=${axis.name} head=${[says.day, says.value, says.smooth]} rows=${[...one.points].reverse().map((point) => [shortDay(point.day), withUnit(axis, point.value), withUnit(axis, point.smooth)])} />
      ${few.length > 0 && html`<p class="hint">${fill(says.tooFew, { names: few.join(", ") })}</p>`}
    </${Part}>`;
}
Trends.is = ({ trends }) => trends.series.some((one) => one.enough.met);

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/** So many patterns are drawn at most. */
const MOST = 4;

const whenOf = ({ weekday, part }) => (weekday ? weekdays()[DAYS.indexOf(weekday)][1] : says.parts[part]);

/** Weekdays and parts of the day, where they differ clearly. */
export function Patterns({ data: { patterns } }) {
  const clear = [...patterns.weekday, ...patterns.part_of_day].filter((one) => one.clear).slice(0, MOST);
  return html`
    <${Part} title=${says.names.patterns} says=${patterns.says}>
      ${clear.map((one) => {
    const name = capital(one.label);
    const rows = one.groups.map((group) => ({ name: whenOf(group.when), value: round(group.mean) }));
    const label = fill(says.patternChart, { name, by: one.groups[0].when.weekday ? says.byDay : says.byPart, points: rows.map((row) => fill(says.point, row)).join(", ") });
    return html`
      <div key=${one.slug + label} class="drawn">
        ${patterns.says.includes(one.says) ? html`<h3>${name}</h3>` : html`<p>${one.says}</p>`}
        <${BarChart} rows=${rows} most=${10} label=${label} />
        <${Table} of=${name} head=${[says.when, says.mean, says.how]} rows=${one.groups.map((group) => [whenOf(group.when), round(group.mean), group.n])} />
      </div>`;
  })}
    </${Part}>`;
}
Patterns.is = ({ patterns }) => [...patterns.weekday, ...patterns.part_of_day].some((one) => one.clear);

/** Habits of thought: by week where there are weeks enough, else counted. */
export function Habits({ data: { habits } }) {
  const [one, choose] = useState(habits.habits[0]);
  const counts = habits.habits.map((habit) => ({ name: capital(habit.name), value: habit.entries }));
  const weeks = one.weeks.map((week) => ({ day: week.monday, n: week.found, of: week.entries }));
  const name = capital(one.name);
  const label = fill(says.weekChart, { name, points: weeks.map((week) => fill(says.weekPoint, { ...week, day: shortDay(week.day) })).join(", ") });
  const isCourse = habits.enough.met;
  return html`
    <${Part} title=${says.names.habits} says=${habits.says}>
      ${isCourse ? html`
        ${habits.habits.length > 1 && html`<${Choices} inline hideLegend legend=${says.which} value=${habits.habits.indexOf(one)} onInput=${(n) => choose(habits.habits[n])} options=${habits.habits.map((habit, n) => ({ value: n, label: capital(habit.name) }))} />`}
        <${WeekChart} key=${name} weeks=${weeks} label=${label} />`
    : html`<${BarChart} rows=${counts} label=${fill(says.habitsChart, { points: counts.map((row) => fill(says.point, row)).join(", ") })} />`}
      <p class="hint">${isCourse ? says.weekHint : says.habitHint}</p>
      <${Table} of=${says.names.habits} head=${[says.weekOf, says.entries, ...counts.map((row) => row.name)]}
        rows=${[...one.weeks].reverse().map((week) => [shortDay(week.monday), week.entries, ...habits.habits.map((habit) => habit.weeks.find((other) => other.monday === week.monday)?.found ?? 0)])} />
    </${Part}>`;
}
Habits.is = ({ habits }) => habits.habits.length > 0;
