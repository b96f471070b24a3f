import type { Scenario } from '../../engine/scenario/schema';

/** The devices that a scenario names, binds or lets send, each once. */
export function devicesOf({ devices, bindings, steps }: Scenario): readonly string[] {
  const named = [
    ...(devices ?? []).map(({ id }) => id),
    ...(bindings ?? []).map(({ device }) => device),
    ...steps.flatMap((step) => (step.do === 'dma' ? [step.device] : [])),
  ];
  return [...new Set(named)];
}
