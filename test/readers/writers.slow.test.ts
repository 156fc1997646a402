import { describeReaders } from "./describeReaders.ts";
import { writers } from "./rows/writers.ts";

describeReaders("build scripts that leave something outside of their `OUT_DIR`", writers);
