import * as fs from "node:fs";
import { UsageError, systemCode } from "../errors";
import type { Report } from "./collect";
import { pageOf } from "./page";

/**
 * Writes a report where it is wanted; a reader sees the old one or the new one, and never a part of it.
 *
 * @param option How an error calls the file.
 * @throws UsageError when it cannot be written
 */
export function writePage(report: Report, file: string, option = file): void {
  const page = pageOf(report);
  try {
    // Only what is a file already, or is not there, can be put in place as a whole.
    if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() === false) {
      fs.writeFileSync(file, page);
      return;
    }
    const temporary = `${file}.${process.pid}`;
    fs.writeFileSync(temporary, page);
    fs.renameSync(temporary, file);
  } catch (error) {
    throw new UsageError(`${option} cannot be written: ${systemCode(error) ?? String(error)}`);
  }
}
