/** The minimal `/etc` of the sandbox: who one is, and that there is no network to ask. */
export const etc: Readonly<Record<string, string>> = {
  group: "build:x:1000:\nnogroup:x:65534:\n",
  "host.conf": "multi on\n",
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  passwd: "build:x:1000:1000::/build/home:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
};
