import type { SoftwareKind } from '../model';
import { configOf } from './config';
import { describe } from './describe';
import { DmaApi } from './dma-api';
import { namesIn } from './names';

/** The DMA API of one device, with an allocator of I/O addresses and a flush policy. */
export const dma: SoftwareKind = {
  id: 'dma',
  name: 'DMA API',
  describe,
  build(spec, scenario, hands, tell) {
    const config = configOf(spec, scenario);
    if (!('space' in config)) return config;
    const buffers = namesIn(scenario, spec, 'name');
    return new DmaApi(config, hands, tell, buffers, namesIn(scenario, spec, 'by'));
  },
};
