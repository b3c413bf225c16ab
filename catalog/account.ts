/** Name of the account's audit trail, which the program `account` makes and `./prism doctor` looks for. */
export const TRAIL_NAME = "ai-prism-account";
