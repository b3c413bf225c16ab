import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type Page, chromium } from "playwright-core";
import { which } from "../../operations/toolchain";
import { temporaryDirectory } from "../operations/prism";

const NAMES = ["chromium", "google-chrome"];

/** How a page is looked at. */
export interface View {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  readonly javaScriptEnabled?: boolean;
}

/** A page that is open, and what it did that a report must not. */
export interface Opened {
  readonly page: Page;
  /** Errors, warnings of the console, and requests for anything but the file itself. */
  readonly complaints: string[];
}

/** Tests in the Chromium of this machine; where there is none they are skipped, and their title says what to install. */
export function describeInChromium(
  title: string,
  body: (open: (html: string, view?: View) => Promise<Opened>) => void,
): void {
  const executablePath = NAMES.map((name) => which(name)).find((file) => file !== undefined);
  if (executablePath === undefined) {
    describe.skip(`${title} (needs chromium: on Debian, apt-get install chromium)`, () => {
      body(() => Promise.reject(new Error("there is no browser")));
    });
    return;
  }
  describe(title, function () {
    this.timeout(180_000);
    const directory = temporaryDirectory();
    let browser: Browser;
    let files = 0;
    before(async () => {
      // Chromium starts no sandbox for root.
      browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, timeout: 120_000 });
    });
    after(() => browser.close());
    body(async (html, { width = 1280, height = 900, colorScheme = "light", javaScriptEnabled = true } = {}) => {
      const file = path.join(directory, `${++files}.html`);
      fs.writeFileSync(file, html);
      const url = pathToFileURL(file).href;
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, javaScriptEnabled });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
      page.on("dialog", (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => {
        if (request.url() !== url && !request.url().startsWith("data:")) complaints.push(`request: ${request.url()}`);
      });
      await page.goto(url);
      return { page, complaints };
    });
  });
}
