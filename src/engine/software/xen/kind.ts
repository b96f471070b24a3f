import type { SoftwareKind } from '../model';
import { BusMappings } from './bus-mappings';
import { domainNames, readConfig } from './config';
import { describeHost } from './description';
import { DmaTables } from './dma-tables';
import { HostDomains } from './host-domains';
import { HostPages } from './host-pages';
import { Hypervisor } from './hypervisor';

/** Xen and its paravirtual IOMMU operations, as proposed in February 2018. */
export const xen: SoftwareKind = {
  id: 'xen',
  name: 'Xen',
  describe: (spec) => describeHost(domainNames(spec)),
  build(spec, scenario, hands, tell) {
    const config = readConfig(spec, scenario);
    if (!('memory' in config)) return config;
    const pages = new HostPages(config, tell);
    const mappings = new BusMappings(tell);
    const domains = new HostDomains(config, pages, mappings, tell);
    const tables = new DmaTables(hands, config.spaces, scenario);
    return new Hypervisor({ config, pages, mappings, domains, tables, tell });
  },
};
