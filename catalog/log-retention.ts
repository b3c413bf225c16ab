/** Days CloudWatch Logs can keep a log group and Elastic Beanstalk can ask for. Source: Elastic Beanstalk option settings. */
export const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653] as const;
