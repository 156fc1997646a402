import { expect, test } from "vitest";
import type { EngineEvent } from "../../../src/engine/event.ts";
import { startUploads, type UploadOrder } from "../../../src/engine/shared/uploads.ts";
import { storeRig } from "../../store/rig.ts";

test("a sender that is killed in the middle of a line stops nothing", async () => {
  await using rig = storeRig();
  const events: EngineEvent[] = [];
  const told = JSON.stringify({ type: "shared-cache", uploaded: 1, requests: 2, sent: 3 });
  const uploads = startUploads({
    order: {
      url: "file:///nowhere",
      access: {},
      trusted: [],
      secret: "",
      store: rig.root,
      level: "full",
    } as UploadOrder,
    program: [
      "sh",
      "-c",
      `cat > /dev/null; printf '%s\\n' '${told}'; printf '{"type": "prog'; kill -KILL $$`,
      "sh",
    ],
    waits: true,
    store: rig.store,
    emit: (event) => void events.push(event),
    signal: new AbortController().signal,
  });
  uploads.add("result", "a".repeat(64), {}, []);
  await uploads.finish();
  expect(uploads.counts()).toEqual({ uploaded: 1, requests: 2, sent: 3 });
  expect(events.map(({ type }) => type)).toEqual(["progress", "progress"]);
});
