import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { execa } from "execa";
import { listen } from "../test/rig/listen.ts";

type Visit = {
  /** What follows the page's path in the address. */
  readonly address: string;
  /** What is typed then, by the fields' ids. */
  readonly typed: Readonly<Record<string, string>>;
  /** The id of the element that is read. */
  readonly answer: string;
};

/** What the element says. */
type Seen = { readonly first: string; readonly later: string };

const browsers = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

/**
 * What a page says in a headless Chromium that is served `directory`: when it has started, and after something was typed. The
 * page is a frame of another one, which types and writes down what it saw. Undefined, and said so, without a browser.
 */
export async function openedPage(
  directory: string,
  { address, typed, answer }: Visit,
): Promise<Seen | undefined> {
  const browser = browsers.find((path) => existsSync(path));
  if (browser === undefined) {
    if (process.env.CI === "true") throw new Error("no Chromium: apt-get install chromium");
    console.error("not covered: the page in a browser (apt-get install chromium)");
    return undefined;
  }
  const driver = `<!doctype html><iframe src="/index.html${address}"></iframe><pre id="seen"></pre><script>
const said = (inner) => inner.getElementById(${JSON.stringify(answer)})?.textContent ?? "";
const frame = document.querySelector("iframe");
const timer = setInterval(() => {
  const inner = frame.contentDocument;
  const first = said(inner);
  if (first === "") return;
  clearInterval(timer);
  for (const [id, text] of Object.entries(${JSON.stringify(typed)})) {
    const field = inner.getElementById(id);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.getElementById("seen").textContent = "SEEN" + btoa(encodeURIComponent(JSON.stringify({ first, later: said(inner) }))) + "SEEN";
}, 50);
</script>`;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const body =
      pathname === "/drive"
        ? driver
        : await readFile(join(directory, normalize(pathname))).catch(() => undefined);
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": types[extname(pathname)] ?? "text/html",
    });
    response.end(body);
  });
  const port = await listen(server);
  try {
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--virtual-time-budget=60000",
      "--dump-dom",
    ];
    const { stdout } = await execa(browser, [...flags, `http://127.0.0.1:${port}/drive`], {
      timeout: 120_000,
    });
    const [, text = ""] = /SEEN([\w+/=]+)SEEN/.exec(stdout.replace(/<script>[\s\S]*<\/script>/, "")) ?? [];
    return JSON.parse(decodeURIComponent(atob(text)) || '{"first":"nothing","later":"nothing"}');
  } finally {
    server.close();
  }
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};
