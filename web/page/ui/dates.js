// Days and times in the person's own way of writing them.
const page = document.documentElement.lang;
const language = navigator.language.startsWith(page) ? navigator.language : page;
/** Parts that stand on one line: "14 May 2026" is not broken, though it may be after the name of the day. */
const TOGETHER = new Set(["day", "month", "year"]);
/** Made when it is first used: each takes its time. */
const format = (options) => {
  let made;
  return {
    format(date) {
      const parts = (made ??= new Intl.DateTimeFormat(language, options)).formatToParts(date);
      return parts.map(({ type, value }, n) => (type === "literal" && TOGETHER.has(parts[n - 1]?.type) && TOGETHER.has(parts[n + 1]?.type) ? value.replaceAll(" ", "\u00a0") : value)).join("");
    },
  };
};

/** A day that may be broken: for large letters, of which few fit on a line. @param {string} text */
export const loose = (text) => text.replaceAll("\u00a0", " ");

const DAY = format({ weekday: "long", day: "numeric", month: "long" });
const DAY_OF_YEAR = format({ weekday: "short", day: "numeric", month: "long", year: "numeric" });
const TIME = format({ hour: "2-digit", minute: "2-digit" });
const MONTH = format({ month: "long", year: "numeric" });
const WEEKDAY = format({ weekday: "short" });
const SHORT = format({ day: "numeric", month: "short" });
const SHORT_OF_YEAR = format({ day: "numeric", month: "short", year: "numeric" });
const WEEKDAY_LONG = format({ weekday: "long" });

const at = (stamp) => (stamp.length === 10 ? new Date(`${stamp}T12:00`) : new Date(stamp));

/** @param {string} stamp a day or a time, as the service writes it */
export function day(stamp) {
  const date = at(stamp);
  return (date.getFullYear() === new Date().getFullYear() ? DAY : DAY_OF_YEAR).format(date);
}
/** A short day, for charts and tables. @param {string} stamp */
export function shortDay(stamp) {
  const date = at(stamp);
  return (date.getFullYear() === new Date().getFullYear() ? SHORT : SHORT_OF_YEAR).format(date);
}
/** A sentence of the service, with its days as the page writes them. @param {string} text */
export const inDays = (text) => text.replace(/\d{4}-\d\d-\d\d/g, (iso) => day(iso));
const MONTH_SHORT = format({ month: "short" });
/** @param {string} stamp */
export const shortMonth = (stamp) => MONTH_SHORT.format(at(stamp));
export const time = (stamp) => TIME.format(at(stamp));
export const dayAndTime = (stamp) => `${day(stamp)}, ${time(stamp)}`;

/** A day as the service writes it, by the clock of this machine. @param {Date} date */
export const isoDay = (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
export const today = () => isoDay(new Date());
/** @param {string} iso @param {number} n */
export function addDays(iso, n) {
  const date = at(iso);
  date.setDate(date.getDate() + n);
  return isoDay(date);
}

export const monthName = (year, month) => MONTH.format(new Date(year, month, 15));
/** Days of the week, Monday first: short and long. */
export const weekdays = () => [1, 2, 3, 4, 5, 6, 7].map((n) => [WEEKDAY.format(new Date(2024, 0, n)), WEEKDAY_LONG.format(new Date(2024, 0, n))]);
/** The weeks of a month, Monday first; `null` where another month is. */
export function weeks(year, month) {
  const before = (new Date(year, month, 1).getDay() + 6) % 7;
  const days = new Date(year, month + 1, 0).getDate();
  const cells = [...Array(before).fill(null), ...Array.from({ length: days }, (_, n) => isoDay(new Date(year, month, n + 1)))];
  while (cells.length % 7) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, n) => cells.slice(n * 7, n * 7 + 7));
}
