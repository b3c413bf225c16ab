import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Aws } from "../aws";
import type { World } from "./world";

/** The text that lets operators in to the application. It goes into requests, and never into an output. */
export async function operatorToken(aws: Aws, { regions, application }: World["outputs"]): Promise<string> {
  const { SecretString = "" } = await aws
    .client(SecretsManagerClient, regions.home)
    .send(new GetSecretValueCommand({ SecretId: application.operatorTokenSecretArn }));
  return SecretString;
}
