import { describeReaders } from "./describeReaders.ts";
import { linkers } from "./rows/linkers.ts";

describeReaders("linkers and assemblers", linkers);
