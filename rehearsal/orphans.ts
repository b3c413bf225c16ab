import { factsOf } from "./facts";
import { importIdOf } from "./import-ids";
import type { WorldResource } from "./world";

/** The part of an engine's resource that tells where in the program another one belongs. */
export interface Placed {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
}

/** What AWS holds and the engine's state does not, though a rehearsal created it. */
export interface Orphan {
  urn: string;
  type: string;
  /** Name in the program. */
  name: string;
  id: string;
  /** Arguments of `pulumi import` that take it over; undefined where that is impossible. */
  importArguments?: string[];
  /** Why it cannot be imported, and what to do instead. */
  obstacle?: string;
}

/**
 * Says of each resource that the state does not know of how it gets into it.
 *
 * @param resources What the state holds.
 * @param pending What the engine was about to do when it was last heard of.
 */
export function orphansOf(
  unrecorded: readonly WorldResource[],
  resources: readonly Placed[],
  pending: readonly Placed[] = [],
): Orphan[] {
  const held = new Set(resources.map(({ urn }) => urn));
  // Values, waits and the like of no service exist nowhere but in the state: the next deployment makes them anew.
  const real = unrecorded.filter(({ type }) => type.startsWith("aws:") && !IS_NOTHING.has(type));
  return real.map((resource) => {
    const { urn, type, name, id } = resource;
    const orphan: Orphan = { urn, type, name, id };
    const importId = importIdOf(resource);
    if (held.has(urn)) {
      return { ...orphan, obstacle: "another one has taken its place in the state; delete this one in AWS" };
    }
    if (importId === undefined) {
      return {
        ...orphan,
        obstacle: "its type cannot be imported; delete it in AWS, and the next deployment makes it anew",
      };
    }
    const parent = parentOf(resource, resources, pending);
    if (parent === undefined) {
      return {
        ...orphan,
        obstacle: `the state holds no parent for it; delete it in AWS, and the next deployment makes it anew`,
      };
    }
    return {
      ...orphan,
      importArguments: [
        type,
        name,
        importId + regionSuffix(resource),
        ...(parent ? ["--parent", `${variable("parent", name)}=${parent}`] : []),
        ...(resource.provider ? ["--provider", `${variable("provider", name)}=${resource.provider.urn}`] : []),
        "--generate-code=false",
      ],
    };
  });
}

/** The command knows parent, provider and resource by variables of one table, so that these must not have its name. */
function variable(role: string, name: string): string {
  return role === name ? `${role}-of-it` : role;
}

/** A wait for something, or a setting that every account has. */
const IS_NOTHING = new Set([
  "aws:acm/certificateValidation:CertificateValidation",
  "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
]);

/** Arguments as they are typed into a shell. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** The provider finds a resource outside its own region only where it is told to look. */
function regionSuffix({ type, region, provider }: WorldResource): string {
  return factsOf(type)?.inputs.region && region && region !== provider?.region ? `@${region}` : "";
}

/**
 * The parent's URN; empty for a child of the stack, undefined when the state does not hold it.
 *
 * The URN says of which type the parents are, and not their names. Where several are of that type, it is the one whose
 * name the resource's own name begins with.
 */
function parentOf(
  { urn, name }: WorldResource,
  resources: readonly Placed[],
  pending: readonly Placed[],
): string | undefined {
  // The type of a stack is no part of its children's URNs.
  const [, , types = ""] = urn.split("::");
  const end = types.lastIndexOf("$");
  if (end < 0) return "";
  const known = pending.find((one) => one.urn === urn)?.parent;
  if (known) return known;
  const typed = resources.map((one) => one.urn).filter((one) => one.split("::")[2] === types.slice(0, end));
  if (typed.length === 1) return typed[0];
  const [best] = typed
    .filter((one) => name === nameOf(one) || name.startsWith(`${nameOf(one)}-`))
    .sort((left, right) => nameOf(right).length - nameOf(left).length);
  return best;
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
