// Practice: letting people in by small steps; people to lean on; exercises; things to read.
import { days } from "../strings-days.js";
import { html } from "../ui/html.js";
import { Exercise, Exercises } from "./practice-exercises.js";
import { People, Person } from "./practice-people.js";
import { Plan, Planned } from "./practice-plan.js";
import { Steps } from "./practice-steps.js";
import { Read, Topic } from "./practice-read.js";

const says = days.practice;

/** What stands before the id in an address: `/practice/plan-…`. */
const KINDS = [["step-", Plan], ["plan-", Planned], ["person-", Person], ["exercise-", Exercise], ["topic-", Topic]];
const VIEWS = { people: People, exercises: Exercises, read: Read };

/** @param {{route:import("../router.js").Route}} props */
export default function Practice({ route }) {
  const id = route.id ?? "";
  for (const [kind, View] of KINDS) if (id.startsWith(kind)) return html`<${View} id=${id.slice(kind.length)} route=${route} />`;
  const View = VIEWS[id] ?? Steps;
  return html`<${View} />`;
}

/** The ways through this screen. @param {{here:string}} props */
export function Views({ here }) {
  return html`
    <nav class="row views" aria-label=${says.title}>
      ${Object.entries(says.views).map(([view, name]) => html`<a key=${view} href=${view ? `/practice/${view}` : "/practice"} aria-current=${view === here ? "page" : undefined}>${name}</a>`)}
    </nav>`;
}
