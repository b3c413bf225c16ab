/** What the program knows about an AWS region it can be deployed to or copy data to. */
export interface RegionFacts {
  /** Where it is, for people. */
  readonly place: string;
  /** Availability zones that every account can use. Source: AWS global infrastructure page. */
  readonly zones: number;
  /** Inside the European Union, where documents and model calls stay unless somebody opts out. */
  readonly inEu: boolean;
}

/** Regions by id. A region that is missing here is refused by the configuration. */
export const REGIONS = {
  "eu-central-1": { place: "Frankfurt", zones: 3, inEu: true },
  "eu-north-1": { place: "Stockholm", zones: 3, inEu: true },
  "eu-south-1": { place: "Milan", zones: 3, inEu: true },
  "eu-south-2": { place: "Spain", zones: 3, inEu: true },
  "eu-west-1": { place: "Ireland", zones: 3, inEu: true },
  "eu-west-2": { place: "London", zones: 3, inEu: false },
  "eu-west-3": { place: "Paris", zones: 3, inEu: true },
  "us-east-1": { place: "Northern Virginia", zones: 6, inEu: false },
  "us-west-2": { place: "Oregon", zones: 4, inEu: false },
} as const satisfies Record<string, RegionFacts>;

export type Region = keyof typeof REGIONS;

/** CloudFront, its certificates, its firewall and their metrics exist only here. */
export const EDGE_REGION = "us-east-1" satisfies Region;

/**
 * Where RDS can replicate automated backups to, by source region.
 * Source: Amazon RDS user guide, "Replicating automated backups to another AWS Region".
 */
export const BACKUP_REPLICATION_TARGETS: Partial<Record<Region, readonly Region[]>> = {
  "eu-north-1": ["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "us-east-1"],
};
