import { diagnostic } from "../../../base/diagnostic.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import type { Emit } from "../../../engine/event.ts";
import { nativeContext } from "../../../engine/inputs/host.ts";
import { basePinKey, pinnedBase } from "../../../engine/shared/pinnedBase.ts";
import { gantryLock, gantryLockOf, pinIn } from "../../../fetch/gantryLock.ts";
import { type BaseSystem, baseSystem, hostPlatform } from "../../../fetch/native/baseSystem.ts";
import type { Session } from "../../build/session.ts";

/**
 * Has the base system of this machine in the store, to be sent: it is what the project pins, or will be.
 *
 * Errors: those of `baseSystem`; `base-system-not-shareable`, where its files cannot be told from the rest of `/usr`; `lock-frozen`.
 */
export async function ownBaseSystem({
  inputs,
  project,
  level,
}: Pick<Session, "inputs" | "project" | "level">): Promise<Result<BaseSystem>> {
  if (level !== "full")
    return err(
      diagnostic("base-system-not-shareable", `nothing is shared at the level \`${level}\``, {
        help: ["see what the sandbox needs: gantry doctor"],
      }),
    );
  const base = await baseSystem(inputs.store, nativeContext(inputs));
  if (!base.ok) return base;
  const { kind, digest, description } = base.value;
  if (kind !== "closure")
    return err(
      diagnostic("base-system-not-shareable", "the base system of this machine cannot be shared", {
        notes: [
          `builds here see ${description}: without dpkg, its files cannot be told from whatever else is installed`,
        ],
        help: ["do it on Debian, Ubuntu or a relative: what is pinned there is used on this machine, too"],
      }),
    );
  const pinned = pinnedBase(project);
  if (!pinned.ok) return pinned;
  if (inputs.frozen && pinned.value?.digest !== digest)
    return err(
      diagnostic(
        "lock-frozen",
        `\`${gantryLock}\` pins another base system or none, and \`--frozen\` was given`,
        { help: [`run it without --frozen, and commit \`${gantryLock}\``] },
      ),
    );
  const placed = await base.value.place();
  if (!placed.ok) return placed;
  inputs.store.records.set("base-system", basePinKey(digest), digest);
  return base;
}

/** Looks at what the project pins, so that it is sent where this machine has sent it before. */
export function lookAtPinned({ inputs, project }: Pick<Session, "inputs" | "project">): void {
  const pinned = pinnedBase(project);
  if (pinned.ok && pinned.value) inputs.store.records.get("base-system", basePinKey(pinned.value.digest));
}

/** Pins it in `gantry.lock`, once others can have it. Errors: those of `pinIn`. */
export function pinOwn(
  { project }: Pick<Session, "project">,
  { digest, description }: BaseSystem,
  emit: Emit,
): Result<void> {
  const before = pinnedBase(project);
  if (before.ok && before.value?.digest === digest) return ok();
  const written = pinIn(gantryLockOf(project), "base-system", {
    name: hostPlatform(),
    pin: { description, digest },
  });
  if (!written.ok) return written;
  const from = before.ok && before.value ? ` in the place of ${before.value.description}` : "";
  emit({ type: "note", text: `\`${gantryLock}\` pins the base system ${description}${from}: commit it` });
  return ok();
}
