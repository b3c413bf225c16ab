import type { JudgedResource } from "../../../policies/evaluate";

/** Tiers of subnets, with the output of the component that lists their ids. */
const TIERS = { public: "publicSubnetIds", private: "privateSubnetIds", isolated: "isolatedSubnetIds" } as const;

/**
 * What `awsx.ec2.Vpc` makes below itself, as far as policies look at it: under mocks a component of another language
 * has no children.
 */
export function vpcChildren(vpc: JudgedResource, provider?: Record<string, unknown>): JudgedResource[] {
  const { region, cidrBlock, natGateways } = vpc.properties as {
    region: string;
    cidrBlock: string;
    natGateways?: { strategy?: string };
  };
  const stack = vpc.urn.split("::").slice(0, 2).join("::");
  const child = (
    type: string,
    name: string,
    id: string,
    properties: Record<string, unknown>,
    links: Record<string, JudgedResource> = {},
  ): JudgedResource => ({
    type,
    name,
    urn: `${stack}::${type}::${name}`,
    id,
    custom: true,
    inputs: { region, ...properties },
    properties: { region, ...properties },
    protect: false,
    ignoreChanges: [],
    additionalSecretOutputs: [],
    parent: vpc.urn,
    propertyDependencies: {
      ...Object.fromEntries(Object.keys(properties).map((property) => [property, []])),
      ...Object.fromEntries(Object.entries(links).map(([property, to]) => [property, [to.urn]])),
    },
    provider,
  });
  const network = child("aws:ec2/vpc:Vpc", vpc.name, String(vpc.properties.vpcId), { cidrBlock });
  const inVpc = { vpcId: network.id };
  const gateway = child("aws:ec2/internetGateway:InternetGateway", vpc.name, "igw-0a", inVpc, { vpcId: network });
  const children = [network, gateway];
  const gateways: JudgedResource[] = [];
  for (const [tier, output] of Object.entries(TIERS)) {
    const ids = (vpc.properties[output] ?? []) as string[];
    ids.forEach((id, index) => {
      const name = `${vpc.name}-${tier}-${index + 1}`;
      const isPublic = tier === "public";
      const subnet = child(
        "aws:ec2/subnet:Subnet",
        name,
        id,
        { ...inVpc, mapPublicIpOnLaunch: isPublic },
        { vpcId: network },
      );
      const table = child("aws:ec2/routeTable:RouteTable", name, `rtb-${name}`, inVpc, { vpcId: network });
      children.push(
        subnet,
        table,
        child(
          "aws:ec2/routeTableAssociation:RouteTableAssociation",
          name,
          `rtbassoc-${name}`,
          { subnetId: id, routeTableId: table.id },
          { subnetId: subnet, routeTableId: table },
        ),
      );
      const wanted = natGateways?.strategy === "OnePerAz" || (natGateways?.strategy === "Single" && index === 0);
      if (isPublic && wanted) {
        const address = child("aws:ec2/eip:Eip", name, `eipalloc-${name}`, {});
        const nat = child(
          "aws:ec2/natGateway:NatGateway",
          name,
          `nat-${name}`,
          { subnetId: id, allocationId: address.id },
          { subnetId: subnet, allocationId: address },
        );
        gateways.push(nat);
        children.push(address, nat);
      }
      const nat = gateways[Math.min(index, gateways.length - 1)];
      const out = isPublic
        ? { property: "gatewayId", to: gateway }
        : tier === "private" && nat
          ? { property: "natGatewayId", to: nat }
          : undefined;
      if (!out) return;
      children.push(
        child(
          "aws:ec2/route:Route",
          name,
          `r-${name}`,
          { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", [out.property]: out.to.id },
          { routeTableId: table, [out.property]: out.to },
        ),
      );
    });
  }
  return children;
}
