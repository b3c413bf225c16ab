import pulumi from "@pulumi/eslint-plugin";
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
    // An output in a plain template string prints a sentence about outputs instead of its value.
    files: ["index.ts", "outputs.ts", "account/**/*.ts", "infra/**/*.ts", "examples/**/*.ts"],
    plugins: { pulumi },
    languageOptions: { parserOptions: { projectService: true } },
    rules: { "pulumi/no-output-in-template-literal": "error" },
  },
  {
    // The Pulumi CLI reads `module.exports` of an entry point, so an entry point says `export =` and its readers `require`.
    files: ["**/index.ts", "test/**", "rehearsal/**", "operations/**", "bench/**", "docs/**"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
