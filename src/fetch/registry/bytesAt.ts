import { err, ok, type Result } from "../../base/result.ts";

/** What a server answers, or why it does not, in one line. */
export async function bytesAt(url: string, signal: AbortSignal | undefined): Promise<Result<Buffer, string>> {
  try {
    const answer = await fetch(url, { ...(signal && { signal }) });
    if (!answer.ok) return err(`the server answered ${answer.status} ${answer.statusText}`.trim());
    return ok(Buffer.from(await answer.arrayBuffer()));
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    return err(cause instanceof Error ? cause.message : String(cause));
  }
}
