import { DescribeSecurityGroupRulesCommand, EC2Client, type SecurityGroupRule } from "@aws-sdk/client-ec2";
import type { Aws } from "../aws";
import { type Check, ok, wrong } from "./finding";

/** A way between two security groups. */
export interface Way {
  readonly aws: Aws;
  readonly region: string;
  readonly environment: string;
  readonly port: number;
  /** Group that has to be let in, and its name for people. */
  readonly peer: string;
  readonly peerName: string;
  /** Group that has to let in the peer on this port, and nobody else anywhere. */
  readonly target: string;
  /** Groups that what is behind the target group really has. */
  readonly attached?: () => Promise<string[]>;
}

/** Looks whether a group lets in its peer and nobody else, and whether the peer may go there. */
export function reachableOnlyFrom(way: Way): Check["look"] {
  return async () => {
    const { aws, region, environment, port, peer, peerName, target } = way;
    const { SecurityGroupRules: rules = [] } = await aws
      .client(EC2Client, region)
      .send(new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [target, peer] }] }));
    const of = (group: string, egress: boolean) =>
      rules.filter(({ GroupId, IsEgress = false }) => GroupId === group && IsEgress === egress);
    const to = (other: string) => (rule: SecurityGroupRule) =>
      rule.ReferencedGroupInfo?.GroupId === other && covers(rule, port);
    const drift = `./prism drift ${environment} names the change, ./prism up ${environment} undoes it`;

    const groups = (await way.attached?.()) ?? [target];
    if (!groups.includes(target)) {
      return wrong(`does not have its security group ${target}, but ${groups.join(", ") || "none"}`, drift);
    }
    const lettingIn = of(target, false);
    const strangers = lettingIn.filter((rule) => !to(peer)(rule) || !isOnly(rule, port));
    const strange = strangers.map((rule) => `${sourceOf(rule)} on ${portsOf(rule)} (${rule.SecurityGroupRuleId})`);
    if (strange.length > 0) {
      const remove = strangers.map(({ SecurityGroupRuleId: id }) => id).join(" ");
      const command = `aws ec2 revoke-security-group-ingress --region ${region} --group-id ${target} --security-group-rule-ids ${remove}`;
      return wrong(`is open to others than ${peerName}: ${strange.join(", ")}`, `who opened it, and then: ${command}`);
    }
    if (!lettingIn.some(to(peer))) return wrong(`does not let in ${peerName} on port ${port}`, drift);
    if (!of(peer, true).some((rule) => to(target)(rule) || goesAnywhere(rule, port))) {
      return wrong(`${peerName} may not send anything to port ${port}`, drift);
    }
    const others = groups.filter((group) => group !== target);
    return ok(
      `lets in ${peerName} on port ${port} and nobody else` +
        (others.length > 0 ? `; it also has ${others.join(", ")}, for others` : ""),
    );
  };
}

function covers({ IpProtocol, FromPort = -1, ToPort = -1 }: SecurityGroupRule, port: number): boolean {
  return IpProtocol === "-1" || (IpProtocol === "tcp" && FromPort <= port && port <= ToPort);
}

function isOnly({ IpProtocol, FromPort, ToPort }: SecurityGroupRule, port: number): boolean {
  return IpProtocol === "tcp" && FromPort === port && ToPort === port;
}

function goesAnywhere(rule: SecurityGroupRule, port: number): boolean {
  return (rule.CidrIpv4 === "0.0.0.0/0" || rule.CidrIpv6 === "::/0") && covers(rule, port);
}

function sourceOf(rule: SecurityGroupRule): string {
  return rule.ReferencedGroupInfo?.GroupId ?? rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? "somebody";
}

function portsOf({ IpProtocol, FromPort, ToPort }: SecurityGroupRule): string {
  if (IpProtocol === "-1") return "every port";
  return FromPort === ToPort ? `port ${FromPort}` : `ports ${FromPort} to ${ToPort}`;
}
