import { text } from "../values";
import type { Models } from "./model";

export const models: Models = {
  "aws:route53/zone:Zone": {
    outputs: ({ id, identifiers }) => {
      const tops = ["com", "net", "org", "co.uk"];
      const nameServers = tops.map((top, index) => `ns-${identifiers.digits(3, top)}.awsdns-${10 + index}.${top}`);
      return { zoneId: id, nameServers, primaryNameServer: nameServers[0] };
    },
    refuseDelete({ inputs, world, id }) {
      if (inputs.forceDestroy === true) return undefined;
      const record = world.findBy("aws:route53/record:Record", "zoneId", id);
      return record && `it holds the record "${record.name}"`;
    },
  },
  "aws:route53/record:Record": {
    outputs: ({ inputs, world }) => {
      const name = (text(inputs.name) ?? "").replace(/\.$/, "");
      const zone = text(world.find("aws:route53/zone:Zone", String(inputs.zoneId))?.outputs.name)?.replace(/\.$/, "");
      return {
        fqdn: !zone || name === zone || name.endsWith(`.${zone}`) ? name : [name, zone].filter(Boolean).join("."),
      };
    },
  },
};
