// What follows the first page of Write. It comes while somebody writes.
export { Escalation } from "../ui/escalation.js";
export { After } from "./write-after.js";
export { Kept } from "./write-kept.js";
export { Look } from "./write-look.js";
export { Ways } from "./write-ways.js";
