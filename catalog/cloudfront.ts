/** Ids of CloudFront's managed policies, the same in every account. Source: CloudFront developer guide. */
export const MANAGED_CACHE_POLICIES = {
  cachingOptimized: "658327ea-f89d-4fab-a63d-7e88639e58f6",
  cachingDisabled: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
} as const;

export const MANAGED_ORIGIN_REQUEST_POLICIES = {
  /** Passes everything on, the Host header too. */
  allViewer: "216adef6-5c7f-47e4-b989-5492eafa07d3",
} as const;
