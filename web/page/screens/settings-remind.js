// A reminder: a file for the person's own calendar that tells nobody what it is for.
import { s } from "../strings.js";
import { html, useState } from "../ui/html.js";
import { Check, Field } from "../ui/parts.js";
import { addDays, isoDay, today, weekdays } from "../ui/dates.js";
import { saveFile } from "../ui/save.js";

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const MINUTES = 5;

export function Reminders() {
  const says = s.settings.remind;
  const [time, setTime] = useState("19:30");
  const [days, setDays] = useState([]);
  const [made, setMade] = useState(false);
  const toggle = (day) => (on) => setDays(DAYS.filter((one) => (one === day ? on : days.includes(one))));
  const make = () => { saveFile(new Blob([calendar(time, days)], { type: "text/calendar" }), "reminder.ics"); setMade(true); };
  return html`
    <p>${says.says}</p>
    <${Field} label=${says.time} type="time" value=${time} onInput=${setTime} />
    <fieldset class="choices inline">
      <legend>${says.days}</legend>
      ${weekdays().map(([, name], n) => html`<${Check} key=${name} label=${name} checked=${days.includes(DAYS[n])} onInput=${toggle(DAYS[n])} />`)}
    </fieldset>
    <p class="row"><button type="button" disabled=${!time} onClick=${make}>${says.make}</button>${made && html`<span role="status">${says.made}</span>`}</p>
    <p class="hint">${says.synced}</p>`;
}

/** As iCalendar (RFC 5545), in floating time, as `evenkeel remind` writes it. */
function calendar(time, days) {
  const rule = days.length ? `FREQ=WEEKLY;BYDAY=${days.join(",")}` : "FREQ=DAILY";
  const title = s.settings.remind.title;
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  return [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Calendar//Reminder 1.0//EN", "CALSCALE:GREGORIAN",
    "BEGIN:VEVENT", `UID:${crypto.randomUUID()}`, `DTSTAMP:${stamp}`, `DTSTART:${first(time, days).replaceAll("-", "")}T${time.replace(":", "")}00`,
    `DURATION:PT${MINUTES}M`, `RRULE:${rule}`, `SUMMARY:${title}`, "CLASS:PRIVATE", "TRANSP:TRANSPARENT",
    "BEGIN:VALARM", "ACTION:DISPLAY", `DESCRIPTION:${title}`, "TRIGGER:PT0M", "END:VALARM",
    "END:VEVENT", "END:VCALENDAR", "",
  ].join("\r\n");
}

/** The first day on which it is still to come and one of those days: a rule begins with its start. */
function first(time, days) {
  const now = new Date();
  const clock = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  let day = time > clock ? isoDay(now) : addDays(today(), 1);
  while (days.length && !days.includes(DAYS[(new Date(`${day}T12:00`).getDay() + 6) % 7])) day = addDays(day, 1);
  return day;
}
