/** One price of AWS in one region. */
export interface Price {
  /** What is bought, e.g. `rds/db.t3.micro`. */
  readonly id: string;
  /** A region, or `any` where AWS asks the same in all of them or the service has none. */
  readonly region: string;
  readonly usd: number;
  /** What `usd` buys one of. */
  readonly unit: string;
  /** How many units an account gets free of charge every month. */
  readonly included?: number;
  readonly source: string;
  /** yyyy-mm of the source. */
  readonly date: string;
  /** Why the price may be off. Absent where the source is AWS's price list for this very region. */
  readonly uncertain?: string;
}

type Entry = readonly [id: string, unit: string, usd: number, more?: Partial<Pick<Price, "included" | "uncertain">>];

const list = (region: string, source: string, date: string, entries: readonly Entry[]): Price[] =>
  entries.map(([id, unit, usd, more]) => ({ id, region, usd, unit, source, date, ...more }));

const PRICE_LIST = "AWS price list, quoted in public cost models";
const PRICING_PAGE = "the service's pricing page";
const MEMORY = "general knowledge of AWS's prices";

const NOT_SEEN = "not seen in a price list for this region";
const OF_VIRGINIA = "us-east-1's price; eu-north-1's was not found and lies within a few percent";
const SIZES = "reckoned from the family's smallest size, whose price doubles with each step";

/** Classes of one family, each twice the price of the one before. */
const doubling = (classes: readonly string[], smallest: number, why: string): Entry[] =>
  classes.map((name, step) => [name, "hour", smallest * 2 ** step, { uncertain: why }]);

const DATABASE_CLASSES: readonly Entry[] = [
  ["rds/db.t3.micro", "hour", 0.017, { uncertain: "from a test fixture for eu-north-1; us-east-1 asks 0.018" }],
  ...doubling(["rds/db.t3.small", "rds/db.t3.medium", "rds/db.t3.large"], 0.034, SIZES),
  ...doubling(["rds/db.t4g.micro", "rds/db.t4g.small", "rds/db.t4g.medium", "rds/db.t4g.large"], 0.016, OF_VIRGINIA),
  ...doubling(["rds/db.m6g.large", "rds/db.m6g.xlarge"], 0.159, OF_VIRGINIA),
  ...doubling(["rds/db.r6g.large", "rds/db.r6g.xlarge"], 0.225, OF_VIRGINIA),
];

const CACHE_CLASSES: readonly Entry[] = [
  ...doubling(["cache.t3.micro", "cache.t3.small", "cache.t3.medium"], 0.017, OF_VIRGINIA),
  ...doubling(["cache.t4g.micro", "cache.t4g.small", "cache.t4g.medium"], 0.016, OF_VIRGINIA),
  ...doubling(["cache.m6g.large", "cache.m6g.xlarge"], 0.149, OF_VIRGINIA),
  ...doubling(["cache.r6g.large", "cache.r6g.xlarge"], 0.206, OF_VIRGINIA),
];

const VALKEY = 0.8;

/** Tokens of one model by the way it is called: per million, in and out. A geography's profile costs a tenth more. */
const model = (id: string, input: number, output: number, uncertain?: string): Entry[] =>
  ["eu.", "us.", "global.", ""].flatMap((geography): Entry[] => {
    const factor = geography === "global." ? 1 : 1.1;
    const name = `bedrock/${geography}${id}`;
    const more = uncertain === undefined ? {} : { uncertain };
    return [
      [`${name}/input`, "million tokens", Number((input * factor).toFixed(4)), more],
      [`${name}/output`, "million tokens", Number((output * factor).toFixed(4)), more],
    ];
  });

/** Every price the program knows, in USD without taxes and discounts. A month has 730 hours. */
export const PRICES: readonly Price[] = [
  ...list("eu-north-1", PRICE_LIST, "2026-04", [
    ["ec2/t3.large", "hour", 0.0864],
    ...doubling(["ec2/t3.nano", "ec2/t3.micro", "ec2/t3.small", "ec2/t3.medium"], 0.0054, SIZES),
    ...doubling(["ec2/t3.xlarge", "ec2/t3.2xlarge"], 0.1728, SIZES),
    ["ebs/gp3", "GiB-month", 0.0836],
    ["load-balancer", "hour", 0.02394],
    ["load-balancer/capacity-unit", "hour", 0.0076],
    ["nat", "hour", 0.046],
    ["nat/data", "GiB", 0.046],
    ["logs/ingestion", "GiB", 0.54],
    ["logs/storage", "GiB-month", 0.028],
    ["s3/standard", "GiB-month", 0.023],
    ["s3/replication-transfer", "GiB", 0.02],
    ["s3/replication-time-control", "GiB", 0.015],
    ...DATABASE_CLASSES,
    ["rds/storage", "GiB-month", 0.121, { uncertain: "gp2's price; gp3's is taken to be the same" }],
  ]),
  ...list("eu-north-1", MEMORY, "2026-10", [
    ["s3/standard-ia", "GiB-month", 0.0125, { uncertain: NOT_SEEN }],
    ["s3/put", "thousand requests", 0.005, { uncertain: NOT_SEEN }],
    ["s3/put-ia", "thousand requests", 0.01, { uncertain: NOT_SEEN }],
    ["rds/proxy", "vCPU-hour", 0.015, { uncertain: "us-east-1's price; London asks 0.017" }],
    ["rds/backup", "GiB-month", 0.095, { uncertain: OF_VIRGINIA }],
    ["interface-endpoint", "hour", 0.01, { uncertain: OF_VIRGINIA }],
    ["interface-endpoint/data", "GiB", 0.01, { uncertain: OF_VIRGINIA }],
    ["elasticache/backup", "GiB-month", 0.085, { uncertain: NOT_SEEN }],
    ...CACHE_CLASSES.map(([id, ...rest]): Entry => [`elasticache/redis/${id}`, ...rest]),
    ...CACHE_CLASSES.map(([id, unit, usd]): Entry => [
      `elasticache/valkey/${id}`,
      unit,
      usd * VALKEY,
      { uncertain: "a fifth less than Redis in us-east-1" },
    ]),
  ]),
  ...list("eu-west-1", MEMORY, "2026-10", [
    ["s3/standard", "GiB-month", 0.023, { uncertain: NOT_SEEN }],
    ["s3/standard-ia", "GiB-month", 0.0125, { uncertain: NOT_SEEN }],
    ["s3/put", "thousand requests", 0.005, { uncertain: NOT_SEEN }],
    ["s3/put-ia", "thousand requests", 0.01, { uncertain: NOT_SEEN }],
    ["rds/backup", "GiB-month", 0.095, { uncertain: NOT_SEEN }],
  ]),
  ...list("us-east-1", MEMORY, "2026-10", [
    ["logs/ingestion", "GiB", 0.5, { uncertain: NOT_SEEN }],
    ["logs/storage", "GiB-month", 0.03, { uncertain: NOT_SEEN }],
  ]),
  ...list("any", PRICE_LIST, "2026-04", [
    ["public-ipv4", "hour", 0.005],
    ["secret", "secret-month", 0.4],
    ["kms/key", "key-month", 1],
    ["waf/acl", "web ACL-month", 5],
    ["waf/rule", "rule-month", 1],
    ["waf/requests", "million requests", 0.6],
  ]),
  ...list("any", PRICING_PAGE, "2026-10", [
    ["cloudfront/transfer", "GiB", 0.085, { included: 1024 }],
    ["cloudfront/requests", "million requests", 1.2, { included: 10, uncertain: NOT_SEEN }],
  ]),
  ...list("any", MEMORY, "2026-10", [
    ["cloudwatch/alarm", "alarmed metric-month", 0.1, { uncertain: NOT_SEEN }],
    ["cloudwatch/metric", "metric-month", 0.3, { uncertain: NOT_SEEN }],
    ["cloudwatch/dashboard", "dashboard-month", 3, { included: 3, uncertain: NOT_SEEN }],
    ["route53/zone", "zone-month", 0.5, { uncertain: NOT_SEEN }],
    ["budget", "budget-day", 0.02, { included: 62, uncertain: NOT_SEEN }],
  ]),
  ...list("any", "a public catalogue of model prices", "2026-10", [
    ...model("anthropic.claude-sonnet-4-5-20250929-v1:0", 3, 15),
    ...model("anthropic.claude-sonnet-4-6", 3, 15, "taken to be Sonnet 4.5's"),
    ...model("anthropic.claude-haiku-4-5-20251001-v1:0", 1, 5),
    ...model("anthropic.claude-sonnet-5-5", 2, 10),
    ...model("anthropic.claude-haiku-5-5", 0.1, 0.5, "holds up to 100,000 tokens of context; five times that above"),
  ]),
];

const BY_KEY = new Map(PRICES.map((price) => [`${price.id} ${price.region}`, price]));

/** The price of something in a region, or undefined where none is known. */
export function findPrice(id: string, region: string): Price | undefined {
  return BY_KEY.get(`${id} ${region}`) ?? BY_KEY.get(`${id} any`);
}
