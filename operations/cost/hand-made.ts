import { findPrice } from "../../catalog/prices";
import type { Estimate } from "./estimate";
import type { Service } from "./charges";
import { type Amount, NOTHING, type Range, add, multiply, rangeOf } from "./range";
import { DAYS, HOURS } from "./volumes";

/** One line of the cost table that the hand-made deployment was planned with, and what it should have said. */
export interface HandMadeRow {
  /** As the old table called it. */
  readonly title: string;
  /** Undefined for what the old table forgot. */
  readonly old?: Range;
  /** The same thing at today's prices. */
  readonly corrected: Range;
  readonly why: string;
  /** Services of an estimate that the line covers. */
  readonly services: readonly Service[];
}

const REGION = "eu-north-1";

/** So many units at the price of the home region. */
function cost(id: string, quantity: Amount): Range {
  const price = findPrice(id, REGION);
  if (!price) throw new Error(`catalog/prices.ts has no price of ${id} in ${REGION}`);
  const beyond = rangeOf(quantity);
  const included = price.included ?? 0;
  return multiply({ low: Math.max(0, beyond.low - included), high: Math.max(0, beyond.high - included) }, price.usd);
}

/** Documents a day and their tokens that give the old table's 270 to 1350 USD at Sonnet 4.5's price outside the EU. */
const DOCUMENTS: Range = { low: 100 * DAYS, high: 500 * DAYS };
const MILLIONS_IN = multiply(DOCUMENTS, 20_000e-6);
const MILLIONS_OUT = multiply(DOCUMENTS, 2000e-6);

function tokens(profile: string): Range {
  return add(cost(`bedrock/${profile}/input`, MILLIONS_IN), cost(`bedrock/${profile}/output`, MILLIONS_OUT));
}

const SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0";

/** The nine rows of the old table, then what it left out. */
export function handMadeRows(): HandMadeRow[] {
  const old = rangeOf;
  return [
    {
      title: "EC2, 3 × t3.large",
      old: old(150),
      corrected: add(cost("ec2/t3.large", 3 * HOURS), cost("ebs/gp3", 3 * 20)),
      why: "150 takes a commitment of a year; with disks, without surplus credits",
      services: ["EC2"],
    },
    {
      title: "Load balancer",
      old: old(20),
      corrected: add(cost("load-balancer", HOURS), cost("load-balancer/capacity-unit", HOURS)),
      why: "one capacity unit; a public one pays for an address in each zone, 11 USD for three, on top",
      services: ["Load balancer"],
    },
    {
      title: "RDS, db.t3.micro, 20 GB",
      old: old(15),
      corrected: add(cost("rds/db.t3.micro", HOURS), cost("rds/storage", 20)),
      why: "right for one zone; two zones cost twice that",
      services: ["RDS"],
    },
    {
      title: "Redis, cache.t3.micro",
      old: old(13),
      corrected: cost("elasticache/redis/cache.t3.micro", HOURS),
      why: "one node; over two zones two",
      services: ["ElastiCache"],
    },
    {
      title: "CloudFront, 1 TB",
      old: old(85),
      corrected: cost("cloudfront/transfer", 1024),
      why: "the first terabyte of a month is always free; 85 is the second",
      services: ["CloudFront"],
    },
    {
      title: "S3, 100 GB",
      old: old(5),
      corrected: add(cost("s3/standard", 100), cost("s3/put", multiply(DOCUMENTS, 2 / 1000))),
      why: "storage and the writes of documents and reviews",
      services: ["S3"],
    },
    {
      title: "Replication, 50 GB",
      old: old(1),
      corrected: add(
        cost("s3/replication-transfer", 50),
        cost("s3/replication-time-control", 50),
        cost("s3/standard", 50),
        cost("cloudwatch/metric", 4),
      ),
      why: "transfer alone is 1; the 15 minutes, the replica's storage and the metrics came to nothing",
      services: ["S3 replication"],
    },
    {
      title: "CloudWatch",
      old: old(10),
      corrected: add(
        cost("logs/ingestion", { low: 5, high: 20 }),
        cost("cloudwatch/metric", 40),
        cost("cloudwatch/alarm", 5),
      ),
      why: "5 to 20 GiB of logs, 40 metrics of instances, health and application, five alarms",
      services: ["CloudWatch"],
    },
    {
      title: "Bedrock",
      old: { low: 270, high: 1350 },
      corrected: tokens(`eu.${SONNET}`),
      why: "100 to 500 documents a day of 20,000 tokens in and 2,000 out; inside the EU a tenth more",
      services: ["Bedrock"],
    },
    {
      title: "NAT gateways and their addresses",
      corrected: {
        low: add(cost("nat", HOURS), cost("public-ipv4", HOURS)).low,
        high: add(cost("nat", 3 * HOURS), cost("public-ipv4", 3 * HOURS)).high,
      },
      why: "forgotten; one, or one in each of three zones",
      services: ["NAT and addresses", "Interface endpoints"],
    },
    {
      title: "Firewall",
      corrected: add(cost("waf/acl", 1), cost("waf/rule", 6), cost("waf/requests", { low: 0.3, high: 1.5 })),
      why: "forgotten",
      services: ["Firewall"],
    },
    {
      title: "Keys and secrets",
      corrected: add(cost("kms/key", 3), cost("secret", 3)),
      why: "forgotten; three of each",
      services: ["Keys and secrets"],
    },
    {
      title: "The database's backups in another region, DNS",
      corrected: add(cost("rds/backup", 20), cost("route53/zone", 1)),
      why: "forgotten; this program's backups stand in the row of RDS",
      services: ["Other"],
    },
  ];
}

/** What the old table's Bedrock row rests on: the same documents at the price of the `global.` profile. */
export function oldBedrockRow(): Range {
  return tokens(`global.${SONNET}`);
}

/** What an estimate says to the same line. */
export function estimateOfRow(row: HandMadeRow, estimate: Pick<Estimate, "items">): Range {
  const covered = estimate.items.filter(({ service }) => row.services.includes(service));
  return covered.length === 0 ? NOTHING : add(...covered.map(({ usd }) => usd));
}
