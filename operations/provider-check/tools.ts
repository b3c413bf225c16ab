import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PrismError } from "../errors";
import { cacheDirectory } from "../paths";
import { which } from "../toolchain";
import type { ProviderSchema } from "./schema";

/** Terraform and its AWS provider on this machine. */
export interface ProviderTools {
  /** Absolute path of the terraform executable. */
  terraform: string;
  /** Folder that holds the provider's executable. */
  provider: string;
  /** The provider's version, such as 5.100.0. */
  version: string;
}

/**
 * Finds terraform on the `PATH` and the newest AWS provider in a filesystem mirror: those that the CLI configuration
 * names (`TF_CLI_CONFIG_FILE`, `TF_PLUGIN_CACHE_DIR`), then the folders that Terraform looks in by itself.
 *
 * @returns what is missing, in words, where one of the two is not there
 */
export function findProvider(env: NodeJS.ProcessEnv = process.env): ProviderTools | string {
  const terraform = which("terraform", env);
  if (!terraform) return "no terraform on the PATH";
  const folders = mirrors(env);
  const found = folders.flatMap(providersIn).sort((left, right) => compareVersions(right.version, left.version));
  if (!found[0]) return `no unpacked AWS provider for Terraform in ${folders.join(", ") || "any mirror"}`;
  return { terraform, ...found[0] };
}

/** The resource types of the provider. Asked for once per version and kept in the user's cache. */
export async function providerSchema(tools: ProviderTools): Promise<ProviderSchema> {
  const directory = path.join(cacheDirectory(), "terraform");
  const file = path.join(directory, `aws-${tools.version}.json`);
  if (!fs.existsSync(file)) {
    const output = await inFolder(async (folder) => {
      fs.writeFileSync(path.join(folder, "settings.tf.json"), JSON.stringify(requirement));
      return runTerraform(tools, folder, ["providers", "schema", "-json"]);
    });
    if (output.code !== 0) throw new PrismError(`terraform providers schema failed: ${output.stderr.trim()}`);
    const schemas = (JSON.parse(output.stdout) as { provider_schemas: Record<string, unknown> }).provider_schemas;
    const aws = Object.entries(schemas).find(([name]) => name.endsWith(providerName))?.[1];
    const types = (aws as { resource_schemas: ProviderSchema } | undefined)?.resource_schemas;
    if (!types) throw new PrismError(`terraform providers schema says nothing about ${providerName}`);
    fs.mkdirSync(directory, { recursive: true });
    // Moved in place whole: another process may look for it meanwhile.
    const part = `${file}.${process.pid}`;
    fs.writeFileSync(part, JSON.stringify(types));
    fs.renameSync(part, file);
  }
  return JSON.parse(fs.readFileSync(file, "utf8")) as ProviderSchema;
}

const providerName = "hashicorp/aws";

/** The provider's own settings with which it judges without an account and asks nobody. */
export const offline = {
  access_key: "none",
  secret_key: "none",
  skip_credentials_validation: true,
  skip_metadata_api_check: "true",
  skip_region_validation: true,
  skip_requesting_account_id: true,
  max_retries: 1,
} as const;

/** The settings that every configuration needs. */
export const requirement = { terraform: { required_providers: { aws: { source: providerName } } } };

/** Runs `use` in a folder that exists only as long. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prism-provider-check-"));
  try {
    return await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const limitMinutes = 5;

/**
 * Runs terraform in a folder, with that very provider, without the user's AWS settings and without a way out of this
 * machine.
 *
 * @throws PrismError when it cannot be started or takes longer than five minutes
 */
export function runTerraform(
  { terraform, provider }: ProviderTools,
  folder: string,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const configuration = path.join(folder, "terraform.rc");
  // An override needs no `terraform init`, and no check of the provider's 700 MB at every start.
  fs.writeFileSync(
    configuration,
    `provider_installation {\n  dev_overrides {\n    "${providerName}" = ${JSON.stringify(provider)}\n  }\n}\n`,
  );
  const closedPort = "http://127.0.0.1:9";
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|TF_)|_proxy$/i.test(name));
  const env = {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    CHECKPOINT_DISABLE: "true",
    HTTP_PROXY: closedPort,
    HTTPS_PROXY: closedPort,
    TF_CLI_CONFIG_FILE: configuration,
    TF_IN_AUTOMATION: "true",
  };
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env, timeout: limitMinutes * 60_000, maxBuffer: 1 << 28 };
    execFile(terraform, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") {
        const why = error.killed ? `no end after ${limitMinutes} minutes` : error.message;
        reject(new PrismError(`terraform ${args[0]}: ${why}`));
      } else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

function mirrors(env: NodeJS.ProcessEnv): string[] {
  const home = env.HOME ?? os.homedir();
  const dataFolders = [
    env.XDG_DATA_HOME || path.join(home, ".local", "share"),
    ...(env.XDG_DATA_DIRS || "/usr/local/share:/usr/share").split(":"),
  ];
  const folders = [
    ...configuredFolders(env.TF_CLI_CONFIG_FILE || path.join(home, ".terraformrc")),
    env.TF_PLUGIN_CACHE_DIR,
    path.join(home, ".terraform.d", "plugins"),
    path.join(home, ".terraform.d", "plugin-cache"),
    path.join(home, "Library", "Application Support", "io.terraform", "plugins"),
    ...dataFolders.map((folder) => path.join(folder, "terraform", "plugins")),
    ...subfolders("/opt"),
  ];
  return [...new Set(folders)].filter((folder) => folder !== undefined && fs.existsSync(folder)) as string[];
}

/** The folders that a CLI configuration names for mirrors and for the plugin cache. */
function configuredFolders(file: string): string[] {
  if (!fs.existsSync(file)) return [];
  const settings = fs.readFileSync(file, "utf8").matchAll(/\b(?:path|plugin_cache_dir)"?\s*[=:]\s*"([^"]+)"/g);
  return [...settings].map(([, folder = ""]) => folder.replace(/^(~|\$HOME)(?=\/)/, os.homedir()));
}

/** The AWS providers in a mirror: `<host>/hashicorp/aws/<version>/<platform>/terraform-provider-aws…`. */
function providersIn(mirror: string): Pick<ProviderTools, "provider" | "version">[] {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const platform = `${system}_${process.arch === "x64" ? "amd64" : process.arch}`;
  return subfolders(mirror)
    .flatMap((host) => subfolders(path.join(host, ...providerName.split("/"))))
    .map((folder) => ({ version: path.basename(folder), provider: path.join(folder, platform) }))
    .filter(({ version, provider }) => /^\d+\.\d+\.\d+$/.test(version) && holdsProvider(provider));
}

function holdsProvider(folder: string): boolean {
  return fs.existsSync(folder) && fs.readdirSync(folder).some((name) => name.startsWith("terraform-provider-aws"));
}

function subfolders(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => path.join(folder, entry.name))
    .filter((entry) => fs.statSync(entry, { throwIfNoEntry: false })?.isDirectory());
}

function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}
