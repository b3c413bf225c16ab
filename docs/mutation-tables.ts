import { rules } from "../policies/rules";
import { MUTATIONS } from "../test/policies/whole-program/mutations";
import { UNTOUCHED } from "../test/policies/whole-program/untouched";
import { VARIANTS } from "../test/policies/whole-program/variants";

/** Every insecure change that the tests try on the whole program, with the rule that catches it. */
export function mutationsTable(): string {
  return [
    "| somebody … | caught by | level |",
    "| --- | --- | --- |",
    ...MUTATIONS.map(({ title, rule, defect }) => {
      const { enforcement } = rules.find(({ id }) => id === rule)!;
      return `| ${title}${defect ? ` (made by hand: ${defect})` : ""} | \`${rule}\` | ${enforcement} |`;
    }),
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
