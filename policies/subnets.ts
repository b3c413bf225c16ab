import { Deferred, need } from "./read";
import type { Resource } from "./resource";
import type { StackIndex } from "./stack-index";

export const subnetTypes = ["aws:ec2/subnet:Subnet"] as const;

const gatewayTypes = ["aws:ec2/internetGateway:InternetGateway"];

/** Whether a subnet's route table has a route to an internet gateway. @throws Deferred */
export function isPublicSubnet(stack: StackIndex, subnet: Resource): boolean {
  const associations = stack.referrers(subnet, ["aws:ec2/routeTableAssociation:RouteTableAssociation"], "subnetId");
  if (associations.found.length === 0 && associations.unknown.length > 0) throw new Deferred("subnetId");
  return associations.found.some((association) =>
    stack
      .target(association, "routeTableId", ["aws:ec2/routeTable:RouteTable"])
      .resources.some((table) => opensOut(table) || routes(stack, table).some((route) => toGateway(stack, route))),
  );
}

/** Whether a table's inline routes lead to an internet gateway. */
function opensOut(table: Resource): boolean {
  return table.list("routes").some((route) => String(need(route, "gatewayId") ?? "").startsWith("igw-"));
}

function routes(stack: StackIndex, table: Resource): Resource[] {
  return stack.referrers(table, ["aws:ec2/route:Route"], "routeTableId").found;
}

function toGateway(stack: StackIndex, route: Resource): boolean {
  if (stack.target(route, "gatewayId", gatewayTypes).resources.length > 0) return true;
  const reading = route.read("gatewayId");
  return reading.state === "known" && String(reading.value).startsWith("igw-");
}
