import { coreErrors } from '../errors';
import type { PlanLine } from '../plan';

/**
 * A warning that was not in the plan, or was no warning in it, is one that nobody has confirmed.
 *
 * @param now the lines as they are just before it is carried out
 * @throws `core.planChanged`
 */
export function refuseOther(
  plan: { cluster: string; items: readonly PlanLine[] },
  now: readonly PlanLine[],
): void {
  const fresh = now.find(
    ({ severity, code, title }) =>
      severity !== 'info' &&
      !plan.items.some(
        (line) => line.severity === severity && line.code === code && line.title === title,
      ),
  );
  if (fresh === undefined) return;
  throw coreErrors.planChanged({
    message: `Cluster "${plan.cluster}" is not what it was when the plan was made: ${fresh.title}. Nothing was changed.`,
  });
}
