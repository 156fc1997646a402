import type { LockedCrate } from "../rig/lockedCrate.ts";

/**
 * Crates of crates.io, as `Cargo.lock` names them where `serde` has its feature `derive`, and `either` not
 * `serde`.
 */
export function realCrates(serde: "1.0.227" | "1.0.228"): LockedCrate[] {
  const family = serdeFamily[serde];
  return [
    ...others.map(([name, version, checksum, dependencies]) => ({ name, version, checksum, dependencies })),
    { name: "serde", version: serde, checksum: family.serde, dependencies: ["serde_core", "serde_derive"] },
    { name: "serde_core", version: serde, checksum: family.core, dependencies: ["serde_derive"] },
    {
      name: "serde_derive",
      version: serde,
      checksum: family.derive,
      dependencies: ["proc-macro2", "quote", "syn"],
    },
  ];
}

const serdeFamily = {
  "1.0.227": {
    serde: "80ece43fc6fbed4eb5392ab50c07334d3e577cbf40997ee896fe7af40bba4245",
    core: "7a576275b607a2c86ea29e410193df32bc680303c82f31e275bbfcafe8b33be5",
    derive: "51e694923b8824cf0e9b382adf0f60d4e05f348f357b38833a3fa5ed7c2ede04",
  },
  "1.0.228": {
    serde: "9a8e94ea7f378bd32cbbd37198a4a91436180c5bb472411e48b5ec2e2124ae9e",
    core: "41d385c7d4ca58e59fc732af25c3983b67ac852c1a25000afe1175de458b67ad",
    derive: "d540f220d3187173da220f885ab66608367b6574e925011a9353e4badda91d79",
  },
};

const others: readonly [name: string, version: string, checksum: string, dependencies: string[]][] = [
  [
    "crossbeam-deque",
    "0.8.8",
    "622f3fc73690be383c7214310406f28a90e6edeadc3cea882f9d71e495b9711a",
    ["crossbeam-epoch", "crossbeam-utils"],
  ],
  [
    "crossbeam-epoch",
    "0.9.21",
    "dc74980687109a3b14c72fd458107bf0baa1da1a1a805e178d15501ba9b86d9d",
    ["crossbeam-utils"],
  ],
  ["crossbeam-utils", "0.8.23", "a31eee39dddec8330830986fcd7625edb5a24ec90ea038215273bbc3adb08ac6", []],
  ["either", "1.19.0", "0e9c71c2167ca323c882b99918929403426e2373ea17242ff5653e0d5e1058be", []],
  ["itoa", "1.0.19", "3bd1574e617a9a6c1f8f8181bd7e841e1f20e4277607ef28945765188d6284d4", []],
  [
    "proc-macro2",
    "1.0.107",
    "985e7ec9bb745e6ce6535b544d84d6cd6f7ad8bd711c398938ae983b91a766d9",
    ["unicode-ident"],
  ],
  ["quote", "1.0.47", "1fbf4db142a473a8d80c26bbf18454ed458bf8d26c8219c331daecfdbd079001", ["proc-macro2"]],
  [
    "rayon",
    "1.11.0",
    "368f01d005bf8fd9b1206fb6fa653e6c4a81ceb1466406b81792d87c5677a58f",
    ["either", "rayon-core"],
  ],
  [
    "rayon-core",
    "1.13.0",
    "22e18b0f0062d30d4230b2e85ff77fdfe4326feb054b9783a3460d8435c8ab91",
    ["crossbeam-deque", "crossbeam-utils"],
  ],
  [
    "syn",
    "2.0.119",
    "872831b642d1a07999a962a351ed35b955ea2cfc8f3862091e2a240a84f17297",
    ["proc-macro2", "quote", "unicode-ident"],
  ],
  ["unicode-ident", "1.0.27", "a2c754d6c33795a1c324727428e5a7dedb5b06195f9890bdbcba760d3e246563", []],
];
