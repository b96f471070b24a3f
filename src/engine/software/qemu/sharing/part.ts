import type { Problem } from '../../../scenario/problem';
import type { Config, Part } from '../part';
import { groupsOf } from './groups';
import { Sharing } from './sharing';
import { readTopology, type Topology } from './topology';
import { describeSharing } from './words';

const platforms = ['pcie', 'power'] as const;

/** Who shares an address space and a domain, and why (thread of 20 December 2017). */
export const sharingPart: Part = {
  keys: ['platform', 'topology'],
  describe(config, scenario) {
    const { topology } = read(config);
    return describeSharing(groupsOf(topology), topology.isPower, scenario);
  },
  build(config, scenario, hands, tell) {
    const { topology, problems } = read(config);
    return problems.length > 0 ? problems : new Sharing(topology, hands, scenario, tell).model;
  },
};

function read(config: Config): { readonly topology: Topology; readonly problems: readonly Problem[] } {
  const { platform = 'pcie', topology: lines } = config;
  const isList = Array.isArray(lines);
  const drawn = readTopology(isList ? lines : [], platform === 'power');
  const problems = [...drawn.problems];
  if (!platforms.some((known) => known === platform))
    problems.push({ path: '.config.platform', message: `The platform is one of ${platforms.join(', ')}.` });
  if (!isList)
    problems.push({
      path: '.config.topology',
      message: 'The topology is a list of lines such as "function 00:03.0".',
    });
  return { topology: drawn.topology, problems };
}
