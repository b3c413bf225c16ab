import { DescribeConfigurationSettingsCommand, ElasticBeanstalkClient } from "@aws-sdk/client-elastic-beanstalk";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Instance, systemVariables } from "../app/support/application";
import { Stores } from "../app/support/stores";
import type { Deployed } from "./deployed";

const VARIABLES = "aws:elasticbeanstalk:application:environment";
const SECRETS = "aws:elasticbeanstalk:application:environmentsecrets";

/**
 * The reference application itself as what runs on a deployed environment's instances: started by its Procfile with the
 * variables that the environment has in the emulated world, on real PostgreSQL and Redis, which have the passwords of the
 * world's secrets. Its calls of AWS are calls of that world.
 */
export class ReferenceApplication {
  private constructor(
    readonly instance: Instance,
    readonly stores: Stores,
  ) {}

  /** Starts it behind the deployed environment's load balancer, in place of what answered there. */
  static async start(deployed: Deployed): Promise<ReferenceApplication> {
    const stores = await Stores.start();
    try {
      const environment = await instanceVariables(deployed, stores);
      const instance = await Instance.startIn(stores.folder, (port) => ({ ...environment, PORT: String(port) }));
      deployed.world.cdn.applications.set(deployed.outputs.application.environmentName, instance.url);
      return new ReferenceApplication(instance, stores);
    } catch (error) {
      await stores.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.instance.stop();
    await this.stores.stop();
  }
}

/** What the platform gives an instance's processes: the environment's variables, with secrets in place of their names. */
async function instanceVariables({ world, outputs }: Deployed, stores: Stores): Promise<NodeJS.ProcessEnv> {
  const { applicationName, environmentName } = outputs.application;
  const { ConfigurationSettings: [settings] = [] } = await world
    .client(ElasticBeanstalkClient)
    .send(
      new DescribeConfigurationSettingsCommand({ ApplicationName: applicationName, EnvironmentName: environmentName }),
    );
  const options = settings?.OptionSettings ?? [];
  const variables: NodeJS.ProcessEnv = {};
  for (const { Namespace, OptionName, Value } of options) {
    if (Namespace === VARIABLES) variables[OptionName!] = Value;
    if (Namespace === SECRETS) variables[OptionName!] = await secretText(world, Value!);
  }
  stores.changeDatabasePassword(await secretText(world, `${outputs.database.secretArn}:password`));
  const password = await secretText(world, `${outputs.redis.secretArn}:password`);
  stores.changeRedisPassword(password);
  const redis = new URL(stores.redisUrl);
  redis.password = password;
  return {
    ...systemVariables(),
    ...variables,
    // Where the stores are in this world; whom to trust; and as whom the instance calls AWS.
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: redis.href,
    PGSSLROOTCERT: stores.rootCertificate,
    SSL_CERT_FILE: stores.rootCertificate,
    ...world.environment("instance"),
    // One process of each kind does for one document.
    WEB_PROCESSES: "1",
    WORKER_PROCESSES: "1",
  };
}

/** A secret, or the part of it that comes after the ARN: `arn:aws:secretsmanager:…:secret:name-abc:key`. */
async function secretText(world: Deployed["world"], reference: string): Promise<string> {
  const parts = reference.split(":");
  const [arn, key] = [parts.slice(0, 7).join(":"), parts[7]];
  const { SecretString = "" } = await world
    .client(SecretsManagerClient, parts[3])
    .send(new GetSecretValueCommand({ SecretId: arn }));
  return key === undefined ? SecretString : ((JSON.parse(SecretString) as Record<string, string>)[key] ?? "");
}
