import { rules } from "../policies/rules";
import { MUTATIONS } from "../test/policies/whole-program/mutations";
import { UNTOUCHED } from "../test/policies/whole-program/untouched";
import { VARIANTS } from "../test/policies/whole-program/variants";
import DETECTION from "./detection.json";

/** What `npm run detection` recorded of another scanner: the checks that a change sets off, by the change's title. */
interface Detection {
  readonly version: string;
  /** Findings in production and its account as they are. */
  readonly unchanged: number;
  readonly insecure: Readonly<Record<string, readonly string[] | undefined>>;
  readonly safe: Readonly<Record<string, readonly string[] | undefined>>;
}

const DETECTIONS: [string, Detection][] = Object.entries(DETECTION);

/** Every insecure change that the tests try on the whole program, with the rule that catches it, and who else does. */
export function mutationsTable(): string {
  return [
    `| somebody … | caught by | level | ${DETECTIONS.map(([name]) => `${name} |`).join(" ")}`,
    `| --- | --- | --- | ${DETECTIONS.map(() => "--- |").join(" ")}`,
    ...MUTATIONS.map(({ title, rule, defect }) => {
      const { enforcement } = rules.find(({ id }) => id === rule)!;
      const others = DETECTIONS.map(([, { insecure }]) => `${insecure[title]?.join(", ") ?? "not measured"} |`);
      return `| ${title}${defect ? ` (made by hand: ${defect})` : ""} | \`${rule}\` | ${enforcement} | ${others.join(" ")}`;
    }),
  ].join("\n");
}

/** The figures of this pack beside those of other scanners, over the same changes. */
export function detectionTable(): string {
  const caught = (changes: Detection["insecure"], titles: readonly { title: string }[]): string => {
    const measured = titles.map(({ title }) => changes[title]).filter((checks) => checks !== undefined);
    return `${measured.filter((checks) => checks.length > 0).length} of ${measured.length}`;
  };
  return [
    "| | insecure changes noticed | safe changes that set off something | findings in the program as it is |",
    "| --- | --- | --- | --- |",
    `| this pack | ${MUTATIONS.length} of ${MUTATIONS.length} | 0 of ${VARIANTS.length} (mandatory) | 0 (mandatory) |`,
    ...DETECTIONS.map(
      ([name, { version, unchanged, insecure, safe }]) =>
        `| ${name} ${version} | ${caught(insecure, MUTATIONS)} | ${caught(safe, VARIANTS)} | ${unchanged} |`,
    ),
  ].join("\n");
}

/** Every unusual but safe change in which nothing mandatory fires. */
export function variantsTable(): string {
  return VARIANTS.map(({ title }) => `- ${title}`).join("\n");
}

/** Resource types in use that no insecure change is tried on. */
export function untouchedTable(): string {
  return [
    "| type | why |",
    "| --- | --- |",
    ...Object.entries(UNTOUCHED).map(([type, reason]) => `| \`${type}\` | ${reason} |`),
  ].join("\n");
}
