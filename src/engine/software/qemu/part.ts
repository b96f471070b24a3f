import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';
import type { Description, Hands, SoftwareModel, Teller } from '../model';

/** One part of QEMU, chosen by `config.part`. */
export interface Part {
  /** Keys of `config` besides `part`. */
  readonly keys: readonly string[];
  describe(config: Config, scenario: Scenario): Description;
  /** Problems name fields of `config`. */
  build(config: Config, scenario: Scenario, hands: Hands, tell: Teller): SoftwareModel | readonly Problem[];
}

export type Config = NonNullable<SoftwareSpec['config']>;
