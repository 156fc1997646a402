import { describeReaders } from "./describeReaders.ts";
import { macros } from "./rows/macros.ts";

describeReaders("macros that say nothing of what they read", macros);
