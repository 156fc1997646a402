import type { Cause } from "./finding.ts";

/** The words of curl, git, glibc's resolver and the kernel. */
const complaint =
  /could not resolve host|failed to lookup address information|temporary failure in name resolution|network is unreachable|NetworkUnreachable|ConnectionRefused|connection refused|name or service not known/i;

/** The network, which no build reaches: what it says changes from day to day. */
export const network: Cause = ({ text }) => {
  if (!complaint.test(text)) return [];
  return [
    {
      note: "a build has no network; crates are fetched before it starts",
      help: "keep what it downloads in the project, as a file that `src` keeps, or depend on a crate that carries it",
    },
  ];
};
