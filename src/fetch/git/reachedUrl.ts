import { shownUrl } from "./gitSubject.ts";
import { type GitRun, runGit } from "./runGit.ts";

/**
 * Where git goes for a URL: elsewhere, where the user's `url.….insteadOf` says so. Without credentials, since such a
 * setting may hold some. No server is asked.
 */
export async function reachedUrl(url: string, run: GitRun): Promise<string> {
  const asked = await runGit(["ls-remote", "--get-url", "--", url], run);
  const answer = asked.stdout.toString().trim();
  return shownUrl({ url: asked.ok && answer !== "" ? answer : url });
}
