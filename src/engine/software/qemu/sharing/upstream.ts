import type { Bridge, Topology } from './topology';

/** The bridges above a function, the nearest first. */
export function bridgesAbove({ bridges }: Topology, at: number): readonly Bridge[] {
  const above: Bridge[] = [];
  for (let bridge = bridges.get(at >> 8); bridge !== undefined; bridge = bridges.get(bridge.at >> 8))
    above.push(bridge);
  return above;
}

/** The bus of the host bridge that a function is below. */
export function rootOf(topology: Topology, at: number): number {
  return (bridgesAbove(topology, at).at(-1)?.at ?? at) >> 8;
}

/**
 * The requester ID that the IOMMU sees: a PCIe-to-PCI bridge sends everything as function 00.0 of the bus below it, a conventional
 * bridge as itself (QEMU hw/pci/pci.c, `pci_device_get_iommu_bus_devfn`).
 */
export function seenAs(topology: Topology, at: number): number {
  return bridgesAbove(topology, at).reduce((requester, { kind, at: bridge, secondary }) => {
    if (kind === 'pcie-to-pci') return secondary * 256;
    return kind === 'pci-to-pci' ? bridge : requester;
  }, at);
}
