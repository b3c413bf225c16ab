import { isObject, list, text } from "../values";
import { type ModelContext, type Models, refused } from "./model";
import { plain } from "./references";

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
      if (String(inputs.domainName).length > 64) {
        return refused(
          "InvalidParameterException",
          "The first domain name can be no longer than 64 characters: domainName may have 64 characters",
        );
      }
      return inputs.validationMethod === undefined && inputs.certificateAuthorityArn === undefined
        ? refused("InvalidParameterException", "domainName needs validationMethod or certificateAuthorityArn")
        : undefined;
    },
    refuseDelete({ world, arn }) {
      const distribution = world
        .ofType("aws:cloudfront/distribution:Distribution")
        .find(({ inputs }) => JSON.stringify(inputs.viewerCertificate ?? {}).includes(arn));
      const listener = world.findBy("aws:lb/listener:Listener", "certificateArn", arn);
      const environment = world.ofType("aws:elasticbeanstalk/environment:Environment").find((one) =>
        list(plain(one).settings)
          .filter(isObject)
          .some(({ name, value }) => name === "SSLCertificateArns" && value === arn),
      );
      const user = distribution ?? listener ?? environment;
      return user && refused("ResourceInUseException", `Certificate ${arn} is in use: "${user.name}" uses it`);
    },
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    refuse: ({ inputs, world, region }) =>
      world.findBy("aws:acm/certificate:Certificate", "arn", inputs.certificateArn, region)
        ? undefined
        : refused(
            "ResourceNotFoundException",
            `Could not find certificate: there is no certificate ${String(inputs.certificateArn)} in ${region}`,
          ),
  },
};
