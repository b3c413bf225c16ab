/** One environment variable of an instance. */
export interface EnvironmentVariable {
  /** Who makes use of it. The application's settings check all of them, so that all faults are told at once. */
  readonly readBy: "application" | "gunicorn" | "libpq" | "boto3";
  /** Values that hold a secret reach an instance by reference alone. */
  readonly secret?: boolean;
}

/**
 * The environment variables of every instance: those that `index.ts` and `BeanstalkApp` set, and those that
 * `app/reference/prism/settings.py` reads. Tests hold both sides to this list.
 */
export const ENVIRONMENT_VARIABLES = {
  FLASK_ENV: { readBy: "application" },
  AWS_REGION: { readBy: "application" },
  S3_BUCKET: { readBy: "application" },
  S3_BACKUP_BUCKET: { readBy: "application" },
  REDIS_URL: { readBy: "application", secret: true },
  DATABASE_URL: { readBy: "application" },
  DATABASE_SECRET_ARN: { readBy: "application" },
  OPERATOR_TOKEN: { readBy: "application", secret: true },
  SQLALCHEMY_POOL_SIZE: { readBy: "application" },
  SQLALCHEMY_MAX_OVERFLOW: { readBy: "application" },
  WORKER_PROCESSES: { readBy: "application" },
  BEDROCK_MODEL_CHAIN: { readBy: "application" },
  PORT: { readBy: "gunicorn" },
  WEB_PROCESSES: { readBy: "gunicorn" },
  WEB_THREADS: { readBy: "gunicorn" },
  PGSSLROOTCERT: { readBy: "libpq" },
  AWS_DEFAULT_REGION: { readBy: "boto3" },
} as const satisfies Record<string, EnvironmentVariable>;

export type EnvironmentVariableName = keyof typeof ENVIRONMENT_VARIABLES;
