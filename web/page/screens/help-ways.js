// What stands behind the links of Help. It comes while somebody reads, or before anybody asks.
export { Breathing, Senses } from "./grounding.js";
export { Plan } from "./plan.js";
