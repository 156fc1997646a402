import { describeReaders } from "./describeReaders.ts";
import { byways } from "./rows/byways.ts";

describeReaders("what is found out by byways", byways);
