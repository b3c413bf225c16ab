import { execFileSync } from "node:child_process";
import path from "node:path";
import { program } from "./tools";

/** A certificate for this machine, which is its own root, and its key. */
export interface Certificate {
  readonly file: string;
  readonly key: string;
}

/** Makes a certificate for `127.0.0.1` and `localhost`, for two days. */
export function createCertificate(folder: string): Certificate {
  const file = path.join(folder, "certificate.pem");
  const key = path.join(folder, "key.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync(program("openssl")!, ["req", "-x509", ...kind, ...subject, "-keyout", key, "-out", file], {
    stdio: "ignore",
  });
  return { file, key };
}
