import { isObject, list, text } from "../values";
import { type ModelContext, type Models, type Refused, refused } from "./model";
import { naming, others, plain } from "./references";

const ZONE = "aws:route53/zone:Zone";
const RECORD = "aws:route53/record:Record";

function bare(name: unknown): string {
  return (text(name) ?? "").replace(/\.$/, "").toLowerCase();
}

/** The full name of a record in the zone that holds it. */
function fullName(name: unknown, zone: string): string {
  const own = bare(name);
  return own === zone || own.endsWith(`.${zone}`) ? own : [own, zone].filter(Boolean).join(".");
}

function refuseRecord(context: ModelContext): Refused | undefined {
  const { inputs, world } = context;
  const zone = world.find(ZONE, String(inputs.zoneId));
  if (zone) {
    const apex = bare(plain(zone).name);
    const name = fullName(inputs.name, apex);
    if (inputs.type === "CNAME" && name === apex) {
      return refused(
        "InvalidChangeBatch",
        `RRSet of type CNAME with DNS name ${name}. is not permitted at apex in zone ${apex}.`,
      );
    }
    const clash = others(context, RECORD).find((one) => {
      const other = plain(one);
      const differs = (other.type === "CNAME") !== (inputs.type === "CNAME");
      return differs && other.zoneId === inputs.zoneId && fullName(other.name, apex) === name;
    });
    if (clash) {
      return refused(
        "InvalidChangeBatch",
        `RRSet of type ${String(inputs.type)} with DNS name ${name}. is not permitted as it conflicts with other records with the same DNS name in zone ${apex}.: ${naming(clash)}`,
      );
    }
  }
  return refuseAlias(context);
}

/** An alias to a distribution has to name the zone that all distributions are in. */
function refuseAlias({ inputs, world }: ModelContext): Refused | undefined {
  for (const alias of list(inputs.aliases).filter(isObject)) {
    const target = world.findBy("aws:cloudfront/distribution:Distribution", "domainName", bare(alias.name));
    if (target && alias.zoneId !== target.outputs.hostedZoneId) {
      return refused(
        "InvalidChangeBatch",
        `Tried to create an alias that targets ${bare(alias.name)}., but the alias target name does not lie within the target zone ${String(alias.zoneId)}: it lies in ${String(target.outputs.hostedZoneId)}`,
      );
    }
  }
  return undefined;
}

export const models: Models = {
  [ZONE]: {
    outputs: ({ id, identifiers }) => {
      const tops = ["com", "net", "org", "co.uk"];
      const nameServers = tops.map((top, index) => `ns-${identifiers.digits(3, top)}.awsdns-${10 + index}.${top}`);
      return { zoneId: id, nameServers, primaryNameServer: nameServers[0] };
    },
    refuseDelete({ inputs, world, id }) {
      if (inputs.forceDestroy === true) return undefined;
      const record = world.findBy(RECORD, "zoneId", id);
      return (
        record &&
        refused(
          "HostedZoneNotEmpty",
          `The specified hosted zone contains non-required resource record sets and so cannot be deleted: it holds the record "${record.name}"`,
        )
      );
    },
  },
  [RECORD]: {
    importId: ({ zoneId, name, type, setIdentifier }) =>
      [zoneId, name, type, setIdentifier].filter(Boolean).map(String).join("_"),
    outputs: ({ inputs, world }) => {
      const name = (text(inputs.name) ?? "").replace(/\.$/, "");
      const zone = text(world.find(ZONE, String(inputs.zoneId))?.outputs.name)?.replace(/\.$/, "");
      return {
        fqdn: !zone || name === zone || name.endsWith(`.${zone}`) ? name : [name, zone].filter(Boolean).join("."),
      };
    },
    refuse: refuseRecord,
  },
};
