import { list, text } from "../values";
import type { ModelContext, Models } from "./model";

function names({ inputs }: ModelContext): string[] {
  return [...new Set([text(inputs.domainName), ...list(inputs.subjectAlternativeNames).map(text)])].filter(
    (name): name is string => name !== undefined,
  );
}

export const models: Models = {
  "aws:acm/certificate:Certificate": {
    outputs: (context) => {
      const { inputs, identifiers } = context;
      const dns = inputs.validationMethod === "DNS";
      return {
        domainValidationOptions: dns
          ? names(context).map((domainName) => {
              // A wildcard and its base domain share one record.
              const base = domainName.replace(/^\*\./, "");
              return {
                domainName,
                resourceRecordName: `_${identifiers.hex(32, `name ${base}`)}.${base}.`,
                resourceRecordType: "CNAME",
                resourceRecordValue: `_${identifiers.hex(32, `value ${base}`)}.${identifiers.lower(10, base)}.acm-validations.aws.`,
              };
            })
          : [],
        keyAlgorithm: "RSA_2048",
        notAfter: "",
        notBefore: "",
        pendingRenewal: false,
        renewalEligibility: "INELIGIBLE",
        renewalSummaries: [],
        status: inputs.privateKey ? "ISSUED" : "PENDING_VALIDATION",
        subjectAlternativeNames: names(context),
        type: inputs.privateKey ? "IMPORTED" : "AMAZON_ISSUED",
        validationEmails: [],
      };
    },
    refuse: ({ inputs }) => {
      if (inputs.domainName === undefined) return undefined;
      if (String(inputs.domainName).length > 64) return "domainName may have 64 characters";
      return inputs.validationMethod === undefined && inputs.certificateAuthorityArn === undefined
        ? "domainName needs validationMethod or certificateAuthorityArn"
        : undefined;
    },
    refuseDelete({ world, arn }) {
      const user = world
        .ofType("aws:cloudfront/distribution:Distribution")
        .find(({ inputs }) => JSON.stringify(inputs.viewerCertificate ?? {}).includes(arn));
      return user && `distribution "${user.name}" uses it`;
    },
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    refuse: ({ inputs, world, region }) =>
      world.findBy("aws:acm/certificate:Certificate", "arn", inputs.certificateArn, region)
        ? undefined
        : `there is no certificate ${String(inputs.certificateArn)} in ${region}`,
  },
};
