import { describeReaders } from "./describeReaders.ts";
import { compilers } from "./rows/compilers.ts";

describeReaders("what rustc, Cargo and Clippy read themselves", compilers);
