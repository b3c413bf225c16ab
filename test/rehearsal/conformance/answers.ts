import * as fs from "node:fs";
import * as path from "node:path";

import { serviceOf } from "../../../rehearsal/facts";
import type { Answers, Base, Change, Probe } from "./probes";

const folder = path.join(__dirname, "answers");

/** The provider's recorded answers, by type, and the provider's version. */
export interface Recorded {
  version: string;
  types: Map<string, Answers>;
}

interface AnswersFile {
  version: string;
  types: Record<string, { bases: Base[]; probes: Row[] }>;
}

/** Base, edits, and the answer: `-` for refused, otherwise a letter for the change to it and one for the way back. */
type Row = [number, Probe["edits"], string];

const letters: Readonly<Record<Change, string>> = { same: "s", update: "u", replace: "r", unjudged: "?" };

/** Reads every recorded answer. */
export function readAnswers(): Recorded {
  const types = new Map<string, Answers>();
  let version = "";
  for (const name of fs.readdirSync(folder).sort()) {
    const file = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as AnswersFile;
    version = file.version;
    for (const [type, { bases, probes }] of Object.entries(file.types)) {
      types.set(type, { bases, probes: probes.map(toProbe) });
    }
  }
  return { version, types };
}

/** Writes answers in place of those recorded, a file per service and a probe per line. */
export function writeAnswers({ version, types }: Recorded): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const services = new Set([...types.keys()].map(serviceOf));
  for (const service of services) {
    const own = [...types].filter(([type]) => serviceOf(type) === service).sort(([a], [b]) => (a < b ? -1 : 1));
    const texts = own.map(([type, { bases, probes }]) => {
      const lines = (items: unknown[]) => items.map((item) => `\n${JSON.stringify(item)}`).join();
      return `${JSON.stringify(type)}: {"bases": [${lines(bases)}],\n"probes": [${lines(probes.map(toRow))}]}`;
    });
    const text = `{"version": ${JSON.stringify(version)}, "types": {\n${texts.join(",\n")}\n}}\n`;
    fs.writeFileSync(path.join(folder, `${service}.json`), text);
  }
}

function toRow({ base, edits, verdict, to, back }: Probe): Row {
  return [
    base,
    edits,
    verdict === "refused" ? "-" : [to, back].map((change) => (change ? letters[change] : "")).join(""),
  ];
}

function toProbe([base, edits, answer]: Row): Probe {
  if (answer === "-") return { base, edits, verdict: "refused" };
  const [to, back] = [...answer].map((letter) => changes.find((change) => letters[change] === letter));
  return { base, edits, verdict: "accepted", to, back };
}

const changes = Object.keys(letters) as Change[];
