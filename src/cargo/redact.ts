/**
 * Blanks what may be a secret in one line of a user's file: the user part of an `http` URL, the password of
 * any URL, the values of keys that hold tokens. The length stays, so columns and underlines stay right.
 *
 * @example
 * redact('git = "https://x:ghp_1@github.com/a/b"') // 'git = "https://*******@github.com/a/b"'
 */
export function redact(line: string): string {
  return line
    .replace(/(https?:\/\/)([^/@\s"']+)(?=@)/g, (_, scheme: string, user: string) => scheme + stars(user))
    .replace(
      /(\w+:\/\/[^/@\s"':]+:)([^/@\s"']+)(?=@)/g,
      (_, user: string, word: string) => user + stars(word),
    )
    .replace(
      /((?:token|secret-key|password)["']?\s*=\s*)(.+)/g,
      (_, key: string, rest: string) => key + stars(rest),
    );
}

function stars(text: string): string {
  return "*".repeat(text.length);
}
