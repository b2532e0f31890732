// A check-in as it is typed, and as the service takes it.
import { days } from "../strings-days.js";
import { fill } from "../ui/html.js";

const says = days.checkIn;
export const TENS = ["mood", "stress", "tension", "fatigue", "anxiety"];
export const AMOUNTS = { sleep_minutes: 1440, movement_minutes: 1440, caffeine: 50, alcohol: 50 };
export const KINDS = ["offered", "needed", "asked", "accepted", "refused"];

const hours = (minutes) => (minutes === undefined || minutes === null ? "" : minutes % 60 === 0 ? String(minutes / 60) : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`);
const text = (number) => (number === undefined || number === null ? "" : String(number));
/** The service takes one line of words. */
const oneLine = (words) => words.replace(/\s+/g, " ").trim();

/** Minutes of `7`, `6.5`, `6,5` or `6:30`; `null` if it is none of these. */
function minutesOf(typed) {
  const clock = /^(\d{1,2}):([0-5]\d)$/.exec(typed.trim());
  const minutes = clock ? Number(clock[1]) * 60 + Number(clock[2]) : /^\d{1,2}([.,]\d+)?$/.test(typed.trim()) ? Math.round(Number(typed.trim().replace(",", ".")) * 60) : null;
  return minutes !== null && minutes <= AMOUNTS.sleep_minutes ? minutes : null;
}
const amountOf = (name, typed) => (name === "sleep_minutes" ? minutesOf(typed) : /^\d{1,4}$/.test(typed.trim()) && Number(typed) <= AMOUNTS[name] ? Number(typed) : null);

/** The numbers of a check-in, as they are typed. */
export function numbersOf(content) {
  const set = {};
  for (const name of TENS) if (typeof content[name] === "number") set[name] = content[name];
  for (const name of Object.keys(AMOUNTS)) if (typeof content[name] === "number") set[name] = name === "sleep_minutes" ? hours(content[name]) : text(content[name]);
  return set;
}

/** What is kept, as it is typed. */
export function formOf(content) {
  return {
    ...Object.fromEntries(TENS.map((name) => [name, null])), ...Object.fromEntries(Object.keys(AMOUNTS).map((name) => [name, ""])), ...numbersOf(content),
    help: (content.help ?? []).map(({ kind, situation }) => ({ kind, situation: situation ?? "" })),
    moment: content.moment?.what ?? "", went: content.moment?.went ?? null,
    felt: content.felt ?? "", note: content.note ?? "",
    coping: (content.coping ?? []).map(({ what, helped }) => ({ what, helped: helped ?? null })),
  };
}

/** What is typed, as the service takes it: only what was set. */
export function contentOf(form) {
  const content = {};
  for (const name of TENS) if (form[name] !== null) content[name] = form[name];
  for (const name of Object.keys(AMOUNTS)) {
    const value = form[name].trim() === "" ? null : amountOf(name, form[name]);
    if (value !== null) content[name] = value;
  }
  if (form.help.length > 0) content.help = form.help.map(({ kind, situation }) => ({ kind, ...(oneLine(situation) && { situation: oneLine(situation) }) }));
  if (oneLine(form.moment)) content.moment = { what: oneLine(form.moment), ...(form.went !== null && { went: form.went }) };
  for (const name of ["felt", "note"]) if (oneLine(form[name])) content[name] = oneLine(form[name]);
  const coping = form.coping.filter(({ what }) => oneLine(what)).map(({ what, helped }) => ({ what: oneLine(what), ...(helped !== null && { helped }) }));
  if (coping.length > 0) content.coping = coping;
  return content;
}

/** What is off its scale, in words. */
export function wrongIn(form) {
  for (const name of Object.keys(AMOUNTS)) {
    if (form[name].trim() === "" || amountOf(name, form[name]) !== null) continue;
    return name === "sleep_minutes" ? says.wrongSleep : fill(says.wrongAmount, { what: says.amounts[name], most: AMOUNTS[name] });
  }
  return null;
}

/** What was noted, to be read: the numbers in a line, and the person's words. */
export function lineOf(content) {
  const numbers = TENS.filter((name) => typeof content[name] === "number").map((name) => fill(says.ofTen, { name: says.numbers[name], value: content[name] }));
  const amounts = Object.keys(AMOUNTS).filter((name) => typeof content[name] === "number").map((name) => fill(says.amount, { name: says.amounts[name], value: name === "sleep_minutes" ? hours(content[name]) : content[name] }));
  const help = (content.help ?? []).filter(({ situation }) => !situation).map(({ kind }) => fill(says.helpCame, { kind: says.kinds[kind] }));
  const rated = (what, value) => (typeof value === "number" ? fill(says.rated, { what, value }) : what);
  return {
    line: [...numbers, ...amounts, ...help].join(", "),
    words: [
      ...(content.help ?? []).filter(({ situation }) => situation).map(({ kind, situation }) => fill(says.helpLine, { kind: fill(says.helpCame, { kind: says.kinds[kind] }), what: situation })),
      content.felt, content.moment && rated(content.moment.what, content.moment.went), ...(content.coping ?? []).map(({ what, helped }) => rated(what, helped)), content.note,
    ].filter(Boolean),
  };
}
