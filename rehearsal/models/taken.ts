import { factsOf } from "../facts";

/**
 * What is said where a name is taken.
 *
 * @param value The properties that make the name, with their values.
 * @param holder The resource that has it.
 */
export function taken(type: string, value: string, holder: { name: string; urn: string }): string {
  const fact = `${value} is taken by "${holder.name}" (${holder.urn})`;
  const { taken: code, overwrites } = factsOf(type) ?? {};
  if (overwrites) {
    return `${fact}: AWS would overwrite it, and whichever of the two is deleted first takes the other with it`;
  }
  return code ? `${code}: ${fact}` : fact;
}
