import { execa } from "execa";

/**
 * Whether Debian packages are installed, after installing them where that is possible; otherwise why the test
 * that needs them cannot run.
 */
export async function debianPackages(...names: readonly string[]): Promise<true | string> {
  const installed = async () => {
    const asked = await execa("dpkg-query", ["-W", "-f", "${db:Status-Status}\n", ...names], {
      reject: false,
    });
    return !asked.failed && asked.stdout.split("\n").every((status) => status === "installed");
  };
  if (await installed()) return true;
  if (process.getuid?.() === 0) await execa("apt-get", ["install", "-y", ...names], { reject: false });
  return (await installed()) || `the Debian packages ${names.join(", ")} are not installed`;
}
