import { textsIn } from "../secret-material";
import type { ResourceRule } from "../rule";

export const noFlattenedOutputs: ResourceRule = {
  id: "no-flattened-outputs",
  title: "No text was put together from an output that was not there yet",
  family: "data-safety",
  severity: "medium",
  enforcement: "mandatory",
  scope: "resource",
  types: "any",
  controls: { wellArchitected: ["OPS05-BP03"] },
  remediation:
    "Use pulumi.interpolate or apply instead of joining an output to a text, and pulumi.jsonStringify for JSON.",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/ops_dev_integ_test_val_chg.html",
  check(resource, { fail }) {
    for (const [property, value] of Object.entries(resource.properties)) {
      for (const { path, text } of textsIn(value, property)) {
        if (/Calling \[to(String|JSON)\] on an \[Output/.test(text))
          fail(`${path} holds Pulumi's complaint instead of the value.`);
      }
    }
  },
};
