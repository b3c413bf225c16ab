import * as pulumi from "@pulumi/pulumi";
import { deployment } from "../../outputs";

/**
 * What a team that feeds documents into AI-Prism from a program of its own needs: where to put them, who may, and
 * whom to tell. Every value is typed: `prism.storage.bucket` would not compile.
 */
export = () => {
  const prism = deployment(new pulumi.Config().require("prismStack"));
  return {
    uploadTo: pulumi.interpolate`s3://${prism.storage.bucketName}/inbox/`,
    reviewedBy: prism.models.ids[0],
    health: pulumi.interpolate`${prism.url}/health`,
    alertTopicArn: prism.alerts.topicArns.home,
    logGroup: prism.application.logGroupNames.apply((names) => names.application),
  };
};
