import { parseWord, splitAddress } from '../../bits/hex';
import { type AllocatorKind, allocatorKinds } from '../../drivers/iova/allocators';
import { type FlushPolicyKind, flushPolicies } from '../../drivers/iova/flush-policy';
import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';

/** What the DMA API of one device is set up with. */
export interface DmaConfig {
  /** The space of tables that it fills. */
  readonly space: string;
  readonly allocator: AllocatorKind;
  readonly policy: FlushPolicyKind;
  readonly cpus: number;
  /** The last page that the device can address. */
  readonly limitPage: number;
}

const mostCpus = 16;
const defaultLimit = '0xffffffff';

/** Reads `config`; problems name its fields. */
export function configOf(spec: SoftwareSpec, scenario: Scenario): DmaConfig | readonly Problem[] {
  const problems: Problem[] = [];
  const config = spec.config ?? {};
  const wrong = (name: string, message: string): void => {
    problems.push({ path: `.config.${name}`, message });
  };
  const spaces = (scenario.spaces ?? []).map(({ id }) => id);
  const space = String(config['space'] ?? spaces[0] ?? '');
  if (!spaces.includes(space)) wrong('space', `There is no space ${space}.`);
  const allocator = allocatorKinds.find((kind) => kind === (config['allocator'] ?? 'tree'));
  if (allocator === undefined) wrong('allocator', `The allocator is one of ${allocatorKinds.join(', ')}.`);
  const policy = flushPolicies.find((kind) => kind === (config['policy'] ?? 'strict'));
  if (policy === undefined) wrong('policy', `The policy is one of ${flushPolicies.join(', ')}.`);
  if (policy === 'round-robin' && allocator !== 'round-robin-bitmap')
    wrong('policy', 'Flush on wrap needs the round-robin bitmap.');
  const cpus = Number(config['cpus'] ?? 1);
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > mostCpus)
    wrong('cpus', `There are 1 to ${mostCpus} CPUs.`);
  const limit = parseWord(String(config['limit'] ?? defaultLimit));
  if (limit === undefined) wrong('limit', 'The last address of the device is a hexadecimal number.');
  for (const name of Object.keys(config))
    if (!['space', 'allocator', 'policy', 'cpus', 'limit'].includes(name))
      wrong(name, `The DMA API has no setting ${name}.`);
  if (problems.length > 0 || allocator === undefined || policy === undefined || limit === undefined)
    return problems;
  return { space, allocator, policy, cpus, limitPage: splitAddress(limit).page };
}
