import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component, type Transform } from "./component";
import { readSecret, type Statement } from "./policy-document";

/** Arguments of {@link RedisCache}. */
export interface RedisCacheArgs {
  /** Physical id of the replication group. Changing it replaces the group and logs everybody out. */
  readonly replicationGroupId: string;
  /** Name of the secret that holds user, password and URL. */
  readonly secretName: string;
  readonly region: string;
  /** @default "redis" */
  readonly engine?: "redis" | "valkey";
  /** Major and minor version, e.g. `7.1`. A lower one replaces the group. */
  readonly engineVersion: string;
  /** e.g. `cache.t3.micro`: 0.5 GiB, a quarter of it kept for the engine itself. */
  readonly nodeType: string;
  /** Nodes, each in a zone of its own; from two on, a replica takes over when the primary fails. */
  readonly nodes: number;
  /** Subnets without a way to the internet, one per zone. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Key in the group's region, for data at rest and for the secret. Changing it replaces the group. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /**
   * Which generated passwords the user accepts, the one handed to the application first. Rotation without logging
   * anyone out: `[1]`, then `[2, 1]`, then `[2]`, a deployment each. A list without the password that is handed out is
   * refused.
   *
   * @default [1]
   */
  readonly passwordGenerations?: readonly number[];
  /** Days that daily snapshots are kept. @default 7 */
  readonly snapshotRetentionInDays?: number;
  /** Lets the cache's secret be deleted at once and lifts Pulumi's protection. @default false */
  readonly disposable?: boolean;
  readonly transform?: RedisCacheTransforms;
}

export interface RedisCacheTransforms {
  readonly subnetGroup?: Transform<aws.elasticache.SubnetGroupArgs>;
  readonly parameterGroup?: Transform<aws.elasticache.ParameterGroupArgs>;
  readonly defaultUser?: Transform<aws.elasticache.UserArgs>;
  readonly user?: Transform<aws.elasticache.UserArgs>;
  readonly userGroup?: Transform<aws.elasticache.UserGroupArgs>;
  readonly replicationGroup?: Transform<aws.elasticache.ReplicationGroupArgs>;
  readonly secret?: Transform<aws.secretsmanager.SecretArgs>;
  readonly secretVersion?: Transform<aws.secretsmanager.SecretVersionArgs>;
}

const PORT = 6379;
const USER_NAME = "aiprism";
/** Tag that says which passwords a user accepts: those themselves show neither in a plan nor in AWS. */
const GENERATIONS_TAG = "PasswordGenerations";

/**
 * Redis for sessions and the RQ job queue: a replication group encrypted at rest and in transit, reached by one user
 * with a generated password. Two cache.t3.micro nodes cost about 25 USD a month.
 */
export class RedisCache extends Component<RedisCacheTransforms> {
  readonly primaryEndpoint: pulumi.Output<string>;
  readonly port: number = PORT;
  /** Cluster ids of the nodes, `<group>-001` and so on; the dimension that ElastiCache's metrics carry. */
  readonly memberClusterIds: readonly string[];
  /** Secret with keys `username`, `password` and `url`, and `url1`, `url2`, … for each password that is accepted. */
  readonly secretArn: pulumi.Output<string>;
  /**
   * Reference to the URL for Beanstalk's environment secrets: the secret's ARN and the key in it. The key changes with
   * the password, because instances fetch a secret again only when the environment is updated.
   */
  readonly urlSecretReference: pulumi.Output<string>;
  /** What an instance needs to be allowed to read the secret. */
  readonly instanceStatements: pulumi.Output<Statement[]>;
  readonly nodes: {
    readonly subnetGroup: aws.elasticache.SubnetGroup;
    readonly parameterGroup: aws.elasticache.ParameterGroup;
    readonly passwords: readonly random.RandomPassword[];
    readonly defaultUser?: aws.elasticache.User;
    readonly user: aws.elasticache.User;
    readonly userGroup: aws.elasticache.UserGroup;
    readonly replicationGroup: aws.elasticache.ReplicationGroup;
    readonly secret: aws.secretsmanager.Secret;
    readonly secretVersion: aws.secretsmanager.SecretVersion;
  };

  /** @throws InvalidArgument for fewer nodes than one, or none or more than two password generations */
  constructor(name: string, args: RedisCacheArgs, options?: pulumi.ComponentResourceOptions) {
    super("RedisCache", name, args.transform, options);
    const generations = args.passwordGenerations ?? [1];
    if (!Number.isInteger(args.nodes) || args.nodes < 1 || args.nodes > 6) {
      this.refuse("nodes", args.nodes, "a whole number from 1 to 6");
    }
    if (generations.length < 1 || generations.length > 2) {
      this.refuse("passwordGenerations", generations, "one or two: ElastiCache keeps two passwords per user");
    }
    const { region, replicationGroupId } = args;
    const engine = args.engine ?? "redis";
    const replicated = args.nodes > 1;
    const protect = !args.disposable;

    const subnetGroup = this.child("subnetGroup", aws.elasticache.SubnetGroup, name, {
      name: replicationGroupId,
      description: `Subnets of ${replicationGroupId}`,
      region,
      subnetIds: args.subnetIds,
    });
    const parameterGroup = this.child("parameterGroup", aws.elasticache.ParameterGroup, name, {
      family: `${engine}${args.engineVersion.split(".")[0]}`,
      description: `Parameters of ${replicationGroupId}`,
      region,
      // Sessions expire and jobs do not: when memory runs out, only what expires may go.
      parameters: [{ name: "maxmemory-policy", value: "volatile-lru" }],
    });

    const passwords = generations.map(
      (generation) =>
        new random.RandomPassword(
          `${name}-password-${generation}`,
          // Letters and digits alone stand in a URL as they are.
          { length: 40, special: false, keepers: { generation: String(generation) } },
          { parent: this },
        ),
    );
    // A group of engine redis must hold the user that clients without a name get; this one may do nothing.
    const defaultUser =
      engine === "redis"
        ? this.child("defaultUser", aws.elasticache.User, `${name}-default`, {
            userId: `${replicationGroupId}-default`,
            userName: "default",
            engine,
            region,
            accessString: "off -@all",
            authenticationMode: { type: "no-password-required" },
          })
        : undefined;
    const user = this.child(
      "user",
      aws.elasticache.User,
      `${name}-application`,
      {
        userId: `${replicationGroupId}-application`,
        userName: USER_NAME,
        engine,
        region,
        // RQ asks for the server's version and lists its workers' connections, both counted as dangerous.
        accessString: "on ~* &* +@all -@dangerous +info +client|list",
        authenticationMode: { type: "password", passwords: passwords.map(({ result }) => result) },
        tags: { [GENERATIONS_TAG]: generations.join(" ") },
      },
      { hooks: { beforeUpdate: [this.keepsPasswordInUse(name)] } },
    );
    const userGroup = this.child("userGroup", aws.elasticache.UserGroup, name, {
      userGroupId: replicationGroupId,
      engine,
      region,
      userIds: [user, ...(defaultUser ? [defaultUser] : [])].map(({ userId }) => userId),
    });

    const replicationGroup = this.child(
      "replicationGroup",
      aws.elasticache.ReplicationGroup,
      name,
      {
        replicationGroupId,
        description: "Sessions and job queue of AI-Prism",
        region,
        engine,
        engineVersion: args.engineVersion,
        nodeType: args.nodeType,
        port: PORT,
        numCacheClusters: args.nodes,
        automaticFailoverEnabled: replicated,
        multiAzEnabled: replicated,
        subnetGroupName: subnetGroup.name,
        securityGroupIds: args.securityGroupIds,
        parameterGroupName: parameterGroup.name,
        userGroupIds: [userGroup.userGroupId],
        atRestEncryptionEnabled: true,
        kmsKeyId: args.kmsKeyArn,
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        autoMinorVersionUpgrade: true,
        snapshotRetentionLimit: args.snapshotRetentionInDays ?? 7,
        snapshotWindow: "01:00-02:00",
        maintenanceWindow: "sun:02:30-sun:03:30",
        finalSnapshotIdentifier: args.disposable ? undefined : `${replicationGroupId}-final`,
        applyImmediately: true,
      },
      { protect },
    );

    const secret = this.child(
      "secret",
      aws.secretsmanager.Secret,
      name,
      {
        name: args.secretName,
        description: `User, password and URL of ${replicationGroupId}`,
        region,
        kmsKeyId: args.kmsKeyArn,
        recoveryWindowInDays: args.disposable ? 0 : 30,
      },
      { protect },
    );
    const urls = passwords.map(
      ({ result }) =>
        pulumi.interpolate`rediss://${USER_NAME}:${result}@${replicationGroup.primaryEndpointAddress}:${PORT}/0`,
    );
    const secretVersion = this.child("secretVersion", aws.secretsmanager.SecretVersion, name, {
      secretId: secret.id,
      region,
      secretString: pulumi.secret(
        pulumi.jsonStringify({
          username: USER_NAME,
          password: passwords[0]!.result,
          url: urls[0],
          // An instance that starts in the middle of a rotation finds the password that it is still told to take.
          ...Object.fromEntries(generations.map((generation, index) => [`url${generation}`, urls[index]])),
        }),
      ),
    });

    this.nodes = {
      subnetGroup,
      parameterGroup,
      passwords,
      defaultUser,
      user,
      userGroup,
      replicationGroup,
      secret,
      secretVersion,
    };
    this.primaryEndpoint = replicationGroup.primaryEndpointAddress;
    this.memberClusterIds = Array.from(
      { length: args.nodes },
      (_, index) => `${args.replicationGroupId}-${String(index + 1).padStart(3, "0")}`,
    );
    // Whoever reads the secret by this ARN waits until it has a value. The version's own ARN is the same, and unknown to a
    // preview that replaces it.
    this.secretArn = pulumi.all([secret.arn, secretVersion.urn]).apply(([arn]) => arn);
    this.urlSecretReference = pulumi.interpolate`${this.secretArn}:url${generations[0]}`;
    this.instanceStatements = readSecret(secret.arn, args.kmsKeyArn, region);
    this.registerOutputs({
      primaryEndpoint: this.primaryEndpoint,
      port: this.port,
      memberClusterIds: this.memberClusterIds,
      secretArn: this.secretArn,
      urlSecretReference: this.urlSecretReference,
    });
  }
  /** A hook that refuses to take from the instances the password that they were handed. Previews run it, too. */
  private keepsPasswordInUse(name: string): pulumi.ResourceHook {
    return new pulumi.ResourceHook(
      `${name}-keeps-password-in-use`,
      ({ oldInputs, newInputs }) => {
        const before = generationsOf(oldInputs);
        const after = generationsOf(newInputs);
        if (before.length === 0 || after.includes(before[0]!)) return;
        const next = JSON.stringify([after[0], before[0]]);
        this.refuse(
          "passwordGenerations",
          after,
          `the instances hold password ${before[0]}, so that one stays until they have the next: ${next} first`,
        );
      },
      { onDryRun: true },
    );
  }
}

function generationsOf(inputs: Record<string, unknown> | undefined): number[] {
  const tag = (inputs?.tags as Record<string, string> | undefined)?.[GENERATIONS_TAG];
  return tag ? tag.split(" ").map(Number) : [];
}
