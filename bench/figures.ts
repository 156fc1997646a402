import type { Figure } from "./figure.ts";
import { memory } from "./figures/memory.ts";
import { otherProject } from "./figures/otherProject.ts";
import { plan } from "./figures/plan.ts";
import { restore } from "./figures/restore.ts";
import { scan } from "./figures/scan.ts";
import { store } from "./figures/store.ts";

/** In the order in which they are measured, after the cases. */
export const figures: readonly Figure[] = [otherProject, memory, scan, plan, restore, store];
