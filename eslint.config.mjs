import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", ".prism/", "policies/bin/", "**/*.js", "prism"] },
  ...tseslint.configs.strict,
  {
    rules: {
      // Pulumi registers a resource by constructing it: `new aws.s3.BucketVersioning(...)` stands alone on purpose.
      "no-new": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { prefer: "type-imports", fixStyle: "inline-type-imports" },
      ],
    },
  },
  {
    // The Pulumi CLI reads `module.exports` of an entry point, so an entry point says `export =` and its readers `require`.
    files: ["**/index.ts", "test/**", "rehearsal/**", "operations/**"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
