import { describeReaders } from "./describeReaders.ts";
import { scripts } from "./rows/scripts.ts";

describeReaders("build scripts that say nothing, or too little, of what they read", scripts);
