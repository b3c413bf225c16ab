/** What every client of the SDK's is made with here. */
export interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** A client of the SDK's for JavaScript. */
export type ClientClass<Client> = new (config: ClientConfig) => Client;

/**
 * Makes clients that reach the emulator past the front, as AWS's own services reach each other: what a service of the world
 * creates in another one.
 */
export type Inside = <Client>(client: ClientClass<Client>, region: string, account: string) => Client;
