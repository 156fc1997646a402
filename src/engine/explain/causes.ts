import type { Cause } from "./finding.ts";
import { missingComponent } from "./missingComponent.ts";
import { missingLinker } from "./missingLinker.ts";
import { network } from "./network.ts";
import { outsidePath } from "./outsidePath.ts";
import { undeclaredHeader } from "./undeclaredHeader.ts";
import { undeclaredLibrary } from "./undeclaredLibrary.ts";
import { undeclaredPkgConfig } from "./undeclaredPkgConfig.ts";
import { undeclaredTool } from "./undeclaredTool.ts";
import { undeclaredVariable } from "./undeclaredVariable.ts";
import { writeOutside } from "./writeOutside.ts";

/** What the sandbox knows to be behind a failure. All are asked, since one log may show several. */
export const causes: readonly Cause[] = [
  undeclaredTool,
  undeclaredPkgConfig,
  undeclaredHeader,
  undeclaredLibrary,
  missingLinker,
  missingComponent,
  undeclaredVariable,
  network,
  outsidePath,
  writeOutside,
];
